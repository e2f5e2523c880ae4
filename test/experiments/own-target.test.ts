import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import test, { type ExecutionContext } from "ava";
import { analyze } from "../../src/analysis/analyze.js";
import { PlateauError } from "../../src/errors.js";
import { defineExperiment, type ExperimentInput, identity } from "../../src/experiments/config.js";
import { findRepeater } from "../../src/experiments/repeat/registry.js";
import { repeatableRun } from "../../src/experiments/repeat/run.js";
import { run } from "../../src/experiments/run.js";
import { RunDirectory } from "../../src/experiments/run-directory.js";
import { openStudy, type TrainingStudyInput } from "../../src/experiments/sweep/open.js";
import { documentAt } from "../../src/report/sources/registry.js";
import { expressionTarget } from "../../src/targets/expression/target.js";
import { defineTarget } from "../../src/targets/own.js";
import { encodeCheckpoint } from "../../src/training/checkpoint.js";
import type { TrainingState } from "../../src/training/state.js";

const tiny = { dModel: 8, ff: 8, layers: 1, batch: 16, trainRows: 300, validationRows: 50, testRows: 100 };
const tent = defineTarget({
  name: "tent",
  domain: [
    [-1, 1],
    [0, 2],
  ],
  value: ([x, y]) => Math.abs(x) - y,
});
const input = { ...tiny, target: tent, steps: 6, evaluateEvery: 3, seed: 4 };

