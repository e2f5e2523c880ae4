import { FitDirectory } from "../experiments/fit/directory.js";
import { type Fit, type PreparedFit, trainFit } from "../experiments/fit/fit.js";
import { encodeCheckpoint } from "../training/checkpoint.js";
import { describeProgress } from "./progress.js";
import { CHECKPOINT_SECONDS, keeping } from "./train-into.js";

/**
 * Trains a fit, with checkpoints into its folder. Of one that fails nothing is left, unless it can be continued.
 * @throws Interruption when stopped by a signal
 */
export async function fitInto(
  directory: FitDirectory | undefined,
  prepared: PreparedFit,
  { quiet, checkpointEvery = CHECKPOINT_SECONDS }: { quiet?: boolean; checkpointEvery?: number },
): Promise<Fit> {
  const resume = await directory?.checkpoint();
  let stored = resume !== undefined;
  try {
    const fitted = await keeping(
      {
        home: directory,
        makeHome: (path) => FitDirectory.create(path, prepared),
        name: prepared.data.report.source,
        encode: (state, { identity }) => encodeCheckpoint(state, identity),
        command: "fit",
        total: prepared.sizes.training.steps,
      },
      quiet,
      ({ signal, progress, onCheckpoint }) =>
        trainFit(prepared, {
          signal,
          resume,
          onCheckpoint: async (state) => {
            await onCheckpoint(state);
            stored = true;
          },
          checkpointEvery: directory ? 1000 * checkpointEvery : Number.POSITIVE_INFINITY,
          onProgress: (now) => progress.show(describeProgress(now)),
        }),
    );
    if (fitted.outcome.diverged) directory?.discard();
    return fitted;
  } catch (error) {
    if (!stored) directory?.discard();
    throw error;
  }
}
