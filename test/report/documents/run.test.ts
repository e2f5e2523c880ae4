import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { said } from "../../../src/analysis/statistics/say.js";
import { PlateauError } from "../../../src/errors.js";
import { saveAnalysis } from "../../../src/experiments/analysis-file.js";
import { defineExperiment, type ExperimentInput, identity } from "../../../src/experiments/config.js";
import { watchTraining } from "../../../src/experiments/history.js";
import { initialModel, judgeConstructed, run } from "../../../src/experiments/run.js";
import { RunDirectory } from "../../../src/experiments/run-directory.js";
import type { ReportDocument } from "../../../src/report/document.js";
import { documentOfRun } from "../../../src/report/documents/run.js";
import { trainCommand } from "../../../src/report/methods.js";
import { figuresOf } from "../../../src/report/parts.js";
import { folder } from "../../support/folder.js";
import { holds } from "./holds.js";

const tiny = {
  ...{ dModel: 8, layers: 1, heads: 2, steps: 60, evaluateEvery: 20, warmup: 5, lr: 0.01 },
  ...{ trainRows: 1000, validationRows: 100, testRows: 200 },
};
const runFolder = (t: ExecutionContext) => join(folder(t), "run");

async function trained(t: ExecutionContext, input: ExperimentInput, spectrum = false): Promise<RunDirectory> {
  const directory = RunDirectory.create(runFolder(t), input);
  const watch = watchTraining(directory.experiment, { spectrum });
  const { model, result, outcome } = await run(input, {
    onModel: watch.onModel,
    onEvaluation: watch.onEvaluation,
  });
  directory.finish(model, result!, watch.history(outcome));
  return directory;
}

const namesOf = ({ main, sections }: ReportDocument) => [
  main?.name,
  ...sections.flatMap(({ figures }) => figures.map(({ name }) => name)),
];

test.serial("a regression of several tokens has every figure", async (t) => {
  const directory = await trained(t, { target: "m2n1", dim: 2, ...tiny, testRows: 2500 }, true);
  const shares: number[] = [];
  const document = await documentOfRun(directory, { onProgress: (_, share) => shares.push(share) });
  await holds(t, document);
  t.deepEqual(namesOf(document), [
    ...["segment", "residuals", "failure-curve", "modulus", "spectrum", "spectrum-training"],
    ...["attention", "training-curve"],
  ]);
  t.deepEqual(
    shares,
    [...shares].sort((a, b) => a - b),
  );
  t.is(shares.at(-1), 1);
  t.true(document.answer[0].toLowerCase().startsWith(directory.result().verdict.toLowerCase()));
  t.is(document.methods.repeat.kind, "train");
  // Residuals are of the rows that the scores are of, the worst drawn.
  const { test: scores } = directory.result();
  const { title, data } = figuresOf(document).find(({ name }) => name === "residuals")!;
  t.is(title, `Predictions are off by ${said(scores.rmse)} in the root mean square`);
  t.is(Math.max(...data.map(({ residual }) => Math.abs(residual as number))), scores.sup);
  t.true(data.length < 700);
  // A measure that is told twice, of fewer vectors and of all: why it differs stands beside it.
  const failure = document.sections.find(({ name }) => name === "failure")!;
  t.regex(
    failure.text.join("\n"),
    /among 2,000 true vectors, .* among the 2,500 of all test rows: less, because/,
  );
});

test.serial("a classification without a history says what there is not", async (t) => {
  const input = { target: "sine(1)", mode: "classification", classes: 4, ...tiny } as const;
  const directory = RunDirectory.create(runFolder(t), input);
  const { model, result } = await run(input);
  directory.finish(model, result!);
  const document = await documentOfRun(directory);
  await holds(t, document);
  const words = document.sections.flatMap(({ text }) => text).join("\n");
  t.regex(words, /There is no history of its validations/);
  t.regex(words, /was not recorded: plateau train --record-spectrum/);
  t.regex(words, /No head has more than one key to choose from/);
  t.false(namesOf(document).includes("training-curve"));
  t.regex(document.setting, /^Classification into 4 classes of sine\(1\) with 1 number a token/);
});

test.serial("a construction was not trained", async (t) => {
  const experiment = defineExperiment({ target: "sine(1)", init: "construct:relu(8)", testRows: 200 });
  const directory = RunDirectory.create(runFolder(t), experiment.config);
  const model = initialModel(experiment);
  directory.finish(model, await judgeConstructed(experiment, model, 0.1));
  const document = await documentOfRun(directory);
  await holds(t, document);
  t.regex(document.setting, /written down, not trained/);
  t.true(document.sections.some(({ text }) => text.join(" ").includes("The weights were written down")));
  t.is(document.methods.repeat.kind, "construct");
});

test.serial("stored measures of these weights are taken, others are not", async (t) => {
  const directory = await trained(t, { target: "sine(1)", ...tiny });
  const { weightsSha256 } = directory.result();
  const analysis = (line: string) => ({
    ...{ model: "m", units: "u", seed: 0 },
    measures: { plateaus: { line, result: { ...flat }, seconds: 1, seed: 0 } },
  });
  const estimate = { value: 0.5, low: 0.4, high: 0.6 };
  const flat = {
    ...{ segments: 1, intervals: "grid", target: null, flatBeyondTarget: null, effectivePieces: null },
    model: { flatShare: estimate, resolution: estimate },
  };
  saveAnalysis(directory.path, weightsSha256, analysis("told before"));
  t.true((await documentOfRun(directory)).answer.includes("Told before."));
  saveAnalysis(directory.path, "0".repeat(64), analysis("of other weights"));
  t.false((await documentOfRun(directory)).answer.join().includes("Of other weights"));
});

test.serial("an unfinished run has no report, and a signal stops the measuring", async (t) => {
  const begun = RunDirectory.create(runFolder(t), { target: "sine(1)", ...tiny });
  const error = await t.throwsAsync(documentOfRun(begun), { instanceOf: PlateauError });
  t.is(error?.code, "run-directory");
  const directory = await trained(t, { target: "sine(1)", ...tiny });
  const stopped = await t.throwsAsync(documentOfRun(directory, { signal: AbortSignal.abort() }), {
    instanceOf: PlateauError,
  });
  t.is(stopped?.code, "aborted");
});

test("the command of a run makes the same run again", (t) => {
  const experiment = defineExperiment({
    ...{ target: "sine(2)", ...tiny, seed: 3 },
    protocol: { base: "study", outputHead: "linear", width: "embedded" },
  });
  const command = trainCommand(experiment, "--out runs/again");
  t.regex(command, /^plateau train 'sine\(2\)' --protocol study --protocol-set outputHead=linear/);
  t.true(command.endsWith("--out runs/again"));
  const flags = Object.fromEntries(
    [...command.matchAll(/--([a-z-]+) (\S+)/g)]
      .filter(([, flag]) => !["protocol", "protocol-set", "out"].includes(flag))
      .map(([, flag, value]) => [flag.replace(/-(\w)/g, (_, letter) => letter.toUpperCase()), Number(value)]),
  );
  const again = defineExperiment({ target: "sine(2)", protocol: experiment.protocol, ...flags });
  t.is(identity(again), identity(experiment));
});
