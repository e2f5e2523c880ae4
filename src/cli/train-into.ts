import { mkdirSync } from "node:fs";
import { PlateauError } from "../errors.js";
import { type Experiment, identity, inputOf } from "../experiments/config.js";
import { watchTraining } from "../experiments/history.js";
import { type RunResult, run } from "../experiments/run.js";
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
  /** Stores the finished run in a new folder of its own. @returns the folder @throws PlateauError `io` */
  keep: () => Promise<string>;
}

/** Where a training that is interrupted can be continued from. */
export interface Home {
  readonly path: string;
  saveCheckpoint(checkpoint: Uint8Array): void;
}

/** What a training is kept by: its folder, or one that is made when there is something to lose. */
interface Keeping<H extends Home> {
  readonly home: H | undefined;
  /** Makes a folder for what would be lost, under a name of its own. */
  readonly makeHome: (path: string) => H | Promise<H>;
  /** What it is trained on, for the name of that folder. */
  readonly name: string;
  readonly encode: (state: TrainingState, home: H) => Promise<Uint8Array>;
  readonly command: "train" | "fit";
  readonly total: number;
  /** Of a target of the user's own: the module that continuing needs again. */
  readonly module?: string;
}

/** How a training is watched and stopped, as every command does it. */
interface Kept {
  readonly signal: AbortSignal;
  readonly progress: ProgressLine;
  readonly onCheckpoint: (state: TrainingState) => Promise<void>;
}

/**
 * Trains with a progress line, checkpoints, and signals that save before they stop.
 * @param work rejects with `aborted` where the signal stopped it, after a last checkpoint
 * @throws Interruption when stopped by a signal
 */
export async function keeping<H extends Home, R>(
  { home: given, makeHome, name, encode, command, total, module }: Keeping<H>,
  quiet: boolean | undefined,
  work: (kept: Kept) => Promise<R>,
): Promise<R> {
  const progress = new ProgressLine(quiet);
  let home = given;
  let refused: PlateauError | undefined;
  let stored = false;
  let updates = 0;
  const resume = () => home && resumeCommand(home.path, command, module);
  const { signal, dispose } = interruptible(() => progress.show("stopping…"), resume);
  const onCheckpoint = async (state: TrainingState) => {
    ({ updates } = state);
    const failed = await tryToStore(async () => {
      // Without --out there is a folder only when there is something to lose.
      home ??= await makeHome(freshFolder(name));
      home.saveCheckpoint(await encode(state, home));
    });
    if (failed && !refused && !signal.aborted) {
      progress.clear();
      note(`${failed.message}; training goes on, the next checkpoint is tried in its turn`);
    }
    refused = failed;
    stored ||= !failed;
  };
  try {
    return await work({ signal, progress, onCheckpoint });
  } catch (error) {
    if (signal.aborted && error instanceof PlateauError && error.code === "aborted") throw interrupted();
    if (!home || !stored || !(error instanceof PlateauError)) throw error;
    const message = `${error.message}; what was stored continues with: ${resume()}`;
    throw new PlateauError(error.code, message, { cause: error });
  } finally {
    progress.clear();
    dispose();
  }

  function interrupted(): PlateauError {
    const where = `interrupted at update ${whole(updates)} of ${whole(total)}`;
    if (!refused) return new Interruption(`${where}, continue with: ${resume()}`, home!.path);
    const rest = home ? `; what was stored before continues with: ${resume()}` : "";
    return new PlateauError("io", `${where}, and its checkpoint is lost: ${refused.message}${rest}`);
  }
}

/** Trains, with checkpoints into the run's folder. @throws Interruption when stopped by a signal */
export async function trainInto(
  directory: RunDirectory | undefined,
  experiment: Experiment,
  flags: {
    quiet?: boolean;
    checkpointEvery?: number;
    recordSpectrum?: boolean;
    threads?: number;
    module?: string;
    /** By which command it is continued. Default: train. */
    command?: "train" | "fit";
  },
): Promise<Trained> {
  const resume = await directory?.checkpoint();
  const watch = watchTraining(experiment, { spectrum: flags.recordSpectrum, notes: resume?.notes });
  const { config, training } = experiment;
  const keep: Keeping<RunDirectory> = {
    home: directory,
    makeHome: (path) => RunDirectory.create(path, inputOf(experiment)),
    name: config.target,
    encode: (state) => encodeCheckpoint({ ...state, notes: watch.notes() }, identity(experiment)),
    command: flags.command ?? "train",
    total: training.steps,
    module: flags.module,
  };
  const { result, outcome, model } = await keeping(keep, flags.quiet, (kept) => {
    const seconds = directory ? (flags.checkpointEvery ?? CHECKPOINT_SECONDS) : Number.POSITIVE_INFINITY;
    return run(inputOf(experiment), {
      signal: kept.signal,
      threads: flags.threads,
      resume,
      onModel: watch.onModel,
      onEvaluation: watch.onEvaluation,
      onCheckpoint: kept.onCheckpoint,
      checkpointEvery: 1000 * seconds,
      onProgress: (now) => kept.progress.show(now.update < now.total ? describeProgress(now) : "judging…"),
    });
  });
  const store = (home: RunDirectory) => home.finish(model, result, watch.history(outcome));
  const unsaved = directory && (await tryToStore(() => store(directory)));
  const keepFinished = async () => {
    const path = freshFolder(config.target);
    await store(RunDirectory.create(path, config));
    return path;
  };
  return { result, model, unsaved, keep: keepFinished };
}

/** Makes the first of plateau-interrupted-m2n1-1, -2, … that does not exist. */
export function freshFolder(target: string): string {
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
