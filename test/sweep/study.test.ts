import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { PlateauError } from "../../src/errors.js";
import { openStudy } from "../../src/experiments/sweep/open.js";
import { presets } from "../../src/experiments/sweep/presets.js";
import type { StudyInput } from "../../src/sweep/definition.js";
import { inlineExecutor } from "../../src/sweep/executors/inline.js";
import { Study } from "../../src/sweep/study.js";
import { folder } from "../cli/plateau.js";
import { facts, finish } from "./support/facts.js";

const line: StudyInput = {
  name: "line",
  sampler: "random",
  space: { parameters: { x: { type: "uniform", low: 0, high: 1 } } },
};
const identity = ({ parameters }: { parameters: Readonly<Record<string, unknown>> }) =>
  Number(parameters["x"]);

test("ask and tell make the study that run makes", async (t) => {
  const input: StudyInput = { ...line, sampler: "tpe", lookahead: 1 };
  await using ran = await Study.open(":memory:", input);
  await finish(ran, { trials: 20, workers: 1, objective: identity });
  await using asked = await Study.open(":memory:", input);
  for (let n = 0; n < 20; n++) {
    const { number, parameters, tell } = asked.ask()!;
    t.is(number, n);
    tell(Number(parameters["x"]));
  }
  t.deepEqual(facts(asked), facts(ran));
  t.is(asked.best!.value, Math.min(...facts(asked).map(({ value }) => value!)));
});

test("asking waits for earlier trials to be told where the sampler goes by them", async (t) => {
  await using study = await Study.open(":memory:", { ...line, sampler: "tpe", lookahead: 2 });
  const [first, second] = [study.ask()!, study.ask()!];
  t.throws(() => study.ask(), {
    instanceOf: PlateauError,
    message: /no more trials before trial 0 is told: .*lookahead is 2/,
  });
  second.tell(1);
  t.throws(() => study.ask(), { message: /before trial 0 is told/ });
  first.tell(2);
  t.is(study.ask()!.number, 2);
});

test("what is told is held to what was asked", async (t) => {
  await using study = await Study.open(":memory:", { ...line, seeds: 2, stopWorse: false });
  const trial = study.ask()!;
  t.throws(() => trial.tell(1), { message: /was told 1: expected 2 numbers, one for each seed/ });
  t.throws(() => trial.tell([1, "2" as unknown as number]), { message: /expected 2 numbers/ });
  t.like(trial.tell([1, 2]), { state: "complete", value: 1.5 });
  t.throws(() => trial.tell([1, 2]), { message: /trial 0 was told before/ });
  t.like(study.ask()!.tell([1, Number.NaN]), { state: "diverged", value: null });
  t.like(study.ask()!.tell({ failed: "the oven is cold" }), {
    state: "failed",
    error: { message: "the oven is cold" },
  });
});

test("a trial that is asked for reports, is pruned, and is handed out again when it was never told", async (t) => {
  const input: StudyInput = { ...line, pruner: { name: "threshold", upper: 10 } };
  const file = join(folder(t), "runs.sqlite");
  const study = await Study.open(file, input);
  const first = study.ask()!;
  t.is(first.report(1, 5), "continue");
  t.is(first.report(2, 50), "stop");
  t.like(first.tell(0), { state: "pruned", value: 50 });
  const left = study.ask()!;
  t.is(left.number, 1);
  study.close();
  await using again = await Study.open(file, input);
  t.like(again.ask()!, { number: 1, parameters: left.parameters, seed: left.seed });
});

test("trials that memory does not hold together run one after the other, those that it never holds fail", async (t) => {
  const running = new Set<number>();
  let most = 0;
  await using study = await Study.open(":memory:", line);
  const objective = async ({ number }: { number: number }) => {
    running.add(number);
    most = Math.max(most, running.size);
    await new Promise((resolve) => setTimeout(resolve, 5));
    running.delete(number);
    return 1;
  };
  const MiB = 2 ** 20;
  await finish(study, { trials: 8, workers: 4, objective, memory: 500 * MiB });
  t.is(most, 4);
  most = 0;
  await using large = await Study.open(":memory:", line);
  const executor = inlineExecutor(objective, { workers: 4 });
  const footprint = (parameters: Readonly<Record<string, unknown>>) =>
    (Number(parameters["x"]) > 0.8 ? 900 : 150) * MiB;
  await finish(large, { trials: 20, executor, memory: 500 * MiB, footprint });
  t.is(most, 2, "(150 + 96) · 2 fit, and no third");
  for (const { parameters, state, error } of large.trials()) {
    if (Number(parameters["x"]) <= 0.8) t.is(state, "complete");
    else t.regex(error!.message, /^it needs 996 MiB of memory, a trial may take 500 MiB here/);
  }
  t.true(large.states.failed > 0 && large.states.complete > 0);
});

