import { writeFileSync } from "node:fs";
import { type ExperimentInput, identity } from "../../src/experiments/config.js";
import { fitConfig } from "../../src/experiments/fit/config.js";
import { FitDirectory } from "../../src/experiments/fit/directory.js";
import { prepareFit, trainFit } from "../../src/experiments/fit/fit.js";
import { watchTraining } from "../../src/experiments/history.js";
import { run } from "../../src/experiments/run.js";
import { RunDirectory } from "../../src/experiments/run-directory.js";
import { readTable } from "../../src/tables/read.js";
import { encodeCheckpoint } from "../../src/training/checkpoint.js";

const config: ExperimentInput = {
  ...{ target: "m2n1", dModel: 4, heads: 1, ff: 4, layers: 1, batch: 4, steps: 4 },
  ...{ trainRows: 32, validationRows: 8, testRows: 8, evaluateEvery: 2 },
};

/** The folder of a run that is finished, as small as runs are, and `folder.checkpoint`, from which it could go on. */
export async function finishedRun(folder: string) {
  const directory = RunDirectory.create(folder, config);
  const { experiment } = directory;
  const watch = watchTraining(experiment);
  const { model, result, outcome } = await run(experiment.config, {
    checkpointEvery: 0,
    onCheckpoint: async (state) =>
      writeFileSync(`${folder}.checkpoint`, await encodeCheckpoint(state, identity(experiment))),
  });
  directory.finish(model, result!, watch.history(outcome));
  return { experiment, model, result: result! };
}

const rows = Array.from({ length: 40 }, (_, i) => `${i / 2};${"ab"[i % 2]};${i % 3};${(i * i) / 10} €`);

/** The same of a fit to a table. */
export async function finishedFit(folder: string, table: string) {
  writeFileSync(table, ["x;kind;code;y", ...rows, ""].join("\n"));
  const sizes = { dModel: 4, heads: 1, ff: 4, layers: 1, steps: 4, batch: 4 };
  const prepared = prepareFit(
    await readTable(table),
    fitConfig({ data: table, output: "y", categorical: ["code"], ...sizes }),
  );
  const directory = await FitDirectory.create(folder, prepared);
  const fit = await trainFit(prepared, {
    checkpointEvery: 0,
    onCheckpoint: async (state) =>
      writeFileSync(`${folder}.checkpoint`, await encodeCheckpoint(state, directory.identity)),
  });
  return { data: prepared.data, model: fit.model, result: await directory.finish(fit) };
}
