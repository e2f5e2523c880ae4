import { type Kind, requireOptions } from "../arguments.js";
import { PlateauError } from "../errors.js";
import { pause, type StopSignal } from "../pause.js";
import { capture, type Evaluation, requireState, restore, type TrainingState } from "./state.js";
import type { StepResult, Training } from "./training.js";

/** How far training is. */
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

/** How training is watched, judged, stopped and continued. Nothing here changes its bits, but for `evaluate` and what it keeps. */
export interface LoopOptions {
  /**
   * Judges the present weights; less is better, NaN never is best. Called every `evaluateEvery` updates
   * and at the end. It may throw PlateauError `aborted` once the signal is: nothing is lost then.
   */
  evaluate?: (update: number, signal?: StopSignal) => number | Promise<number>;
  /** Called at most every `progressEvery` milliseconds (default 100), and at the end. */
  onProgress?: (progress: Progress) => void;
  progressEvery?: number;
  /** `best` is absent as long as no value was a number. */
  /** Told of each evaluation, and waited for: where it returns "stop" training ends there, as `pruned`. */
  onEvaluation?: (evaluation: Evaluation, best: Evaluation | undefined) => unknown;
  /**
   * Called every `checkpointEvery` milliseconds (default 30 000), and before the rejection when `signal` stops
   * training: with what it continues from.
   */
  onCheckpoint?: (state: TrainingState) => void | Promise<void>;
  checkpointEvery?: number;
  /** Stops after the present batch: training rejects with PlateauError `aborted`, after `onCheckpoint`. */
  signal?: StopSignal;
  /** Continues from here. */
  resume?: TrainingState;
}

/** What each of them has to be. */
export const loopKinds: Readonly<Record<keyof LoopOptions, Kind>> = {
  evaluate: "function?",
  onProgress: "function?",
  progressEvery: "number?",
  onEvaluation: "function?",
  onCheckpoint: "function?",
  checkpointEvery: "number?",
  signal: "signal?",
  resume: "object?",
};

/**
 * @param kinds of all options that the call takes
 * @throws PlateauError `usage` naming the option that is none, or is of another kind
 */
export function requireLoop(
  call: string,
  options: Pick<LoopOptions, "resume">,
  kinds: Readonly<Record<string, Kind>>,
): void {
  requireOptions(call, options, kinds);
  if (options.resume !== undefined) requireState(call, options.resume);
}

/** How training ended. The model holds the best weights where there was an evaluation, else the last. */
export interface Outcome {
  /**
   * `complete`: all updates done. `stopped`: no improvement for `patience` evaluations. `pruned`: by
   * `onEvaluation`.
   */
  reason: "complete" | "stopped" | "pruned" | "diverged";
  updates: number;
  /** Loss of the last update's batches, under the weights before it. */
  loss: number;
  evaluations: Evaluation[];
  best?: Evaluation;
  /** Wall time, evaluations included; of all sessions where training was continued. */
  seconds: number;
  /** By the time that updates alone took. */
  updatesPerSecond: number;
  updateSeconds: number;
  /**
   * Which update could not be done, where `reason` is `diverged`. It may be the one after the last: one whose weights
   * give no finite loss is not `complete`. Where loss and norm are finite, weights or moments of the optimizer are not.
   */
  diverged?: { update: number; loss: number; gradientNorm: number };
}

const YIELD_MILLISECONDS = 25;

/**
 * Runs a trainer to its end, yielding to the event loop about every 25 ms.
 * @throws PlateauError `aborted` through the signal, after `onCheckpoint`: the model holds the last weights
 */