test("what run is not given, or cannot be, is named", async (t) => {
  await using study = await Study.open(":memory:", line);
  const run = (options: object) => finish(study, options as never);
  await t.throwsAsync(() => run({ trials: 5 }), {
    message: /does not say what evaluates its trials: give run an objective/,
  });
  await t.throwsAsync(() => run({ trials: 0, objective: identity }), {
    message: /^run: trials is 0: expected at least 1/,
  });
  await t.throwsAsync(() => run({ trials: 2, objective: "/no/such/module.mjs" }), {
    message: /cannot be loaded/,
  });
  const empty = join(folder(t), "empty.mjs");
  writeFileSync(empty, "export const nothing = 1;\n");
  await t.throwsAsync(() => run({ trials: 2, objective: empty }), {
    message: /has no default export that is a function/,
  });
  const returnsText = async () => "much" as unknown as number;
  await run({ trials: 1, objective: returnsText });
  t.regex(study.trial(0)!.error!.message, /the objective returned string: expected a number/);
  await run({
    trials: 2,
    objective: async (c: { report(s: number, v: number): Promise<string> }) => {
      await c.report(2, 1);
      await c.report(1, 1);
      return 1;
    },
  });
  t.regex(study.trial(1)!.error!.message, /report\(1, …\) after step 2: steps are whole numbers/);
});

const options = { trainRows: 1000, validationRows: 50, testRows: 50, batch: 16 };

test("a study of models is refused before it is made where not one of its trials could be", async (t) => {
  const space = { parameters: { lr: { type: "log-uniform", low: 1e-4, high: 1 } } } as const;
  const open = (input: object) => openStudy(":memory:", { name: "a", target: "m2n1", space, ...input });
  await t.throwsAsync(() => open({ target: "m3n1" }), { code: "unknown-name" });
  await t.throwsAsync(() => open({ experiment: { step: 5 } }), { message: /^experiment: step is no option/ });
  await t.throwsAsync(() => open({ experiment: { steps: 5, epochs: 1 } }), {
    message: /^no trial of this space can be trained: steps 5 and epochs 1/,
  });
  await t.throwsAsync(() => open({ objective: "validation.rsme" }), {
    message: /"validation.rsme" is no measure of a trained model: give validation/,
  });
  await t.throwsAsync(() => open({ space: { parameters: { seed: [1, 2] } } }), {
    message: /^space: "seed" is no option of training/,
  });
  await t.throwsAsync(() => open({ space: "studies" }), {
    message: /^unknown preset of a space: "studies" \(known: study, sound\)/,
  });
});

test("what a study of models minimises follows from its protocol, or is what it says", async (t) => {
  const parameters = { "protocol.outputHead": ["linear", "none"], steps: [20, 30] };
  const base = {
    name: "a",
    target: "m2n1",
    space: { parameters },
    experiment: { ...options, layers: 1 },
  } as const;
  await using sound = await openStudy(":memory:", base);
  t.like(sound.definition, { direction: "minimize", task: { metric: "validation.rmse" } });
  await using study = await openStudy(":memory:", {
    ...base,
    experiment: { ...base.experiment, protocol: "study" },
  });
  t.like(study.definition, { direction: "minimize", task: { metric: "validation.failureRate.1" } });
  await using fit = await openStudy(":memory:", { ...base, sampler: "grid", objective: "test.r2" });
  t.is(fit.definition.direction, "maximize");
  await finish(fit, { trials: 9, workers: 2 });
  t.is(fit.states.complete, 4, "a grid of four");
  for (const { number, value } of fit.trials()) {
    const [{ result }] = fit.replicates(number) as { result: { test: { r2: number } } }[];
    t.is(result.test.r2, value!);
  }
});

