import type { Model } from "../nn/model.js";
import type { StopSignal } from "../pause.js";
import type { OptimizerState } from "./optimizer.js";
import type { TrainingOptions } from "./options.js";

/** What a step comes to: false where loss or gradient is NaN, infinite or too large, undefined where it was stopped. */
export type StepResult = boolean | undefined;

/** A training in progress, on one thread or many: what the loop drives and checkpoints hold. */
export interface Training {
  readonly model: Model;
  readonly options: TrainingOptions;
  readonly state: OptimizerState;
  /** Updates done. */
  readonly updates: number;
  /** Mean loss of the last step's batches under the weights before its update; NaN before the first. */
  readonly loss: number;
  /** Global 2-norm of the last step's gradient, before clipping. */
  readonly gradientNorm: number;
  /** One update. The weights are as before where it was stopped or is not finite. */
  step(signal?: StopSignal): StepResult | Promise<StepResult>;
  /**
   * The first half of a step: loss, gradients and their norm, no update.
   * @returns false where the signal stopped it
   */
  gather(signal?: StopSignal): boolean | Promise<boolean>;
  /** What to go on from, once weights and optimizer state are as they were then. */
  continueFrom(updates: number, loss: number): void;
  /** Whether weights and optimizer state are those of `updates`, where a step has failed with an error. */
  readonly intact: boolean;
  /** Ends what the training holds beside memory; the model stays. */
  dispose(): Promise<void> | void;
}
