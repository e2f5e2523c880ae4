import { PlateauError, quote } from "../../errors.js";
import { pacer, type StopSignal } from "../../pause.js";
import { Engine } from "../../runtime/engine.js";

/** Floats of known vectors that pass through WebAssembly memory at a time. */
const BLOCK_FLOATS = 1 << 17;
/** Queries for which inner products are formed at a time. */
const TILE = 128;
/** Rounding of a float32 operation, relative. */
const U = 2 ** -24;

export interface NearestOptions {
  readonly signal?: StopSignal;
  /** Called with the share done, 0 … 1. */
  readonly onProgress?: (share: number) => void;
}

/**
 * The k nearest known vectors of every query (Euclidean), exactly as a brute-force float64 search over
 * all pairs finds them; of equally near ones those of the lower row. Float32 inner products of a block
 * of pairs rule out what is certainly farther than the k-th best so far (by the error bound derived in
 * assembly/nearest.ts); the rest is measured in float64.
 *
 * Arithmetic 2·M·N·d multiply-adds and M·N comparisons; memory beside the arguments 12·k bytes a query
 * of a tile, 4·M·k for the result and some 2 MB.
 *
 * @param queries [M,d], all finite
 * @param known [N,d], all finite
 * @returns rows of `known` [M,k], nearest first
 * @throws PlateauError `usage` on sizes that do not fit or k above N, `aborted` through the signal
 */
export async function nearestRows(
  queries: Float32Array,
  known: Float32Array,
  d: number,
  k: number,
  options: NearestOptions = {},
): Promise<Int32Array<ArrayBuffer>> {
  const M = queries.length / d;
  const N = known.length / d;
  if (!(Number.isInteger(M) && Number.isInteger(N) && Number.isInteger(k) && k >= 1 && k <= N)) {
    throw new PlateauError("usage", `no ${quote(k)} nearest of ${N} vectors of ${d} for ${M} queries`);
  }
  const pace = pacer("searching nearest neighbours", options);
  const engine = new Engine();
  const { kernels } = engine;
  const yRows = Math.min(N, Math.max(16, Math.min(1024, Math.floor(BLOCK_FLOATS / d))));
  const side = (rows: number) => ({
    raw: engine.allocate(4 * rows * d),
    centred: engine.allocate(4 * rows * d),
    lengths: engine.allocate(4 * rows),
    squares: engine.allocate(4 * rows),
  });
  const p = side(TILE);
  const y = side(yRows);
  const dots = engine.allocate(4 * TILE * yRows);
  const centre = engine.allocate(4 * d);
  engine.f32(centre, d).set(known.subarray(0, d));
  const [pLengths, pSquares] = [engine.f32(p.lengths, TILE), engine.f32(p.squares, TILE)];
  const [yLengths, ySquares] = [engine.f32(y.lengths, yRows), engine.f32(y.squares, yRows)];
  const products = engine.f32(dots, TILE * yRows);
  const out = new Int32Array(M * k);
  const steep = (2 * d + 6) * U * 1.01;
  const flat = d * 2 ** -148;

  for (let i = 0; i < M; i += TILE) {
    const m = Math.min(TILE, M - i);
    engine.f32(p.raw, m * d).set(queries.subarray(i * d, (i + m) * d));
    kernels.nearestPrepare(p.centred, p.lengths, p.squares, p.raw, centre, m, d);
    const best = Array.from({ length: m }, () => new Best(k));
    for (let j = 0; j < N; j += yRows) {
      const n = Math.min(yRows, N - j);
      engine.f32(y.raw, n * d).set(known.subarray(j * d, (j + n) * d));
      kernels.nearestPrepare(y.centred, y.lengths, y.squares, y.raw, centre, n, d);
      kernels.gemmNT(dots, p.centred, y.centred, 0, m, n, d, d, d, n, 0);
      for (let r = 0; r < m; r++) {
        const own = best[r];
        const P = pLengths[r];
        const slope = steep * P;
        // ‖p − y‖² less ‖p‖², and how far off both may be.
        const offset = pSquares[r] * (1 - 4 * U) - flat;
        for (let c = 0; c < n; c++) {
          const square = ySquares[c];
          const least = offset + square * (1 - 5 * U) - 2 * products[r * n + c] - slope * yLengths[c];
          // Written so that what overflowed, NaN, is measured.
          if (least > own.limit) continue;
          own.offer(squaredDistance(queries, (i + r) * d, known, (j + c) * d, d), j + c);
        }
      }
      await pace((i + (m * (j + n)) / N) / M);
    }
    for (let r = 0; r < m; r++) out.set(best[r].rows, (i + r) * k);
  }
  await pace(1);
  return out;
}

/** The k smallest distances offered, ascending; of equal ones the first. */
class Best {
  readonly rows: Int32Array;
  readonly #distances: Float64Array;
  /** What is farther than this is not among the k. */
  limit = Number.POSITIVE_INFINITY;

  constructor(k: number) {
    this.rows = new Int32Array(k).fill(-1);
    this.#distances = new Float64Array(k).fill(Number.POSITIVE_INFINITY);
  }

  /** Rows must come in ascending order. */
  offer(distance: number, row: number): void {
    const distances = this.#distances;
    let at = distances.length - 1;
    // A place that nothing was put in yet loses to any distance.
    if (!(distance < distances[at]) && this.rows[at] >= 0) return;
    while (at > 0 && (distances[at - 1] > distance || this.rows[at - 1] < 0)) {
      distances[at] = distances[at - 1];
      this.rows[at] = this.rows[at - 1];
      at--;
    }
    distances[at] = distance;
    this.rows[at] = row;
    this.limit = distances[distances.length - 1];
  }
}

function squaredDistance(a: Float32Array, i: number, b: Float32Array, j: number, d: number): number {
  let sum = 0;
  for (let c = 0; c < d; c++) {
    const difference = a[i + c] - b[j + c];
    sum += difference * difference;
  }
  return sum;
}
