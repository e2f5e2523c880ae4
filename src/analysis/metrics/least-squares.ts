import { PlateauError } from "../../errors.js";
import { type Pace, pacer, type StopSignal } from "../../pause.js";
import { borrowEngine, type Engine, giveBack, sharedEngine } from "../../runtime/engine.js";
import { cholesky, choleskySolve } from "./cholesky.js";

/** Rows whose products are summed in float32 before they are added up in float64. */
const BLOCK = 256;
/** Columns of XᵀX formed at a time: those right of the diagonal only. */
const PANEL = 128;
/** The first ridge tried, as a share of the mean diagonal of XᵀX: the error that float32 products leave there. */
const RIDGE = 1e-7;

/** Training data by blocks, so that it need not all exist at once. Every row is read once, in order. */
export interface TrainingRows {
  readonly count: number;
  /** x [rows,p] and y [rows,q] from row `start` on. */
  read(start: number, rows: number): { readonly x: Float32Array; readonly y: Float32Array };
}

/** y ≈ (x − centre)·weights + intercept. */
export interface LinearFit {
  /** p. */
  readonly inputs: number;
  /** q. */
  readonly outputs: number;
  readonly centre: Float32Array<ArrayBuffer>;
  /** [p,q]. */
  readonly weights: Float32Array<ArrayBuffer>;
  readonly intercept: Float32Array<ArrayBuffer>;
  /** Mean of every output over the training rows. */
  readonly mean: Float64Array<ArrayBuffer>;
  /** Training rows used. */
  readonly rows: number;
  /** What was added to the diagonal of XᵀX, as a share of its mean. */
  readonly ridge: number;
}

/**
 * Linear least squares with intercept, by normal equations: products of blocks of 256 rows in float32,
 * their sums in float64, inputs and outputs shifted by the first block's mean, so that little cancels;
 * then Cholesky. A ridge of 1e-7 of the mean diagonal keeps collinear inputs harmless; it is raised
 * tenfold as long as the matrix is not positive definite.
 *
 * @throws PlateauError `usage` where there are no rows or numbers that are not finite, `aborted`
 */
export async function leastSquares(
  data: TrainingRows,
  p: number,
  q: number,
  signal?: StopSignal,
): Promise<LinearFit> {
  const pace = pacer("fitting least squares", { signal });
  const engine = borrowEngine();
  const sums = await accumulate(engine, data, p, q, pace).finally(() => giveBack(engine));
  const { gram, cross, xMean, yMean, rows } = sums;
  for (let i = 0; i < p; i++) {
    for (let j = 0; j <= i; j++) gram[i * p + j] -= rows * xMean[i] * xMean[j];
    for (let j = 0; j < q; j++) cross[i * q + j] -= rows * xMean[i] * yMean[j];
  }
  let trace = 0;
  for (let i = 0; i < p; i++) trace += gram[i * p + i];
  if (!Number.isFinite(trace) || !yMean.every(Number.isFinite)) {
    throw new PlateauError(
      "usage",
      "least squares: a training row is not finite, or its square is not in float32",
    );
  }
  // Inputs that never vary: any weight will do.
  const unit = trace > 0 ? trace / p : 1;
  let ridge = RIDGE;
  let factor = await cholesky(raised(gram, p, ridge * unit), p, pace);
  while (!factor) {
    ridge *= 10;
    if (ridge > 1) throw new PlateauError("usage", "least squares: the inputs' products are not positive");
    factor = await cholesky(raised(gram, p, ridge * unit), p, pace);
  }
  await choleskySolve(factor, cross, p, q, pace);
  const mean = yMean.map((value, j) => value + sums.yCentre[j]);
  const intercept = mean.slice();
  for (let i = 0; i < p; i++) for (let j = 0; j < q; j++) intercept[j] -= xMean[i] * cross[i * q + j];
  return {
    inputs: p,
    outputs: q,
    centre: sums.xCentre,
    weights: new Float32Array(cross),
    intercept: new Float32Array(intercept),
    mean,
    rows,
    ridge,
  };
}

function raised(gram: Float64Array, p: number, ridge: number): Float64Array {
  const sum = gram.slice();
  for (let i = 0; i < p; i++) sum[i * p + i] += ridge;
  return sum;
}

