import { ConstantEnvelope } from "./constant-envelope.js";

/** A count of pieces with the squared error that the best approximation of so many leaves. */
export interface Pieces {
  readonly pieces: number;
  /** Sum over the samples. */
  readonly squaredError: number;
}

/** Awaited every now and then in long loops: yields, or throws to stop. */
export type Breathe = () => Promise<void> | undefined;
/** Samples between two breaths. */
const STRIDE = 1024;

/**
 * The least K for which the best approximation of y by K constant pieces has a sum of squared errors of
 * at most `squaredError`, exactly (up to rounding; the threshold is read with a relative slack of 1e−12).
 * `null` where more than `limit` pieces are needed.
 *
 * 1. Penalised problems, min SSE + λK, by functional pruning (FPOP: Maidstone, Hocking, Fearnhead, Eckley
 *    2017) bracket K between two neighbouring corners of the convex hull of K ↦ SSE(K), as in CROPS
 *    (Haynes, Eckley, Fearnhead 2017).
 * 2. Between them, where the hull says nothing, the problem for each K by pruned dynamic programming
 *    (pDPA: Rigaill 2015), leaving out every state whose penalised lower bound is above the threshold
 *    (that bound in this place: ours).
 *
 * Time depends on the signal, N² at worst; from 2,048 to 65,536 samples it grew as N^1.3 on a line, N^1.5 on a sine wave
 * and N^1.3 on a noisy one, the number of pieces staying the same (`node dist/bench/pieces.js`).
 */
export async function leastConstantPieces(
  y: Float64Array,
  squaredError: number,
  limit: number = y.length,
  breathe?: Breathe,
): Promise<Pieces | null> {
  const N = y.length;
  const threshold = squaredError * (1 + 1e-12);
  let few: Pieces = {
    pieces: 1,
    squaredError: (await penalised(y, Number.POSITIVE_INFINITY, breathe)).squaredError,
  };
  if (few.squaredError <= threshold) return few;
  let enough: Pieces = { pieces: N, squaredError: 0 };
  let penalty = 0;
  while (few.pieces < limit) {
    if (enough.pieces - few.pieces === 1) return enough;
    penalty = (few.squaredError - enough.squaredError) / (enough.pieces - few.pieces);
    const corner = await penalised(y, penalty, breathe);
    const below = corner.squaredError + penalty * corner.pieces;
    const chord = few.squaredError + penalty * few.pieces;
    if (!(below < chord * (1 - 1e-12))) break;
    if (corner.pieces <= few.pieces || corner.pieces >= enough.pieces) break;
    if (corner.squaredError <= threshold) enough = corner;
    else few = corner;
  }
  if (few.pieces >= limit) return null;
  const between = Math.min(enough.pieces - 1, limit);
  const found = await layered(y, between, threshold, penalty, breathe);
  return found ?? (enough.pieces <= limit ? enough : null);
}

/**
 * Least sums of squared errors of 1 … K constant pieces, element k−1 for k pieces (pDPA). Time grows as
 * K·N times a number that is small in practice, N at worst.
 */
export function constantPieceErrors(y: Float64Array, K: number): Float64Array<ArrayBuffer> {
  const errors = new Float64Array(K);
  const N = y.length;
  let costs = startOnly(N);
  for (let k = 0; k < K; k++) {
    const next = unreachable(N);
    const envelope = new ConstantEnvelope(y, costs);
    for (let t = 1; t <= N; t++) next[t] = envelope.step();
    errors[k] = k < N ? next[N] : 0;
    costs = next;
  }
  return errors;
}

/** min over K and pieces of SSE + penalty·K (FPOP); one piece where the penalty is infinite. */
async function penalised(
  y: Float64Array,
  penalty: number,
  breathe?: Breathe,
  values = new Float64Array(y.length + 1),
): Promise<Pieces> {
  const N = y.length;
  const costs = startOnly(N);
  const pieces = new Uint32Array(N + 1);
  const errors = new Float64Array(N + 1);
  const envelope = new ConstantEnvelope(y, costs);
  // values[t]: the optimum over the first t samples; the piece that starts at t has its penalty paid there.
  const paid = penalty === Number.POSITIVE_INFINITY ? 0 : penalty;
  costs[0] = paid;
  for (let t = 1; t <= N; t++) {
    values[t] = envelope.step();
    if (breathe && t % STRIDE === 0) await breathe();
    // Kept apart from the penalties, so that it does not cancel against them.
    errors[t] = errors[envelope.bestStart] + envelope.bestSpread;
    pieces[t] = pieces[envelope.bestStart] + 1;
    costs[t] = values[t] + penalty;
  }
  return { pieces: pieces[N], squaredError: errors[N] };
}

/** The least K ≤ most whose SSE is within the threshold, or null. Any penalty is right, a tight one fast. */
async function layered(
  y: Float64Array,
  most: number,
  threshold: number,
  penalty: number,
  breathe?: Breathe,
): Promise<Pieces | null> {
  const N = y.length;
  // Optimum over the last r samples, which is a lower bound for every way to go on.
  const rest = new Float64Array(N + 1);
  await penalised(y.slice().reverse(), penalty, breathe, rest);
  const bound = (threshold + penalty * most) * (1 + 1e-9);
  let costs = startOnly(N);
  let last = 0;
  for (let k = 1; k <= most; k++) {
    const next = unreachable(N);
    const envelope = new ConstantEnvelope(y, costs);
    let reached = 0;
    for (let t = 1; t <= N; t++) {
      const cost = envelope.step();
      const going = cost + penalty * k + rest[N - t];
      if (going <= bound) {
        next[t] = cost;
        reached = t;
      } else if (t > last && going - penalty > bound) {
        // Neither a new piece nor an open one leads on from here, and no piece starts later.
        break;
      }
    }
    if (breathe) await breathe();
    if (next[N] <= threshold) return { pieces: k, squaredError: next[N] };
    costs = next;
    last = reached;
  }
  return null;
}

const unreachable = (N: number) => new Float64Array(N + 1).fill(Number.POSITIVE_INFINITY);

function startOnly(N: number): Float64Array<ArrayBuffer> {
  const costs = unreachable(N);
  costs[0] = 0;
  return costs;
}
