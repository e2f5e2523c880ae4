import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { PlateauError } from "../../src/errors.js";
import { defineExperiment, identity } from "../../src/experiments/config.js";
import { type RunHistory, watchTraining } from "../../src/experiments/history.js";
import { run } from "../../src/experiments/run.js";
import { RunDirectory } from "../../src/experiments/run-directory.js";
import { decodeCheckpoint, encodeCheckpoint } from "../../src/training/checkpoint.js";
import type { TrainingState } from "../../src/training/state.js";
import { folder } from "../support/folder.js";

const experiment = defineExperiment({
  ...{ target: "sine(2)", dModel: 8, layers: 1, heads: 1, steps: 40, evaluateEvery: 10, warmup: 5 },
  ...{ trainRows: 500, validationRows: 100, testRows: 100 },
});
const told = ({ environment: _, ...rest }: RunHistory) => rest;

/** The history of a training that is interrupted after some updates, stored, and continued. */
async function trained(stopAt?: number): Promise<{ history: RunHistory; weights: string }> {
  let stored: Uint8Array | undefined;
  const first = watchTraining(experiment, { spectrum: true });
  const stop = new AbortController();
  const save = async (state: TrainingState) => {
    stored = await encodeCheckpoint({ ...state, notes: first.notes() }, identity(experiment));
  };
  try {
    const { result, outcome } = await run(experiment.config, {
      onModel: first.onModel,
      onEvaluation: (evaluation) => {
        first.onEvaluation(evaluation);
        if (evaluation.update === stopAt) stop.abort();
      },
      onCheckpoint: save,
      signal: stop.signal,
    });
    return { history: first.history(outcome), weights: result.weightsSha256 };
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  }
  const resume = await decodeCheckpoint(stored!, identity(experiment), "checkpoint");
  // Nobody asks for the spectrum again: that it is recorded is among the notes.
  const second = watchTraining(experiment, { notes: resume.notes });
  const { result, outcome } = await run(experiment.config, {
    resume,
    onModel: second.onModel,
    onEvaluation: second.onEvaluation,
  });
  return { history: second.history(outcome), weights: result.weightsSha256 };
}

test("an interrupted training has the history of one that was not, and watching changes no bits", async (t) => {
  const whole = await trained();
  const parted = await trained(20);
  t.deepEqual(told(parted.history), told(whole.history));
  t.is(parted.weights, whole.weights);
  const unwatched = await run(experiment.config);
  t.is(unwatched.result.weightsSha256, whole.weights);
  t.deepEqual(
    whole.history.evaluations.map(({ update }) => update),
    [10, 20, 30, 40],
  );
  t.deepEqual(
    whole.history.spectrum!.steps.map(({ step }) => step),
    [10, 20, 30, 40],
  );
  t.is(whole.history.measure, "rmse");
});

test("without being asked no spectrum is recorded, and values that are no numbers are null", (t) => {
  const watch = watchTraining(experiment, { notes: { spectrum: "damaged" } });
  watch.onEvaluation({ update: 1, value: 1 });
  t.is(watch.notes(), undefined);
  const evaluations = [{ update: 10, value: Number.NaN }];
  const { spectrum, ...history } = watch.history({ evaluations, seconds: 1 });
  t.is(spectrum, undefined);
  t.deepEqual(history.evaluations, [{ update: 10, value: null }]);
});

test("a run's folder keeps the history; a damaged one is refused with what to do", async (t) => {
  const path = join(folder(t), "run");
  const directory = RunDirectory.create(path, experiment.config);
  const watch = watchTraining(experiment);
  const { model, result, outcome } = await run(experiment.config, { onModel: watch.onModel });
  t.is(directory.history(), undefined);
  directory.finish(model, result, watch.history(outcome));
  t.deepEqual(readdirSync(path).sort(), ["history.json", "result.json", "run.json", "weights.safetensors"]);
  const stored = RunDirectory.open(path).history();
  t.deepEqual(stored, JSON.parse(readFileSync(join(path, "history.json"), "utf8")));
  t.is(stored?.evaluations.length, 4);
  writeFileSync(join(path, "history.json"), '{"measure": 3}');
  const error = t.throws(() => RunDirectory.open(path).history(), { instanceOf: PlateauError });
  t.is(error?.code, "format");
  t.regex(error!.message, /history\.json: measure is 3.*delete the file/);
});
