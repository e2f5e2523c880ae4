import { join } from "node:path";
import test from "ava";
import { PlateauError } from "../../src/errors.js";
import type { StudyInput } from "../../src/sweep/definition.js";
import { Study } from "../../src/sweep/study.js";
import { folder } from "../cli/plateau.js";
import { facts, finish } from "./support/facts.js";
import { identity, line } from "./support/line.js";

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
