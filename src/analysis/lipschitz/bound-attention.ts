import { boundWeights, largestAverage, type WeightRange } from "./bound-weights.js";
import { type Bounded, bounded, columns, distances, sharpened, up } from "./bounded.js";
import { attentionSlopes, joinedSlopes } from "./slope-rules.js";
import type { Slopes } from "./slopes.js";

/** What the bound needs to know of one attention. */
export interface AttentionShape {
  readonly heads: number;
  readonly causal: boolean;
  readonly normalizer: "softmax" | "hardmax" | "sparsemax";
}

/** Lipschitz constants of one head, term by term. */
interface Head {
  readonly values: { token: Float64Array; whole: number };
  readonly scores: { token: Float64Array; whole: number };
  /** Largest Σ_t of the weights that a key can get. */
  readonly columnSum: number;
}

/**
 * Bounds of attention on a compact set. Dot-product attention has no Lipschitz constant on all of R^D
 * (Kim, Papamakarios & Mnih 2021, arXiv 2006.04710); on a bounded set it has one that grows with the
 * square of its size (Castin, Ablin & Peyré 2024, arXiv 2312.14820). These bounds are derived anew (ours),
 * from the spread of keys and values that the box allows: with weights w of a query q over keys k, values v,
 *
 *   d out = Σ_s w_s dv_s + Cov_w(v, k)·dq/√E + Σ_s w_s (v_s − v̄)(q·dk_s)/√E  (softmax)
 *   ‖Σ_s w_s dv_s‖² ≤ Σ_s w_s‖dv_s‖²                                         (Jensen)
 *   ‖Cov_w(v, k)‖ ≤ min(Δv·Δk/4, Σ_{r<s} ŵ_r ŵ_s ‖v_r − v_s‖‖k_r − k_s‖)      (Popoviciu; pairs)
 *   third term ≤ ‖Cov_w(v)‖^{1/2}·‖q‖·(Σ_s w_s‖dk_s‖²)^{1/2}                  (Cauchy–Schwarz)
 *
 * where Δ are largest distances and ŵ upper bounds of weights, from bounds of scores. Sparsemax: d w is
 * the centred d scores over the support, so 1 stands for each weight in the last two and S/4 for 1/4.
 * Hardmax jumps: infinite, unless there is one key or queries and keys are constant.
 */
export function boundAttention(q: Bounded, k: Bounded, v: Bounded, shape: AttentionShape): Bounded {
  return sharpened([q, k, v], ([queries, keys, values]) => attention(queries, keys, values, shape));
}

function attention(q: Bounded, k: Bounded, v: Bounded, shape: AttentionShape): Bounded {
  const { heads: H } = shape;
  const [T, S] = [q.tokens, k.tokens];
  const D = v.width;
  const E = D / H;
  const low = new Float64Array(T * D);
  const high = new Float64Array(T * D);
  const squares = new Float64Array(T);
  const found: Head[] = [];
  const steep: (Slopes | undefined)[] = [];
  for (let h = 0; h < H; h++) {
    const [from, to] = [h * E, (h + 1) * E];
    const vh = columns(v, from, to);
    const [qh, kh] = [columns(q, from, to), columns(k, from, to)];
    const weights = Array.from({ length: T }, (_, t) =>
      boundWeights(qh, kh, t, shape.causal ? Math.min(S, t + 1) : S, shape.normalizer),
    );
    found.push(boundHead(qh, kh, vh, weights, shape.normalizer));
    for (let t = 0; t < T; t++) {
      const seen = weights[t].low.length;
      let longest = 0;
      for (let s = 0; s < seen; s++) longest = Math.max(longest, vh.norm[s]);
      squares[t] += longest * longest;
      const order = Array.from({ length: seen }, (_, s) => s);
      for (let e = 0; e < E; e++) {
        const above = (s: number) => vh.high[s * E + e];
        const below = (s: number) => -vh.low[s * E + e];
        const at = t * D + from + e;
        high[at] = largestAverage(
          weights[t],
          above,
          order.sort((r, s) => above(s) - above(r) || r - s),
        );
        low[at] = -largestAverage(
          weights[t],
          below,
          order.sort((r, s) => below(s) - below(r) || r - s),
        );
        const slack = (S + 4) * 2 ** -50 * Math.max(Math.abs(low[at]), Math.abs(high[at]));
        low[at] -= slack;
        high[at] += slack;
      }
    }
    const own = (ends: Float64Array) =>
      Float64Array.from({ length: T * E }, (_, i) => ends[Math.floor(i / E) * D + from + (i % E)]);
    const softmax = shape.normalizer === "softmax" || S === 1;
    const box = { low: own(low), high: own(high) };
    steep.push(softmax ? attentionSlopes(qh, kh, vh, weights, box) : undefined);
  }
  const joined = (of: (head: Head) => number) =>
    Math.sqrt(found.reduce((sum, head) => sum + of(head) ** 2, 0));
  const token = Float64Array.from({ length: T }, (_, t) =>
    up(joined(({ values, scores }) => values.token[t] + scores.token[t])),
  );
  const most = Math.sqrt(Math.max(...found.map(({ columnSum }) => columnSum)));
  const whole = up(
    Math.min(
      joined(({ values, scores }) => values.whole + scores.whole),
      most * v.whole + joined(({ scores }) => scores.whole),
    ),
  );
  const norm = squares.map((sum) => up(Math.sqrt(sum)));
  return bounded(T, D, low, high, { token, whole }, { norm, slopes: joinedSlopes(steep, T, E) });
}