export async function runTraining(trainer: Training, options: LoopOptions = {}): Promise<Outcome> {
  const { evaluate, onProgress, onEvaluation, onCheckpoint, signal, resume } = options;
  const { progressEvery = 100, checkpointEvery = 30_000 } = options;
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
  let reason = "complete" as Outcome["reason"] | "aborted";
  let diverged: Outcome["diverged"];

  const elapsed = () => (resume?.seconds ?? 0) + (performance.now() - begin) / 1000;
  const updateSeconds = () => (resume?.updateSeconds ?? 0) + trained / 1000;
  const state = (): TrainingState => ({
    ...capture(trainer),
    seconds: elapsed(),
    updateSeconds: updateSeconds(),
    evaluations: [...evaluations],
    best,
    bestWeights,
  });
  const report = () => {
    const rate = ((trainer.updates - firstUpdate) * 1000) / Math.max(1e-6, trained);
    const { loss, gradientNorm, updates: update } = trainer;
    onProgress?.({ update, total, loss, gradientNorm, rate, secondsLeft: (total - update) / rate });
  };
  // Where no evaluation was a number there is no best one, and none has improved on another.
  const stale = () => {
    const since = evaluations.filter(({ update }) => update > (best?.update ?? 0));
    return patience > 0 && since.length >= patience;
  };
  // A run that was aborted in an evaluation begins with it when it is continued.
  const due = () =>
    evaluate !== undefined &&
    evaluateEvery > 0 &&
    trainer.updates > 0 &&
    (trainer.updates % evaluateEvery === 0 || trainer.updates === total) &&
    evaluations.at(-1)?.update !== trainer.updates;
  /** @returns whether training goes on. */
  const judge = async (): Promise<boolean> => {
    const update = trainer.updates;
    let value: number;
    try {
      value = await evaluate!(update, signal);
    } catch (error) {
      if (!signal?.aborted || !(error instanceof PlateauError) || error.code !== "aborted") throw error;
      reason = "aborted";
      return false;
    }
    const evaluation = { update, value };
    evaluations.push(evaluation);
    if (!Number.isNaN(value) && (!best || value < best.value)) {
      best = evaluation;
      bestWeights = trainer.model.weights().slice();
    }
    const decision = await onEvaluation?.(evaluation, best);
    if (decision === "stop") reason = "pruned";
    else if (stale()) reason = "stopped";
    return reason === "complete";
  };

  const stepped = (): StepResult | Promise<StepResult> => {
    const result = trainer.step(signal);
    // Others than this thread may fail: what was done until then is not lost.
    return result instanceof Promise ? result.catch(rescue) : result;
  };
  const rescue = async (error: unknown): Promise<never> => {
    if (trainer.intact) await onCheckpoint?.(state());
    throw error;
  };

  if (stale()) reason = "stopped";
  while (reason === "complete") {
    const pending = due();
    if (!pending && trainer.updates >= total) break;
    if (signal?.aborted) {
      reason = "aborted";
      break;
    }
    if (pending) {
      if (!(await judge())) break;
      if (trainer.updates >= total) break;
    }
    if (onCheckpoint && performance.now() - saved >= checkpointEvery) {
      await onCheckpoint(state());
      saved = performance.now();
    }
    const before = performance.now();
    const result = stepped();
    const finite = result instanceof Promise ? await result : result;
    const now = performance.now();
    trained += now - before;
    if (finite === undefined) {
      reason = "aborted";
      break;
    }
    if (!finite) {
      reason = "diverged";
      const { updates, loss, gradientNorm } = trainer;
      diverged = { update: updates + 1, loss, gradientNorm };
      break;
    }
    if (now - reported >= progressEvery) {
      reported = now;
      report();
    }
    if (now - yielded >= YIELD_MILLISECONDS) {
      await pause();
      yielded = performance.now();
    }
  }
  if (trainer.updates > firstUpdate) report();
  if (trainer.updates > 0 && reason !== "aborted" && reason !== "diverged") {
    diverged = await divergence(trainer, evaluations.at(-1));
    if (diverged) reason = "diverged";
  }
  const { updates, loss } = trainer;
  if (reason === "aborted") {
    await onCheckpoint?.(state());
    throw new PlateauError("aborted", `aborted at update ${updates} of ${total}`, { cause: signal?.reason });
  }
  if (bestWeights) trainer.model.weights().set(bestWeights);
  return {
    reason,
    updates,
    loss,
    evaluations,
    best,
    seconds: elapsed(),
    updateSeconds: updateSeconds(),
    updatesPerSecond: updates / Math.max(1e-9, updateSeconds()),
    diverged,
  };
}

/**
 * Whether the last update was one too many: nothing has looked at what it made of the weights, unless an evaluation
 * has. Costs a batch, and changes nothing.
 */
async function divergence(
  trainer: Training,
  evaluation: Evaluation | undefined,
): Promise<Outcome["diverged"] | undefined> {
  const { engine, parameters } = trainer.model;
  const { first, second } = trainer.state;
  const { updates, loss } = trainer;
  const finite = (address: number) => engine.f32(address, parameters.length).every(Number.isFinite);
  const isJudged = evaluation?.update === updates && Number.isFinite(evaluation.value);
  if (!isJudged) await trainer.gather();
  const found = { update: updates + 1, loss: trainer.loss, gradientNorm: trainer.gradientNorm };
  trainer.continueFrom(updates, loss);
  // Of a training that is continued at its end there is no gradient yet: only what was gathered here counts.
  const looked = isJudged || (Number.isFinite(found.loss) && Number.isFinite(found.gradientNorm));
  return looked && [trainer.model.address, first, second].every(finite) ? undefined : found;
}
