import { PlateauError, quote } from "../../errors.js";
import { pacer, type StopSignal } from "../../pause.js";
import { borrowEngine, type Engine, giveBack } from "../../runtime/engine.js";

/** True vectors that pass through WebAssembly memory at a time, in floats: as many as a core's cache keeps. */
const BLOCK_FLOATS = 1 << 17;
/** Rows of predictions for which inner products are formed at a time: the tile stays in the cache. */
const TILE = 128;

export interface NearestRanksOptions {
  /** own[i]: which true vector belongs to prediction i. Default: i. */
  readonly own?: ArrayLike<number>;
  /**
   * Ranks of this many and more need not be told apart: a prediction that has reached it is left alone,
   * its rank then being some number from `atMost` up. Default: exact ranks.
   */
  readonly atMost?: number;
  /** Called with the share done, 0 … 1. */
  readonly onProgress?: (share: number) => void;
  readonly signal?: StopSignal;
}

/**
 * For every predicted vector the number of true vectors strictly nearer to it (Euclidean) than its own
 * true vector, exactly as a brute-force float64 search over all pairs finds it: copies of the own vector
 * are not nearer. A prediction that holds a NaN or an infinity gets the number of true vectors.
 *
 * Memory beside the arguments: 4 bytes a prediction and some 10 MB, whatever the sizes. The arithmetic
 * is 2·M·N·d.
 *
 * @param predicted [M,d]
 * @param truth [N,d]
 * @throws PlateauError `usage` on sizes that do not fit, `aborted` through the signal
 */
export async function nearestRanks(
  predicted: Float32Array,
  truth: Float32Array,
  d: number,
  options: NearestRanksOptions = {},
): Promise<Int32Array<ArrayBuffer>> {
  const pace = pacer("ranking neighbours", options);
  await pace(0);
  const engine = borrowEngine();
  try {
    const steps = blocks(engine, predicted, truth, d, options);
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
      await pace(step.value);
    }
  } finally {
    giveBack(engine);
  }
}

/**
 * The same for one prediction shared by many: ranks of the true vectors `own`, by sorting its float64
 * distances to all N.
 *
 * @param prediction [d]
 * @param truth [N,d]
 */
export function constantRanks(
  prediction: ArrayLike<number>,
  truth: Float32Array,
  d: number,
  own: ArrayLike<number>,
): Int32Array<ArrayBuffer> {
  const N = rowsOf(truth, d, "true");
  const distances = new Float64Array(N);
  for (let j = 0; j < N; j++) {
    let sum = 0;
    for (let k = 0; k < d; k++) {
      const difference = prediction[k] - truth[j * d + k];
      sum += difference * difference;
    }
    distances[j] = sum;
  }
  const sorted = distances.slice().sort();
  return Int32Array.from(own, (j) => (Number.isFinite(distances[j]) ? countBelow(sorted, distances[j]) : N));
}