interface Sums {
  /** Lower triangle of XᵀX [p,p], of centred rows. */
  gram: Float64Array;
  /** XᵀY [p,q]. */
  cross: Float64Array<ArrayBuffer>;
  /** Means of what centring left. */
  xMean: Float64Array;
  yMean: Float64Array<ArrayBuffer>;
  xCentre: Float32Array<ArrayBuffer>;
  yCentre: Float32Array<ArrayBuffer>;
  rows: number;
}

async function accumulate(
  engine: Engine,
  data: TrainingRows,
  p: number,
  q: number,
  pace: Pace,
): Promise<Sums> {
  const { count } = data;
  if (!(count >= 1)) throw new PlateauError("usage", "least squares: no training rows");
  const x = engine.allocate(4 * BLOCK * p);
  const y = engine.allocate(4 * BLOCK * q);
  const product = engine.allocate(4 * p * Math.max(PANEL, q));
  const gram = new Float64Array(p * p);
  const cross = new Float64Array(p * q);
  const xMean = new Float64Array(p);
  const yMean = new Float64Array(q);
  const first = data.read(0, Math.min(BLOCK, count));
  const xCentre = columnMeans(first.x, p);
  const yCentre = columnMeans(first.y, q);
  for (let start = 0; start < count; start += BLOCK) {
    await pace(start / count);
    const rows = Math.min(BLOCK, count - start);
    const block = start === 0 ? first : data.read(start, rows);
    centre(block.x, xCentre, engine.f32(x, rows * p), xMean);
    centre(block.y, yCentre, engine.f32(y, rows * q), yMean);
    for (let from = 0; from < p; from += PANEL) {
      await pace((start + (rows * from) / p) / count);
      const width = Math.min(PANEL, p - from);
      // Columns from … of the rows from there down: the lower triangle, and the diagonal block's rest.
      const height = p - from;
      engine.kernels.gemmTN(product, x + 4 * from, x + 4 * from, 0, height, width, rows, p, p, width, 0);
      const part = engine.f32(product, height * width);
      for (let i = 0; i < height; i++) {
        const to = (from + i) * p + from;
        for (let j = 0; j < width; j++) gram[to + j] += part[i * width + j];
      }
    }
    engine.kernels.gemmTN(product, x, y, 0, p, q, rows, p, q, q, 0);
    const part = engine.f32(product, p * q);
    for (let i = 0; i < p * q; i++) cross[i] += part[i];
  }
  for (let i = 0; i < p; i++) xMean[i] /= count;
  for (let j = 0; j < q; j++) yMean[j] /= count;
  return { gram, cross, xMean, yMean, xCentre, yCentre, rows: count };
}

function columnMeans(values: Float32Array, width: number): Float32Array<ArrayBuffer> {
  const sums = new Float64Array(width);
  for (let i = 0; i < values.length; i++) sums[i % width] += values[i];
  return Float32Array.from(sums, (sum) => (sum * width) / values.length);
}

/** Rows less a centre into `out`; adds what is left to `sums`. */
function centre(values: Float32Array, middle: Float32Array, out: Float32Array, sums: Float64Array): void {
  const width = middle.length;
  for (let start = 0; start < out.length; start += width) {
    for (let k = 0; k < width; k++) {
      const value = Math.fround(values[start + k] - middle[k]);
      out[start + k] = value;
      sums[k] += value;
    }
  }
}

/** Predictions [N,q] for x [N,p]. */
export function predictLinear(fit: LinearFit, x: Float32Array): Float32Array<ArrayBuffer> {
  const { inputs: p, outputs: q } = fit;
  const N = x.length / p;
  if (!Number.isInteger(N)) throw new PlateauError("usage", `${x.length} numbers are no rows of ${p} inputs`);
  const out = new Float32Array(N * q);
  sharedEngine().scoped((engine) => {
    const rows = Math.min(BLOCK, N);
    const block = engine.allocate(4 * rows * p);
    const result = engine.allocate(4 * rows * q);
    const weights = engine.allocate(4 * p * q);
    const intercept = engine.allocate(4 * q);
    engine.f32(weights, p * q).set(fit.weights);
    engine.f32(intercept, q).set(fit.intercept);
    const unused = new Float64Array(p);
    for (let start = 0; start < N; start += rows) {
      const n = Math.min(rows, N - start);
      centre(x.subarray(start * p, (start + n) * p), fit.centre, engine.f32(block, n * p), unused);
      engine.kernels.gemmNN(result, block, weights, intercept, n, q, p, p, q, q, 0);
      out.set(engine.f32(result, n * q), start * q);
    }
  });
  return out;
}