test("the study's own space is that of its code, for the width of its tokens", (t) => {
  const { parameters } = presets["study"].space({ target: "m2n1", dim: 16 });
  t.deepEqual(parameters["heads"], [1, 2, 4, 8, 16]);
  t.deepEqual(Object.keys(parameters), [
    "layers",
    "heads",
    "dropout",
    "lr",
    "accumulation",
    "epochs",
    "warmupBatches",
  ]);
});

test("run refuses options that make no sense, by name, before anything runs", async (t) => {
  await using study = await Study.open(":memory:", line);
  const run = (options: object) => finish(study, { trials: 2, objective: identity, ...options } as never);
  for (const [options, message] of [
    [{ trails: 3 }, /^run: trails is no option/],
    [{ workers: 0 }, /^run: workers is 0: expected at least 1/],
    [{ workers: 1.5 }, /^run: workers is 1.5: expected a whole number/],
    [{ timeLimit: 0 }, /^run: timeLimit is 0: expected a number above 0/],
    [{ timeLimit: Number.NaN }, /^run: timeLimit is NaN/],
    [{ memory: "1GB" }, /^run: memory is "1GB"/],
    [{ checkpointEvery: -5 }, /^run: checkpointEvery is -5/],
  ] as const) {
    await t.throwsAsync(() => run(options), { instanceOf: PlateauError, message });
  }
  t.is(study.states.complete, 0);
  await t.throwsAsync(() => Study.open(":memory:", 5 as never), { message: /^Study.open: the study is 5/ });
  await t.throwsAsync(() => openStudy(":memory:"), { message: /there is no such file/ });
});

test("asking ends with a grid, waits for nobody, and holds what is reported", async (t) => {
  const grid: StudyInput = { name: "g", sampler: "grid", lookahead: 1, space: { parameters: { x: [1, 2] } } };
  await using study = await Study.open(":memory:", grid);
  const [first, second] = [study.ask()!, study.ask()!];
  t.is(study.ask(), undefined, "no more, though two were not told");
  await t.throwsAsync(() => finish(study, { trials: 2, objective: identity }), {
    message: /^run: trials 0, 1 were asked for and not told/,
  });
  for (const step of [0, 1.5, -1, "2", Number.NaN]) {
    t.throws(() => first.report(step as number, 1), {
      instanceOf: PlateauError,
      message: /steps are whole numbers/,
    });
  }
  t.throws(() => first.report(1, "much" as never), { message: /expected a number/ });
  first.report(3, 1);
  t.throws(() => first.report(3, 1), { message: /after step 3/ });
  t.throws(() => first.tell(null as never), { message: /was told null: expected a number/ });
  first.tell(1);
  t.throws(() => first.report(9, 1), { message: /was told before/ });
  t.is(study.trial(0)!.step, 3);
  second.tell(2);
});

test("a configuration of one's own is run in its turn, and held to the space", async (t) => {
  await using study = await Study.open(":memory:", { ...line, sampler: "tpe" });
  t.throws(() => study.enqueue({ x: 3 }), { instanceOf: PlateauError, message: /x is 3/ });
  t.is(study.enqueue({ x: 0.25 }), 0);
  await finish(study, { trials: 5, workers: 2, objective: identity });
  t.like(study.trial(0)!, { state: "complete", value: 0.25, parameters: { x: 0.25 } });
  t.is(study.states.complete, 5);
});

