import { PlateauError } from "../../errors.js";
import type { Pace, StopSignal } from "../../pause.js";
import type { Subject } from "../measure.js";
import { baselineRows } from "../metrics/baselines.js";
import { leastSquares, predictLinear, type TrainingRows } from "../metrics/least-squares.js";
import { evaluateAll } from "./held-out.js";

/** Rows that baselines are fitted to. */
export interface FitData {
  readonly source: "training data" | "domain";
  readonly rows: number;
  readonly x: Float32Array;
  readonly y: Float32Array;
}

/** Points drawn for baselines where there are no training data. */
const DRAWN = 4096;
/** Where in a domain's stream they begin: past all that is held out. */
const START = 2 ** 24;

/** Training data, else fresh points of the domain with the target's values, else null. */
export async function fitData(
  { model, target, domain, train }: Subject,
  seed: number,
  pace: Pace,
): Promise<FitData | null> {
  const { inputs: p, outputs: q } = model;
  const affordable = (available: number) => baselineRows(available, { inputs: p, outputs: q, dim: 1 });
  if (train) {
    const rows = affordable(train.count);
    return {
      source: "training data",
      rows,
      x: train.x.subarray(0, rows * p),
      y: train.y.subarray(0, rows * q),
    };
  }
  if (!target) return null;
  const rows = affordable(Math.max(DRAWN, 20 * p));
  const x = domain.sample(seed, START, rows);
  const y = await evaluateAll(target, x, rows, pace);
  return { source: "domain", rows, x: Float32Array.from(x), y: Float32Array.from(y) };
}

/** Predictions [count, q] of the mean output and of least squares with intercept, at x [count, p]. */
export async function baselinePredictions(
  { rows, x: fitX, y: fitY }: FitData,
  { inputs: p, outputs: q }: Subject["model"],
  x: Float32Array,
  signal?: StopSignal,
): Promise<{ mean: Float32Array<ArrayBuffer>; leastSquares: Float32Array<ArrayBuffer> }> {
  const data: TrainingRows = {
    count: rows,
    read: (start, count) => ({
      x: fitX.subarray(start * p, (start + count) * p),
      y: fitY.subarray(start * q, (start + count) * q),
    }),
  };
  const linear = await leastSquares(data, p, q, signal);
  return {
    mean: Float32Array.from({ length: (x.length / p) * q }, (_, i) => linear.mean[i % q]),
    leastSquares: predictLinear(linear, x),
  };
}

/** How a value of q numbers divides into vectors. @throws PlateauError `usage` where it does not */
export function outputTokens({ model, tokens }: Subject): { outputs: number; dim: number } {
  const outputs = tokens?.outputs ?? 1;
  const dim = model.outputs / outputs;
  if (!(Number.isInteger(outputs) && outputs >= 1 && Number.isInteger(dim))) {
    throw new PlateauError("usage", `${model.outputs} output numbers are no ${outputs} tokens`);
  }
  return { outputs, dim };
}
