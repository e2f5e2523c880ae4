import { capture, type Evaluation, restore, type TrainingState } from "./state.js";
import type { Trainer } from "./trainer.js";

export interface Progress {
  /** Updates done, of `total`. */
  update: number;
  total: number;
  loss: number;
  gradientNorm: number;
  /** Updates per second since training (or its continuation) began. */
  rate: number;
  secondsLeft: number;
}

export interface LoopOptions {
  /** Judges the present weights; less is better. Called every `evaluateEvery` updates and at the end. */
  evaluate?: (update: number) => number | Promise<number>;
  /** Called at most every `progressEvery` milliseconds (default 100), and at the end. */
  onProgress?: (progress: Progress) => void;
  progressEvery?: number;
  onEvaluation?: (evaluation: Evaluation, best: Evaluation) => void;
  /** Called every `checkpointEvery` milliseconds (default 30 000) and when stopped early by `signal`. */
  onCheckpoint?: (state: TrainingState) => void | Promise<void>;
  checkpointEvery?: number;
  /** Stops after the present update. */
  signal?: AbortSignal;
  /** Continues from here. */
  resume?: TrainingState;
}

/** How training ended. The model holds the best weights where there was an evaluation, else the last. */
export interface Outcome {
  /** `complete`: all updates done. `stopped`: no improvement for `patience` evaluations. */
  reason: "complete" | "stopped" | "aborted" | "diverged";
  updates: number;
  /** Loss of the last update's batches, under the weights before it. */
  loss: number;
  evaluations: Evaluation[];
  best?: Evaluation;
  /** Wall time of this call, evaluations included. */
  seconds: number;
  updatesPerSecond: number;
  /** Which update could not be done, where `reason` is `diverged`. */
  diverged?: { update: number; loss: number; gradientNorm: number };
}

const YIELD_MILLISECONDS = 25;

/** Runs a trainer to its end, yielding to the event loop about every 25 ms. */
export async function runTraining(trainer: Trainer, options: LoopOptions = {}): Promise<Outcome> {
  const { evaluate, onProgress, onEvaluation, onCheckpoint, signal, resume } = options;
  const { steps, stopAfter, evaluateEvery, patience } = trainer.options;
  const total = stopAfter > 0 ? Math.min(steps, stopAfter) : steps;
  const evaluations: Evaluation[] = resume ? [...resume.evaluations] : [];
  let best = resume?.best;
  let bestWeights = resume?.bestWeights;
  if (resume) restore(trainer, resume);

  const begin = performance.now();
  const firstUpdate = trainer.updates;
  let yielded = begin;
  let reported = begin;
  let saved = begin;
  let trained = 0;
  let reason: Outcome["reason"] = "complete";
  let diverged: Outcome["diverged"];

  const state = (): TrainingState => ({ ...capture(trainer), evaluations, best, bestWeights });
  const report = () => {
    const rate = ((trainer.updates - firstUpdate) * 1000) / Math.max(1e-6, trained);
    const { loss, gradientNorm, updates: update } = trainer;
    onProgress?.({ update, total, loss, gradientNorm, rate, secondsLeft: (total - update) / rate });
  };
  const stale = () => {
    if (patience === 0 || !best) return false;
    const since = evaluations.filter(({ update }) => update > best!.update);
    return since.length >= patience;
  };

  if (stale()) reason = "stopped";
  while (reason === "complete" && trainer.updates < total) {
    if (signal?.aborted) {
      reason = "aborted";
      break;
    }
    const before = performance.now();
    const finite = trainer.step();
    const now = performance.now();
    trained += now - before;
    if (!finite) {
      reason = "diverged";
      const { updates, loss, gradientNorm } = trainer;
      diverged = { update: updates + 1, loss, gradientNorm };
      break;
    }
    if (now - reported >= (options.progressEvery ?? 100)) {
      reported = now;
      report();
    }
    const due = evaluateEvery > 0 && trainer.updates % evaluateEvery === 0;
    if (evaluate && evaluateEvery > 0 && (due || trainer.updates === total)) {
      const evaluation = { update: trainer.updates, value: await evaluate(trainer.updates) };
      evaluations.push(evaluation);
      // A value that is no number never counts as best.
      if (!best || evaluation.value < best.value || Number.isNaN(best.value)) {
        best = evaluation;
        bestWeights = trainer.model.weights().slice();
      }
      onEvaluation?.(evaluation, best);
      if (stale()) reason = "stopped";
    }
    if (onCheckpoint && now - saved >= (options.checkpointEvery ?? 30_000)) {
      await onCheckpoint(state());
      saved = performance.now();
    }
    if (now - yielded >= YIELD_MILLISECONDS) {
      await pause();
      yielded = performance.now();
    }
  }
  if (trainer.updates > firstUpdate) report();
  if (reason === "aborted") await onCheckpoint?.(state());
  const { updates, loss } = trainer;
  if (bestWeights && reason !== "aborted") trainer.model.weights().set(bestWeights);
  return {
    reason,
    updates,
    loss,
    evaluations,
    best,
    seconds: (performance.now() - begin) / 1000,
    updatesPerSecond: ((updates - firstUpdate) * 1000) / Math.max(1e-6, trained),
    diverged,
  };
}

/** Lets timers, signals and messages through. */
function pause(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === "function") setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}
