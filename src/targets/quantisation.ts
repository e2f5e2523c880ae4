import { requireArguments } from "../arguments.js";
import { PlateauError, quote } from "../errors.js";
import { sharedEngine } from "../runtime/engine.js";
import type { Kernels } from "../runtime/generated/kernels.js";
import type { Range } from "./target.js";

/** Number of classes in the study's classification runs. */
export const studyClasses = [5, 10, 15, 20] as const;

/**
 * How an output vector of d numbers becomes a class. The centroids are `classes` points evenly spaced
 * from `low` to `high`: on the diagonal (c, …, c) of R^d, one class a vector, as in the study; or for
 * each coordinate by itself, d classes a vector. Ties go to the lowest class.
 */
export interface Quantisation {
  readonly classes: number;
  readonly low: number;
  readonly high: number;
  readonly mode: "diagonal" | "per-coordinate";
}

/** The centroids of the study: `classes` points of [−1, 1] on the diagonal. */
export function studyQuantisation(classes: number): Quantisation {
  return { classes, low: -1, high: 1, mode: "diagonal" };
}

/** Centroids that span a target's range, for each coordinate by itself. */
export function soundQuantisation(classes: number, range: Range): Quantisation {
  return { classes, low: range.low, high: range.high, mode: "per-coordinate" };
}

/** @throws PlateauError `usage` where a field is not valid */
export function checkQuantisation({ classes, low, high, mode }: Quantisation): void {
  if (!(Number.isInteger(classes) && classes >= 1 && classes < 2 ** 24)) {
    throw new PlateauError("usage", `classes ${quote(classes)} is not a whole number from 1`);
  }
  if (!(Number.isFinite(Math.fround(low)) && Number.isFinite(Math.fround(high)) && low < high)) {
    throw new PlateauError(
      "usage",
      `quantisation from ${quote(low)} to ${quote(high)} is no interval: low must be finite and below high`,
    );
  }
  if (mode !== "diagonal" && mode !== "per-coordinate") {
    throw new PlateauError(
      "usage",
      `unknown quantisation mode: ${quote(mode)} (known: diagonal, per-coordinate)`,
    );
  }
}

/** The number that centroid `k` has in each coordinate. */
export function centroid(
  { classes, low, high }: Pick<Quantisation, "classes" | "low" | "high">,
  k: number,
): number {
  return classes > 1 ? low + (k * (high - low)) / (classes - 1) : low;
}

/** How many labels `vectors` vectors of `d` numbers get. */
export function labelCount({ mode }: Quantisation, vectors: number, d: number): number {
  return mode === "diagonal" ? vectors : vectors * d;
}

/** Labels of y [N,d] into i32 labels ([N], or [N,d] per coordinate), by address; nothing is checked. */
export function fillLabels(
  kernels: Kernels,
  { classes, low, high, mode }: Quantisation,
  labels: number,
  y: number,
  N: number,
  d: number,
): void {
  if (mode === "diagonal") kernels.classesDiagonal(labels, y, N, d, classes, low, high);
  else kernels.classesPerCoordinate(labels, y, N * d, classes, low, high);
}

const BLOCK_FLOATS = 1 << 18;

/**
 * The class of every vector of y [N,d]: [N] labels on the diagonal, [N,d] per coordinate. A vector (or
 * number) that is NaN or infinite has none: −1.
 * @throws PlateauError `usage`
 */
export function quantise(y: Float32Array, d: number, quantisation: Quantisation): Int32Array<ArrayBuffer> {
  requireArguments("quantise", {
    y: [y, "floats"],
    d: [d, "number"],
    quantisation: [quantisation, "Quantisation: classes low high mode"],
  });

  checkQuantisation(quantisation);
  const N = y.length / d;
  if (!Number.isInteger(N)) {
    throw new PlateauError("usage", `${y.length} numbers are no vectors of ${quote(d)}`);
  }
  const labels = new Int32Array(labelCount(quantisation, N, d));
  const block = Math.max(1, Math.min(N, Math.floor(BLOCK_FLOATS / d)));
  const each = labelCount(quantisation, 1, d);
  sharedEngine().scoped((engine) => {
    const from = engine.allocate(4 * block * d);
    const to = engine.allocate(4 * block * each);
    for (let done = 0; done < N; done += block) {
      const B = Math.min(block, N - done);
      engine.f32(from, B * d).set(y.subarray(done * d, (done + B) * d));
      fillLabels(engine.kernels, quantisation, to, from, B, d);
      labels.set(engine.i32(to, B * each), done * each);
    }
  });
  return labels;
}