test("a study that is opened again is held to what is given, and no more", async (t) => {
  const file = join(folder(t), "runs.sqlite");
  const input = { ...line, seed: 3, lookahead: 5, sampler: { name: "tpe", startup: 4 } };
  (await Study.open(file, input)).close();
  const { name, space } = line;
  for (const given of [
    { name, space },
    { name },
    {},
    { name, seed: 3 },
    { name, sampler: { name: "tpe", startup: 4 } },
  ]) {
    const study = await Study.open(file, given);
    t.like(study.definition, { seed: 3, lookahead: 5 });
    study.close();
  }
  await t.throwsAsync(() => Study.open(file, { name, seed: 0 }), {
    message: /has another seed: stored 3, given 0: leave that out/,
  });
  const models = { name: "m", target: "m2n1", experiment: { steps: 20, trainRows: 500 }, space: "sound" };
  (await openStudy(file, { ...models, seed: 4 })).close();
  for (const given of [
    { target: "m2n1", name: "m" },
    { name: "m" },
    { name: "m", experiment: { steps: 20 } },
    { name: "m", space: "sound" },
  ]) {
    const study = await openStudy(file, given);
    t.like(study.definition, { seed: 4, task: { experiment: { steps: 20, trainRows: 500 } } });
    study.close();
  }
  await t.throwsAsync(() => openStudy(file, { name: "m", experiment: { steps: 30 } }), {
    message: /has another task: experiment: steps: stored 20, given 30/,
  });
  await t.throwsAsync(() => openStudy(file, { name: "m", target: "m4n3" }), { message: /has another/ });
});

test("a study that cannot begin is not made", async (t) => {
  const file = join(folder(t), "runs.sqlite");
  const real = { ...line, sampler: "grid" };
  await t.throwsAsync(() => Study.open(file, real), { message: /points/ });
  const impossible = { ...line, space: { parameters: { x: [1, 2], y: [3, 4] }, constraints: ["x > y"] } };
  await t.throwsAsync(() => Study.open(file, impossible), { message: /draws satisfies the constraints/ });
  t.false(existsSync(file));
});

test("opening a study over and over does not use up files", async (t) => {
  if (!existsSync("/proc/self/fd")) return t.pass("nothing here tells how many files are open");
  const file = join(folder(t), "runs.sqlite");
  const open = () => readdirSync("/proc/self/fd").length;
  const before = open();
  for (let i = 0; i < 100; i++) {
    const study = await Study.open(file, line);
    study.ask()?.tell(i);
    study.close();
  }
  t.true(open() - before < 20, `${before} files before, ${open()} after`);
});

test("what an objective returns or saves that cannot be stored fails its trial, and no other", async (t) => {
  const deeds: Record<string, (c: { saveCheckpoint(bytes: unknown): Promise<void> }) => unknown> = {
    bigint: () => ({ value: 1, result: { a: 1n } }),
    circular: () => {
      const result: { self?: object } = {};
      result.self = result;
      return { value: 1, result };
    },
    buffer: (c) => c.saveCheckpoint(new ArrayBuffer(4)),
    text: (c) => c.saveCheckpoint("text"),
    fine: () => 1,
  };
  const space = { parameters: { deed: Object.keys(deeds) } };
  await using study = await Study.open(":memory:", { name: "d", sampler: "grid", space });
  const objective = async (context: { parameters: Readonly<Record<string, unknown>> }) =>
    deeds[String(context.parameters["deed"])](context as never) as Promise<number>;
  await finish(study, { trials: 9, objective });
  for (const { parameters, state, error } of study.trials()) {
    if (parameters["deed"] === "fine") t.is(state, "complete");
    else t.regex(error!.message, /cannot be stored|expected a Uint8Array/);
  }
});

test("a watcher that throws ends the run with its error", async (t) => {
  await using study = await Study.open(":memory:", line);
  const onEvent = () => {
    throw new Error("the screen is gone");
  };
  await t.throwsAsync(() => finish(study, { trials: 3, objective: identity, onEvent }), {
    message: "the screen is gone",
  });
  t.is(study.states.running, 0);
});

test("a study that runs is not closed under it", async (t) => {
  const study = await Study.open(":memory:", line);
  for await (const _ of study.run({ trials: 3, objective: identity })) {
    t.throws(() => study.close(), {
      instanceOf: PlateauError,
      message: /study "line" is running: stop it first/,
    });
  }
  study.close();
});

test("an interrupt after the last trial is none", async (t) => {
  await using study = await Study.open(":memory:", line);
  const controller = new AbortController();
  const ended: number[] = [];
  for await (const { number } of study.run({
    trials: 3,
    workers: 1,
    objective: identity,
    signal: controller.signal,
  })) {
    ended.push(number);
    if (number === 2) controller.abort();
  }
  t.deepEqual(ended, [0, 1, 2]);
  await t.throwsAsync(() => finish(study, { trials: 4, objective: identity, signal: AbortSignal.abort() }), {
    code: "aborted",
  });
});
