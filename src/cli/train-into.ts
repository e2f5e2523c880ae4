import { mkdirSync } from "node:fs";
import { PlateauError } from "../errors.js";
import { type Experiment, identity } from "../experiments/config.js";
import { watchTraining } from "../experiments/history.js";
import { type Run, type RunResult, run } from "../experiments/run.js";
import { RunDirectory } from "../experiments/run-directory.js";
import { ioError } from "../files/io-error.js";
import type { Model } from "../nn/model.js";
import { encodeCheckpoint } from "../training/checkpoint.js";
import type { TrainingState } from "../training/state.js";
import { interruptible } from "./interrupt.js";
import { note, whole } from "./output.js";
import { describeProgress, ProgressLine } from "./progress.js";
import { Interruption } from "./report.js";
import { resumeCommand, tryToStore } from "./store.js";

/** Seconds between checkpoints, unless told. */
export const CHECKPOINT_SECONDS = 30;

export interface Trained {
  result: RunResult;
  model: Model;
  /** Why the finished run could not be stored, where it could not. */
  unsaved?: PlateauError;
}

/** Trains, with checkpoints into the run's folder. @throws Interruption when stopped by a signal */
export async function trainInto(
  directory: RunDirectory | undefined,
  experiment: Experiment,
  flags: { quiet?: boolean; checkpointEvery?: number; recordSpectrum?: boolean; threads?: number },
): Promise<Trained> {
  const progress = new ProgressLine(flags.quiet);
  let home = directory;
  const { signal, dispose } = interruptible(
    () => progress.show("stopping…"),
    () => home && resumeCommand(home.path),
  );
  let refused: PlateauError | undefined;
  const resume = await directory?.checkpoint();
  const watch = watchTraining(experiment, { spectrum: flags.recordSpectrum, notes: resume?.notes });
  let stored = false;
  let updates = 0;
  const onCheckpoint = async (state: TrainingState) => {
    ({ updates } = state);
    const checkpoint = await encodeCheckpoint({ ...state, notes: watch.notes() }, identity(experiment));
    const failed = await tryToStore(() => {
      // Without --out there is a folder only when there is something to lose.
      home ??= RunDirectory.create(freshFolder(experiment.config.target), experiment.config);
      home.saveCheckpoint(checkpoint);
    });
    if (failed && !refused && !signal.aborted) {
      progress.clear();
      note(`${failed.message}; training goes on, the next checkpoint is tried in its turn`);
    }
    refused = failed;
    stored ||= !failed;
  };
  const seconds = directory ? (flags.checkpointEvery ?? CHECKPOINT_SECONDS) : Number.POSITIVE_INFINITY;
  let ended: Run;
  try {
    ended = await run(experiment.config, {
      signal,
      threads: flags.threads,
      resume,
      onModel: watch.onModel,
      onEvaluation: watch.onEvaluation,
      onCheckpoint,
      checkpointEvery: 1000 * seconds,
      onProgress: (now) => progress.show(now.update < now.total ? describeProgress(now) : "judging…"),
    });
  } catch (error) {
    if (signal.aborted && error instanceof PlateauError && error.code === "aborted") {
      throw interrupted(home, refused, updates, experiment.training.steps);
    }
    if (!home || !stored || !(error instanceof PlateauError)) throw error;
    const message = `${error.message}; what was stored continues with: ${resumeCommand(home.path)}`;
    throw new PlateauError(error.code, message, { cause: error });
  } finally {
    progress.clear();
    dispose();
  }
  const { result, outcome, model } = ended;
  const unsaved =
    directory && (await tryToStore(() => directory.finish(model, result, watch.history(outcome))));
  return { result, model, unsaved };
}

function interrupted(
  home: RunDirectory | undefined,
  refused: PlateauError | undefined,
  updates: number,
  steps: number,
): PlateauError {
  const where = `interrupted at update ${whole(updates)} of ${whole(steps)}`;
  if (refused) {
    const rest = home ? `; what was stored before continues with: ${resumeCommand(home.path)}` : "";
    return new PlateauError("io", `${where}, and its checkpoint is lost: ${refused.message}${rest}`);
  }
  return new Interruption(`${where}, continue with: ${resumeCommand(home!.path)}`, home!.path);
}

/** Makes the first of plateau-interrupted-m2n1-1, -2, … that does not exist. */
function freshFolder(target: string): string {
  // Of an expression no more than its first letters and digits makes a good name.
  const name = target
    .replace(/[^\w.]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40);
  for (let number = 1; ; number++) {
    const path = `plateau-interrupted-${name}-${number}`;
    try {
      mkdirSync(path);
      return path;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "EEXIST")
        throw ioError("cannot save the interrupted run in", path, cause);
    }
  }
}
