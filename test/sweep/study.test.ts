import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { PlateauError } from "../../src/errors.js";
import { openStudy } from "../../src/experiments/sweep/open.js";
import { inlineExecutor } from "../../src/sweep/executors/inline.js";
import { Study } from "../../src/sweep/study.js";
import { folder } from "../cli/plateau.js";
import { finish } from "./support/facts.js";
import { identity, line } from "./support/line.js";

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

for (const [executor, message] of [
  [-1, /^run: executor is -1: expected an Executor, which has workers, run, close$/],
  ["x", /^run: executor is "x": expected an Executor/],
  [null, /^run: executor is null: expected an Executor/],
  [{}, /^run: executor is an object: expected an Executor/],
  [[], /^run: executor is an array: expected an Executor/],
  [() => 1, /^run: executor is a function: expected an Executor/],
  [{ workers: 0, run: () => {}, close: () => {} }, /^run: executor: workers is 0: expected at least 1$/],
  [{ workers: 1, run: 3, close: () => {} }, /^run: executor: run is 3: expected/],
  [{ workers: 1, run: () => {}, close: {} }, /^run: executor: close is \{\}: expected/],
] as const) {
  test(`an executor that is none is refused before anything is run: ${message.source}`, async (t) => {
    await using study = await Study.open(":memory:", line);
    await t.throwsAsync(() => finish(study, { trials: 2, executor } as never), { code: "usage", message });
    t.is([...study.trials()].length, 0);
  });
}

test("the reason of an interrupt is the cause of what is thrown", async (t) => {
  await using study = await Study.open(":memory:", line);
  const reason = new Error("enough");
  const error = await t.throwsAsync(() =>
    finish(study, { trials: 4, objective: identity, signal: AbortSignal.abort(reason) }),
  );
  t.like(error, { code: "aborted", cause: reason });
});

test("any object with aborted stops a study", async (t) => {
  await using study = await Study.open(":memory:", line);
  const signal = { aborted: false, reason: "enough" };
  const objective = async (context: { signal: { aborted: boolean } }) => {
    signal.aborted = true;
    while (!context.signal.aborted) await new Promise((resolve) => setTimeout(resolve, 5));
    return 1;
  };
  const error = await t.throwsAsync(() => finish(study, { trials: 2, workers: 1, objective, signal }));
  t.like(error, { code: "aborted", cause: "enough" });
  for (const wrong of ["x", -1, Symbol("s"), {}, { aborted: 1 }]) {
    await t.throwsAsync(() => finish(study, { trials: 2, objective, signal: wrong } as never), {
      code: "usage",
      message: /^run: signal is .*: expected an AbortSignal, or an object whose `aborted` is true or false$/,
    });
  }
});
