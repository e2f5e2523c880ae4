import { PlateauError, quote } from "../../errors.js";
import { pacer, type StopSignal } from "../../pause.js";
import { borrowEngine, type Engine, giveBack } from "../../runtime/engine.js";
import { BLOCK_ROWS, type NearBlocks, nearBlocks } from "./near-blocks.js";
import { Predictions, Vectors } from "./ranked-rows.js";

/** Predictions for which inner products are formed at a time: the tile stays in the cache. */
const TILE = 128;
/** Blocks after which it is known whether boxes tell much. */
const PROBED_BLOCKS = 8;
/** Predictions in WebAssembly memory at a time, in floats and in rows. */
const CHUNK_FLOATS = 1 << 19;
const MOST_ROWS = 4096;

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
 * Memory beside the arguments: 16 bytes a prediction, some 10 a true vector and some 10 MB, whatever the sizes. The
 * arithmetic is at most 2·M·N·d; of predictions that are near their own vector it is a small part of that.
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

/**
 * True vectors lie in blocks of neighbours. A block that is farther from a prediction than its own true vector has
 * nothing nearer: of a good prediction few are left, and a poor one has reached the cap in the first.
 */
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

  const near = nearBlocks(truth, N, d);
  const pRows = Math.min(M, Math.max(TILE, Math.floor(CHUNK_FLOATS / d)), MOST_ROWS);
  const p = new Predictions(engine, pRows, d);
  const picked = new Predictions(engine, Math.min(TILE, M), d);
  const y = new Vectors(engine, BLOCK_ROWS, d);
  const dots = engine.allocate(4 * TILE * BLOCK_ROWS);
  const centre = engine.allocate(4 * d);
  engine.f32(centre, d).set(middle(truth, N, d));
  const [points, owns, rows] = [p.raw, p.own, y.raw].map((at, i) =>
    engine.f32(at, (i < 2 ? pRows : BLOCK_ROWS) * d),
  );
  const [distances, counts] = [engine.f64(p.distances, pRows), engine.i32(p.counts, pRows)];
  const pickedCounts = engine.i32(picked.counts, picked.rows);
  const asking = new Int32Array(TILE);
  const wanted = new Int32Array(TILE);
  /** Whether more is to be known of a prediction. */
  const open = (r: number) => Number.isFinite(distances[r]) && counts[r] < atMost;

  /** Counts what a loaded block of n has for predictions that were picked out. */
  const flush = (n: number, want: number) => {
    picked.pick(p, wanted, want);
    picked.count(0, want, y, n, dots);
    for (let w = 0; w < want; w++) counts[wanted[w]] = pickedCounts[w];
  };
  /**
   * Compares a block with those of the predictions first … end − 1 that are open and want it.
   * @param done those that have been compared with it, and must not be again
   */
  const visit = (
    block: number,
    first: number,
    end: number,
    wants: (r: number) => boolean,
    done: (r: number) => boolean,
  ) => {
    const [from, n] = [near.starts[block], near.starts[block + 1] - near.starts[block]];
    let loaded = false;
    let want = 0;
    for (let t = first; t < end; t += TILE) {
      const tile = Math.min(TILE, end - t);
      let here = 0;
      let whole = true;
      for (let r = t; r < t + tile; r++) {
        if (done(r)) whole = false;
        else if (open(r) && wants(r)) asking[here++] = r;
      }
      if (here === 0) continue;
      if (!loaded) {
        copyRows(rows, truth, near.order, from, n, d);
        y.prepare(centre, n);
        loaded = true;
      }
      // Counting where nothing is nearer changes nothing, and is faster than picking out half a tile.
      if (whole && 2 * here > tile) p.count(t, tile, y, n, dots);
      else {
        for (let w = 0; w < here; w++) {
          wanted[want++] = asking[w];
          if (want === picked.rows) {
            flush(n, want);
            want = 0;
          }
        }
      }
    }
    if (want > 0) flush(n, want);
  };

  const { which, home } = byBlock(near, predicted, M, d);
  const ownOf = Int32Array.from(which, (i) => (own ? own[i] : i));
  for (let i = 0; i < M; i += pRows) {
    const m = Math.min(pRows, M - i);
    copyRows(points, predicted, which, i, m, d);
    copyRows(owns, truth, ownOf, i, m, d);
    p.prepare(centre, m);
    for (let r = 0; r < m; ) {
      const first = r;
      while (r < m && home[i + r] === home[i + first]) r++;
      visit(
        home[i + first],
        first,
        r,
        () => true,
        () => false,
      );
    }
    let asked = 0;
    let beyond = 0;
    const wants = (block: number) => (r: number) => {
      asked++;
      if (!near.beyond(block, points, r * d, distances[r])) return true;
      beyond++;
      return false;
    };
    for (let block = 0; block < near.count; block++) {
      // Where most have to be compared anyway, asking first only takes time.
      const all = block > PROBED_BLOCKS && 2 * beyond < asked;
      visit(block, 0, m, all ? () => true : wants(block), (r) => home[i + r] === block);
      yield (i + (m * (block + 1)) / near.count) / M;
    }
    for (let r = 0; r < m; r++) ranks[which[i + r]] = Number.isFinite(distances[r]) ? counts[r] : N;
  }
  yield 1;
  return ranks;
}

function copyRows(
  to: Float32Array,
  from: Float32Array,
  which: Int32Array,
  first: number,
  n: number,
  d: number,
): void {
  for (let r = 0; r < n; r++) {
    const at = which[first + r] * d;
    for (let k = 0; k < d; k++) to[r * d + k] = from[at + k];
  }
}

/** Predictions in the order of the blocks that they lie in, and those blocks: neighbours want the same ones. */
function byBlock(near: NearBlocks, predicted: Float32Array, M: number, d: number) {
  const of = Int32Array.from({ length: M }, (_, i) => near.blockOf(predicted, i * d));
  const places = new Int32Array(near.count + 1);
  for (const block of of) places[block + 1]++;
  for (let block = 0; block < near.count; block++) places[block + 1] += places[block];
  const which = new Int32Array(M);
  const home = new Int32Array(M);
  for (let i = 0; i < M; i++) {
    const place = places[of[i]]++;
    which[place] = i;
    home[place] = of[i];
  }
  return { which, home };
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