function folder(t: ExecutionContext): string {
  const path = mkdtempSync(join(tmpdir(), "plateau-own-"));
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test("a function of one's own is trained on to the bits of the same expression", async (t) => {
  const { result, experiment, model } = await run(input);
  const expression = expressionTarget("abs(x) - y", "x=-1:1,y=0:2");
  const same = await run({ ...input, target: expression });
  t.is(result.weightsSha256, same.result.weightsSha256);
  t.deepEqual(result.test, same.result.test);
  t.is(same.result.target, "abs(x) - y on x=-1:1,y=0:2");
  t.false("ownTarget" in same.result, "a name finds it again");
  t.is(result.target, "tent");
  t.like(result.ownTarget, { inputs: 2, outputs: 1 });
  t.deepEqual(JSON.parse(JSON.stringify(experiment.config)), experiment.config, "plain JSON");
  const { measures } = await analyze(model, tent, { measures: ["errors"], samples: 500 });
  t.true("result" in measures["errors"]);
});

test("what is stored of it says what it was, and asks for it again", async (t) => {
  const path = join(folder(t), "run");
  const directory = RunDirectory.create(path, input);
  const stop = new AbortController();
  let state: TrainingState | undefined;
  const stopped = run(input, {
    signal: stop.signal,
    onEvaluation: ({ update }) => update === 3 && stop.abort(),
    onCheckpoint: (now) => void (state = now),
  });
  await t.throwsAsync(stopped, { instanceOf: PlateauError, code: "aborted" });
  directory.saveCheckpoint(await encodeCheckpoint(state!, identity(directory.experiment)));

  const opened = (target?: unknown) => () => RunDirectory.open(path, { target } as never);
  t.throws(opened(), {
    instanceOf: PlateauError,
    code: "usage",
    message: /"tent".*RunDirectory\.open\(path, \{ target \}\)/,
  });
  const other = defineTarget({ ...parts, value: ([x, y]) => Math.abs(x) + y });
  t.throws(opened(other), {
    instanceOf: PlateauError,
    code: "usage",
    message: /"tent" is not the one that was trained on/,
  });
  t.throws(opened(defineTarget({ ...parts, name: "roof" })), {
    code: "usage",
    message: /"roof".*was trained on "tent"/,
  });
  t.throws(opened("tent"), { code: "usage" });

  const again = RunDirectory.open(path, { target: tent });
  const { model, result } = await run(input, { resume: await again.checkpoint() });
  again.finish(model, result);
  t.is(result.weightsSha256, (await run(input)).result.weightsSha256);
  t.deepEqual((await RunDirectory.open(path, { target: tent }).model()).weights(), model.weights());
  await t.throwsAsync(documentAt(path), { code: "usage", message: /tent/ });

  const repeatable = JSON.parse(JSON.stringify(await repeatableRun(again.experiment, result)));
  const repeater = findRepeater(repeatable.kind);
  t.throws(() => repeater.parse(repeatable.config), { code: "usage", message: /"tent" was the run's own/ });
  const found = await repeater.run(repeater.parse(repeatable.config, { target: tent }), {
    folder: join(folder(t), "again"),
  });
  t.is(found.fingerprint, repeatable.fingerprint);
});

/** The parts of the tent. */
const parts = {
  name: "tent",
  domain: [
    [-1, 1],
    [0, 2],
  ] as const,
  value: ([x, y]: Float64Array) => Math.abs(x) - y,
};

test("a run of a known target is not opened with another", (t) => {
  const path = join(folder(t), "run");
  RunDirectory.create(path, { ...tiny, target: "sine(1)" });
  t.throws(() => RunDirectory.open(path, { target: tent }), {
    code: "usage",
    message: /was trained on "sine\(1\)"/,
  });
  t.notThrows(() => RunDirectory.open(path));
});

const space = { parameters: { lr: { type: "log-uniform", low: 1e-3, high: 1e-2 } } } as const;
const { target: _, seed: __, ...experiment } = input;

test("a study takes a module, which its threads load, and says so of what it cannot store", async (t) => {
  const at = folder(t);
  const own = pathToFileURL(resolve("dist/src/targets/own.js")).href;
  const text = `import { defineTarget } from ${JSON.stringify(own)};
export default defineTarget({ name: "tent", domain: [[-1, 1], [0, 2]], value: ([x, y]) => Math.abs(x) - y });
`;
  const file = join(at, "tent.mjs");
  writeFileSync(file, text);
  const wrong = { target: tent, space, experiment } as unknown as TrainingStudyInput;
  await t.throwsAsync(openStudy(join(at, "a.sqlite"), wrong), {
    instanceOf: PlateauError,
    code: "usage",
    message:
      /target is the target "tent" itself: .*a name, an expression on its domain, or the path of a module/,
  });
  await t.throwsAsync(openStudy(join(at, "a.sqlite"), { target: join(at, "none.mjs"), space }), {
    code: "usage",
    message: /the target's module .*none\.mjs.* cannot be loaded/,
  });
  writeFileSync(join(at, "empty.mjs"), "export default 3;\n");
  await t.throwsAsync(openStudy(join(at, "a.sqlite"), { target: join(at, "empty.mjs"), space }), {
    code: "usage",
    message: /no default export that is a target/,
  });

  const given = { target: file, space, experiment, seed: 2 };
  {
    await using study = await openStudy(join(at, "a.sqlite"), given);
    t.is(study.name, "tent");
    for await (const _ of study.run({ trials: 1, workers: 1 }));
  }
  await using study = await openStudy(join(at, "a.sqlite"));
  for await (const _ of study.run({ trials: 2, workers: 2 }));
  const [first, second] = study.trials(["complete"]);
  t.is(second.number, 1);
  const trained = {
    ...experiment,
    target: tent,
    ...first.parameters,
    seed: first.seeds[0],
  } as ExperimentInput;
  const { result } = await run(trained);
  const [replicate] = study.replicates(0);
  t.is((replicate.result as { weightsSha256: string }).weightsSha256, result.weightsSha256);
});

test("what is no function with a domain is refused by name", (t) => {
  const refused = (change: object, message: RegExp) =>
    t.throws(() => defineTarget({ ...parts, ...change } as never), {
      instanceOf: PlateauError,
      code: "usage",
      message,
    });
  refused({ name: "sine(2)" }, /name is "sine\(2\)", which plateau has/);
  refused({ domain: [] }, /domain/);
  refused({ domain: [[1, -1]] }, /domain.*low below high/);
  refused({ value: 3 }, /value is 3: expected a function of x/);
  refused({ value: undefined }, /value is missing/);
  refused({ value: () => "no" }, /value returned "no", expected a number/);
  refused({ value: ([x]: Float64Array) => Math.sqrt(x) }, /target tent is NaN at/);
  refused({ value: () => 1e39 }, /up to 1e\+39/);
  refused({ vale: 1 }, /vale is no option/);
  t.throws(() => defineExperiment({ target: { name: "tent" } } as never), {
    code: "usage",
    message: /expected a target/,
  });
});

test("a Jacobian is the gradient, and several outputs are so many tokens", (t) => {
  const swirl = defineTarget({
    ...parts,
    name: "swirl",
    outputs: 2,
    value: ([x, y]) => [x * y, x - y],
    jacobian: ([x, y]) => [y, x, 1, -1],
    range: [-2, 3],
    sizes: { train: 500, test: undefined },
  });
  const g = Float64Array.of(1, 1);
  swirl.pullback!(Float64Array.of(0.5, 2), Float64Array.of(1, 10), g);
  t.deepEqual([...g], [1 + 2 + 10, 1 + 0.5 - 10]);
  t.deepEqual(
    [swirl.range, swirl.sizes],
    [
      { low: -2, high: 3 },
      { train: 500, validation: 10_000, test: 10_000 },
    ],
  );
  const { x, y } = swirl.sample("train", { start: 0, count: 5 }, 1, 3);
  for (let i = 0; i < 5; i++) {
    t.true(Math.abs(y[2 * i] - x[2 * i] * x[2 * i + 1]) < 1e-6);
    t.true(Math.abs(y[2 * i + 1] - (x[2 * i] - x[2 * i + 1])) < 1e-6);
  }
});
