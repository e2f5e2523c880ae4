import test from "ava";
import { parseNamed } from "../../src/cli/sweep-options.js";
import { describeBlindness, describeStudy, describeTrial, SweepView } from "../../src/cli/sweep-view.js";
import { Study } from "../../src/sweep/study.js";

test("the live view has a line a worker, counts by state, the best so far, rate and time left", async (t) => {
  await using study = await Study.open(":memory:", {
    name: "view",
    sampler: "random",
    direction: "maximize",
    space: { parameters: { x: { type: "uniform", low: 0, high: 1 }, kind: "b" } },
  });
  const view = new SweepView(study, { trials: 12, workers: 2, quiet: true });
  t.deepEqual(view.text(), ["worker 1  idle", "worker 2  idle", "0 of 12 trials", "best: none yet"]);
  const asked = [study.ask()!, study.ask()!];
  for (const [worker, { number }] of asked.entries()) {
    view.take({ kind: "started", worker, trial: study.trial(number)! });
  }
  view.take({ kind: "progress", worker: 1, number: 1, replicate: 0, done: 3, total: 12 });
  const [first, second] = view.text();
  t.regex(first, /^worker 1 {2}trial {2}0 {6}\s*\d+ s {2}x=0\.\d+ kind=b$/);
  t.regex(second, /^worker 2 {2}trial {2}1 {2}25% +\d+ s {2}x=/);
  view.take({ kind: "ended", worker: 0, trial: asked[0].tell(0.5) });
  view.take({ kind: "ended", worker: 1, trial: asked[1].tell({ failed: "it broke" }) });
  const [, , counts, best] = view.text();
  t.regex(counts, /^2 of 12 trials {2}1 complete {2}1 failed {2}\S+ trials\/min, .* left$/);
  t.regex(best, /^best: trial 0 {2}0.5 {2}x=/);
  view.close();
});

test("of trials that run elsewhere the live view says which are queued", async (t) => {
  await using study = await Study.open(":memory:", {
    ...{ name: "far", sampler: "random" },
    space: { parameters: { x: { type: "uniform", low: 0, high: 1 } } },
  });
  const view = new SweepView(study, { trials: 4, workers: 2, remote: true, quiet: true });
  for (const worker of [0, 1])
    view.take({ kind: "started", worker, trial: study.trial(study.ask()!.number)! });
  view.take({ kind: "progress", worker: 1, number: 1, replicate: 0, done: 0, total: 1 });
  const [first, second] = view.text();
  t.regex(first, /^slot 1 {2}trial 0 {2}queued {7}x=0\.\d+$/);
  t.regex(second, /^slot 2 {2}trial 1 {3}0% +\d+ s {2}x=0\.\d+$/);
  view.close();
});

test("the live view is no higher than the screen: trials that run come first", async (t) => {
  await using study = await Study.open(":memory:", {
    ...{ name: "high", sampler: "random", lookahead: 64 },
    space: { parameters: { x: { type: "uniform", low: 0, high: 1 } } },
  });
  const view = new SweepView(study, { trials: 100, workers: 64, quiet: true });
  for (let worker = 0; worker < 64; worker++) {
    view.take({ kind: "started", worker, trial: study.trial(study.ask()!.number)! });
  }
  view.take({ kind: "progress", worker: 60, number: 60, replicate: 0, done: 1, total: 2 });
  const lines = view.text(24);
  t.is(lines.length, 23);
  t.regex(lines[19], /^worker 61 {2}trial 60 {2}50%/);
  t.is(lines[20], "… and 44 more");
  t.regex(lines[21], /^0 of 100 trials/);
  t.is(view.text().length, 66);
  view.close();
});

test("a trial and a study are said in a line", async (t) => {
  await using study = await Study.open(":memory:", {
    name: "lines",
    seeds: 2,
    sampler: { name: "tpe", startup: 3 },
    space: { parameters: { x: [1, 2] } },
  });
  t.is(
    describeStudy(study.definition),
    "study lines: minimize what is told, sampler tpe (startup=3, candidates=24), pruner none",
  );
  const trial = study.ask()!.tell([0.25, 0.75]);
  t.regex(describeTrial(trial), /^trial 0 {2}complete {2}0.5 ± 0.354 \(-2.68 to 3.68\) {2}0.0 s {2}x=\d$/);
});

test("samplers and pruners are read with their options", (t) => {
  t.is(parseNamed("--sampler", "tpe"), "tpe");
  t.deepEqual(parseNamed("--sampler", "tpe:startup=20,candidates=48"), {
    name: "tpe",
    startup: 20,
    candidates: 48,
  });
  t.deepEqual(parseNamed("--sampler", "grid:points=5, shuffle=true"), {
    name: "grid",
    points: 5,
    shuffle: true,
  });
  for (const text of ["", "tpe:startup", "tpe:=3", "a b"]) {
    t.throws(() => parseNamed("--sampler", text), { message: /^--sampler / });
  }
});

test("a study that looks ahead of all its trials is said to learn nothing, where it would", async (t) => {
  const of = async (input: object, trials: number) => {
    await using study = await Study.open(":memory:", {
      ...{ name: "ahead", space: { parameters: { x: { type: "uniform", low: 0, high: 1 } } } },
      ...input,
    });
    return describeBlindness(study, trials);
  };
  t.regex(
    (await of({ sampler: "tpe", pruner: "asha", lookahead: 64 }, 64))!,
    /n − 64: of 64 trials none goes by another, so that tpe and asha learn nothing/,
  );
  t.regex(
    (await of({ sampler: "random", pruner: "median", lookahead: 64 }, 20))!,
    /so that random and median/,
  );
  t.is(await of({ sampler: "tpe", lookahead: 64 }, 65), undefined);
  t.is(await of({ sampler: "sobol", lookahead: 64 }, 64), undefined);
  t.is(await of({ sampler: "tpe" }, 5), undefined);
});