/** How many of ascending numbers are below a limit. */
function countBelow(sorted: Float64Array, limit: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

function* blocks(
  engine: Engine,
  predicted: Float32Array,
  truth: Float32Array,
  d: number,
  { own, atMost = Number.POSITIVE_INFINITY }: NearestRanksOptions,
): Generator<number, Int32Array<ArrayBuffer>> {
  const M = rowsOf(predicted, d, "predicted");
  const N = rowsOf(truth, d, "true");
  checkOwn(own, M, N);
  const ranks = new Int32Array(M);
  if (M === 0) return ranks;

  const fit = Math.max(TILE, Math.floor(BLOCK_FLOATS / d));
  const pRows = Math.min(M, 4 * fit, 4096);
  const yRows = Math.min(N, fit, 1024);
  const { kernels } = engine;
  const side = (rows: number) => ({
    raw: engine.allocate(4 * rows * d),
    centred: engine.allocate(4 * rows * d),
    lengths: engine.allocate(4 * rows),
    squares: engine.allocate(4 * rows),
  });
  const p = side(pRows);
  const y = side(yRows);
  const ownY = engine.allocate(4 * pRows * d);
  const ownDistance = engine.allocate(8 * pRows);
  const counts = engine.allocate(4 * pRows);
  const dots = engine.allocate(4 * Math.min(TILE, pRows) * yRows);
  const centre = engine.allocate(4 * d);
  engine.f32(centre, d).set(middle(truth, N, d));

  const which = new Int32Array(pRows);
  // Bytes a prediction has in each buffer that is read by row.
  const columns = [p.raw, p.centred, ownY].map((start) => ({ start, bytes: 4 * d }));
  columns.push({ start: ownDistance, bytes: 8 });
  for (const start of [p.lengths, p.squares, counts]) columns.push({ start, bytes: 4 });

  for (let i = 0; i < M; i += pRows) {
    const m = Math.min(pRows, M - i);
    engine.f32(p.raw, m * d).set(predicted.subarray(i * d, (i + m) * d));
    const ownRows = engine.f32(ownY, m * d);
    for (let r = 0; r < m; r++) {
      const at = (own ? own[i + r] : i + r) * d;
      ownRows.set(truth.subarray(at, at + d), r * d);
      which[r] = i + r;
    }
    kernels.squaredDistances(ownDistance, p.raw, ownY, m, d);
    kernels.nearestPrepare(p.centred, p.lengths, p.squares, p.raw, centre, m, d);
    const distances = engine.f64(ownDistance, m);
    const found = engine.i32(counts, m).fill(0);
    const bytes = engine.u8(0, engine.used);

    // Predictions whose rank is known make room for the last one.
    let active = m;
    const settle = (r: number, rank: number) => {
      ranks[which[r]] = rank;
      active--;
      which[r] = which[active];
      for (const { start, bytes: size } of columns) {
        bytes.copyWithin(start + r * size, start + active * size, start + (active + 1) * size);
      }
    };
    for (let r = m - 1; r >= 0; r--) if (!Number.isFinite(distances[r])) settle(r, N);

    for (let j = 0; j < N && active > 0; j += yRows) {
      const n = Math.min(yRows, N - j);
      engine.f32(y.raw, n * d).set(truth.subarray(j * d, (j + n) * d));
      kernels.nearestPrepare(y.centred, y.lengths, y.squares, y.raw, centre, n, d);
      for (let t = 0; t < active; t += TILE) {
        const rows = Math.min(TILE, active - t);
        const row = 4 * t * d;
        kernels.gemmNT(dots, p.centred + row, y.centred, 0, rows, n, d, d, d, n, 0);
        kernels.nearestCount(
          counts + 4 * t,
          dots,
          p.raw + row,
          y.raw,
          ownDistance + 8 * t,
          ownY + row,
          p.lengths + 4 * t,
          p.squares + 4 * t,
          y.lengths,
          y.squares,
          rows,
          n,
          d,
          n,
        );
      }
      for (let r = active - 1; r >= 0; r--) if (found[r] >= atMost) settle(r, found[r]);
      yield (i + (m * (j + n)) / N) / M;
    }
    for (let r = 0; r < active; r++) ranks[which[r]] = found[r];
  }
  yield 1;
  return ranks;
}

/** A point near the middle of the true vectors: any is right, a near one keeps float32 errors small. */
function middle(truth: Float32Array, N: number, d: number): Float64Array {
  const sums = new Float64Array(d);
  const rows = Math.min(N, 4096);
  for (let r = 0; r < rows; r++) for (let k = 0; k < d; k++) sums[k] += truth[r * d + k];
  return sums.map((sum) => (Number.isFinite(sum) ? sum / rows : 0));
}

function rowsOf(values: Float32Array, d: number, what: string): number {
  const rows = values.length / d;
  if (!(Number.isInteger(d) && d >= 1 && Number.isInteger(rows))) {
    throw new PlateauError("usage", `${values.length} ${what} numbers are no vectors of ${quote(d)}`);
  }
  return rows;
}

function checkOwn(own: ArrayLike<number> | undefined, M: number, N: number): void {
  if (!own) {
    if (M > N) throw new PlateauError("usage", `${M} predicted vectors have only ${N} true ones`);
    return;
  }
  if (own.length !== M) {
    throw new PlateauError("usage", `own names ${own.length} true vectors for ${M} predicted ones`);
  }
  for (let i = 0; i < M; i++) {
    if (!(Number.isInteger(own[i]) && own[i] >= 0 && own[i] < N)) {
      throw new PlateauError("usage", `own[${i}] is ${quote(own[i])}, which is none of ${N} true vectors`);
    }
  }
}
