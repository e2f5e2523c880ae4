import type { Kernels } from "../runtime/generated/kernels.js";
import { MOST_FLOAT32 } from "../validate.js";
import type { TrainingOptions } from "./options.js";
import type { Schedule } from "./schedule.js";

/** Places in the `hyper` of the optimizer's kernels, f32[length]. */
export const HYPER = {
  lr: 0,
  beta1: 1,
  beta2: 2,
  eps: 3,
  weightDecay: 4,
  bias1: 5,
  bias2: 6,
  gradScale: 7,
  rest1: 8,
  rest2: 9,
  length: 10,
};

/** Writes what is the same in every update. */
export function setConstants(hyper: Float32Array, options: TrainingOptions): void {
  const { beta1, beta2, eps, weightDecay, momentum, optimizer } = options;
  hyper[HYPER.beta1] = optimizer === "sgd" ? momentum : beta1;
  hyper[HYPER.beta2] = beta2;
  hyper[HYPER.eps] = eps;
  hyper[HYPER.weightDecay] = weightDecay;
  hyper[HYPER.rest1] = 1 - beta1;
  hyper[HYPER.rest2] = 1 - beta2;
}

/** Writes learning rate and bias corrections of update t = 1, 2, … */
export function setUpdate(
  hyper: Float32Array,
  t: number,
  { beta1, beta2 }: TrainingOptions,
  schedule: Schedule,
  kernels: Kernels,
): void {
  hyper[HYPER.lr] = schedule(t);
  hyper[HYPER.bias1] = 1 - kernels.pow64(beta1, t);
  hyper[HYPER.bias2] = Math.sqrt(1 - kernels.pow64(beta2, t));
}

/**
 * The largest norm of a gradient, after clipping, that an update can be made of: one whose squares, of which Adam's
 * second moments are made, are finite in float32. An infinite moment would hold its weight where it is for ever.
 */
export function largestNorm({ optimizer, beta2 }: Pick<TrainingOptions, "optimizer" | "beta2">): number {
  return optimizer === "sgd" ? MOST_FLOAT32 : Math.sqrt(MOST_FLOAT32 / (1 - beta2));
}

/** Places of the optimizer's arrays: byte addresses. */
export interface OptimizerState {
  readonly gradients: number;
  /** First moments, or SGD's velocity. */
  readonly first: number;
  /** Second moments; as long as the others even where SGD leaves them 0. */
  readonly second: number;
}

/** Updates n weights at `address`, with `hyper` at its address. */
export function update(
  kernels: Kernels,
  optimizer: TrainingOptions["optimizer"],
  address: number,
  { gradients, first, second }: OptimizerState,
  n: number,
  hyper: number,
): void {
  if (optimizer === "sgd") kernels.sgdUpdate(address, first, gradients, n, hyper);
  else if (optimizer === "adam") kernels.adamUpdate(address, first, second, gradients, n, hyper);
  else kernels.adamwUpdate(address, first, second, gradients, n, hyper);
}