function boundHead(
  q: Bounded,
  k: Bounded,
  v: Bounded,
  weights: readonly WeightRange[],
  normalizer: AttentionShape["normalizer"],
): Head {
  const [T, S, E] = [q.tokens, k.tokens, q.width];
  const values = new Float64Array(T);
  const scores = new Float64Array(T);
  const columnSums = new Float64Array(S);
  const keySums = new Float64Array(S);
  const dk = distances(k);
  const dv = distances(v);
  let widest = 0;
  for (let t = 0; t < T; t++) {
    const w = weights[t].high;
    const seen = w.length;
    const { cross, own } = spreads(dv, dk, w, S, normalizer);
    const lever = Math.sqrt(own) * q.norm[t];
    let mostValue = 0;
    let mostKey = 0;
    let keySquares = 0;
    for (let s = 0; s < seen; s++) {
      mostValue = Math.max(mostValue, v.token[s]);
      mostKey = Math.max(mostKey, k.token[s]);
      columnSums[s] += w[s];
      // Weights are positive where sparsemax's support may be, and count there as 1.
      const counts = normalizer === "sparsemax" ? Math.ceil(w[s]) : w[s];
      keySquares += counts * k.token[s] * k.token[s];
      keySums[s] += times(lever * lever, counts);
    }
    // Σ_s w_s‖dk_s‖², with weights 1 for sparsemax.
    const keys = normalizer === "softmax" ? mostKey : Math.min(Math.sqrt(keySquares), k.whole);
    values[t] = mostValue;
    scores[t] = (times(cross, q.token[t]) + times(lever, keys)) / Math.sqrt(E);
    widest = Math.max(widest, cross);
  }
  const columnSum = columnSums.reduce((a, b) => Math.max(a, b));
  const lever = Math.sqrt(keySums.reduce((a, b) => Math.max(a, b)));
  return {
    values: { token: values, whole: Math.sqrt(columnSum) * v.whole },
    scores: { token: scores, whole: (times(widest, q.whole) + times(lever, k.whole)) / Math.sqrt(E) },
    columnSum,
  };
}

/** At least ‖Cov_w(v, k)‖ and ‖Cov_w(v)‖ (sparsemax: of sums over the support), by the keys seen. */
function spreads(
  dv: Float64Array,
  dk: Float64Array,
  w: Float64Array,
  S: number,
  normalizer: AttentionShape["normalizer"],
): { cross: number; own: number } {
  const support = w.reduce((count, weight) => count + Math.ceil(weight), 0);
  if (support <= 1) return { cross: 0, own: 0 };
  if (normalizer === "hardmax") return { cross: Number.POSITIVE_INFINITY, own: Number.POSITIVE_INFINITY };
  let [mostV, mostK, cross, own] = [0, 0, 0, 0];
  for (let r = 0; r < w.length; r++) {
    for (let s = 0; s < r; s++) {
      if (w[r] === 0 || w[s] === 0) continue;
      const a = dv[r * S + s];
      const b = dk[r * S + s];
      mostV = Math.max(mostV, a);
      mostK = Math.max(mostK, b);
      cross += w[r] * w[s] * a * b;
      own += w[r] * w[s] * a * a;
    }
  }
  if (normalizer === "sparsemax")
    return { cross: (support * mostV * mostK) / 4, own: (support * mostV * mostV) / 4 };
  return { cross: Math.min((mostV * mostK) / 4, cross), own: Math.min((mostV * mostV) / 4, own) };
}

/** A product in which nothing times infinity is nothing. */
function times(a: number, b: number): number {
  return a === 0 || b === 0 ? 0 : a * b;
}
