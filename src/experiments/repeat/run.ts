import { PlateauError, quote } from "../../errors.js";
import { encodeCheckpoint } from "../../training/checkpoint.js";
import { version } from "../../version.js";
import { defineExperiment, type Experiment, experimentFromJson, identity, inputOf } from "../config.js";
import { fingerprintOf } from "../record.js";
import { initialModel, judgeConstructed, type RunResult, run } from "../run.js";
import { RunDirectory } from "../run-directory.js";
import { partsOf } from "./parts.js";
import type { Repeatable } from "./repeatable.js";
import type { Repeated, Repeater, RepeatInput, RepeatOptions } from "./repeater.js";

const CHECKPOINT_MILLISECONDS = 30_000;

/** Of a result, what follows from its configuration to the last bit: nothing of time. */
function determined({ weightsSha256, outcome, diverged, steps, loss, best, test, baselines }: RunResult) {
  return { weightsSha256, training: { outcome, diverged, steps, loss, best }, test, baselines };
}

async function repeated(result: RunResult): Promise<Repeated> {
  const results = determined(result);
  return { fingerprint: await fingerprintOf(results), parts: await partsOf(results) };
}

/** What `plateau repeat` makes again of a finished run, and what has to come out. */
export async function repeatableRun({ config }: Experiment, result: RunResult): Promise<Repeatable> {
  const { kind } = result.outcome === "constructed" ? repeatConstruction : repeatTraining;
  return { kind, plateau: version, config, ...(await repeated(result)) };
}

const parse = (input: unknown, { target }: RepeatInput = {}) =>
  defineExperiment({ ...experimentFromJson(input, "config"), ...(target ? { target } : {}) });

function describe({ config, training }: Experiment): string {
  const { target, mode, dim, seed } = config;
  return `${quote(target)}, ${mode}, d = ${dim}, seed ${seed}, ${training.steps} updates`;
}

/** The training of one model: what `plateau train` does. */
export const repeatTraining: Repeater<Experiment> = {
  kind: "train",
  parse,
  describe: (experiment) => `training on ${describe(experiment)}`,
  build: ({ config }) => config.build,
  async run(experiment, { folder, signal, onProgress }: RepeatOptions) {
    const directory = runDirectory(folder, experiment);
    if (directory.finished) return repeated(directory.result());
    const { result, model } = await run(inputOf(experiment), {
      signal,
      resume: await directory.checkpoint(),
      checkpointEvery: CHECKPOINT_MILLISECONDS,
      onCheckpoint: async (state) =>
        directory.saveCheckpoint(await encodeCheckpoint(state, identity(experiment))),
      onProgress: ({ update, total }) => onProgress?.(`update ${update} of ${total}`, update / total),
    });
    directory.finish(model, result);
    return repeated(result);
  },
};

/** A network whose weights were written down: what `plateau construct` does. */
export const repeatConstruction: Repeater<Experiment> = {
  kind: "construct",
  parse(input, given) {
    const experiment = parse(input, given);
    if (experiment.initial) return experiment;
    throw new PlateauError("usage", `config: init is missing: a construction has one`);
  },
  describe: (experiment) => `${experiment.initial!.name} of ${quote(experiment.config.target)}`,
  build: ({ config }) => config.build,
  async run(experiment, { folder, signal }) {
    const model = initialModel(experiment);
    const result = await judgeConstructed(experiment, model, 0, { signal });
    runDirectory(folder, experiment).finish(model, result);
    return repeated(result);
  },
};

/** The run in a folder, begun where there is none. */
function runDirectory(folder: string, experiment: Experiment): RunDirectory {
  try {
    return RunDirectory.create(folder, inputOf(experiment));
  } catch (error) {
    if (!(error instanceof PlateauError) || error.code !== "run-directory") throw error;
    return RunDirectory.open(folder, { target: experiment.target });
  }
}
