/** Plain float64 attention and its gradient, straight from the formulas: what the kernels are measured by. */

export type Normalizer = 0 | 1 | 2;

export interface AttentionCase {
  B: number;
  T: number;
  S: number;
  H: number;
  E: number;
  /** Row lengths in floats, at least H·E. */
  ldq: number;
  ldk: number;
  ldv: number;
  ldo: number;
  q: ArrayLike<number>;
  k: ArrayLike<number>;
  v: ArrayLike<number>;
  /** [B,S], added to the scores. */
  keyMask?: ArrayLike<number>;
  causal?: boolean;
  normalizer?: Normalizer;
  /** [B,H,T,S]: what each weight is multiplied with after the normaliser (dropout). */
  factors?: ArrayLike<number>;
}

/** Softmax (0), one-hot at the first maximum (1) or sparsemax by sorting (2); all −Inf gives zeros. */
export function normalize(scores: readonly number[], normalizer: Normalizer): number[] {
  const top = Math.max(...scores);
  if (top === Number.NEGATIVE_INFINITY) return scores.map(() => 0);
  if (normalizer === 1) return scores.map((_, i) => (i === scores.indexOf(top) ? 1 : 0));
  if (normalizer === 2) {
    // Martins and Astudillo 2016, algorithm 1.
    const sorted = scores.map((z) => z - top).sort((a, b) => b - a);
    let sum = 0;
    let threshold = 0;
    for (let i = 0; i < sorted.length; i++) {
      sum += sorted[i];
      if (1 + (i + 1) * sorted[i] > sum) threshold = (sum - 1) / (i + 1);
    }
    return scores.map((z) => Math.max(z - top - threshold, 0));
  }
  const powers = scores.map((z) => Math.exp(z - top));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((e) => e / sum);
}

/** Gradient of the scores from the weights and their gradient. */
export function normalizeBackward(
  weights: readonly number[],
  gradient: readonly number[],
  normalizer: Normalizer,
): number[] {
  if (normalizer === 1) return weights.map(() => 0);
  if (normalizer === 2) {
    const support = weights.map((w) => w > 0);
    const inside = gradient.filter((_, i) => support[i]);
    const mean = inside.reduce((a, b) => a + b, 0) / inside.length;
    return gradient.map((g, i) => (support[i] ? g - mean : 0));
  }
  const dot = weights.reduce((sum, w, i) => sum + w * gradient[i], 0);
  return weights.map((w, i) => w * (gradient[i] - dot));
}

/** out [B,T,·] with rows of ldo (gaps 0) and weights [B,H,T,S] before dropout. */
export function attention(a: AttentionCase): { out: Float64Array; weights: Float64Array } {
  const out = new Float64Array(a.B * a.T * a.ldo);
  const weights = new Float64Array(a.B * a.H * a.T * a.S);
  forEachRow(a, (b, h, t, row) => {
    const scores = Array.from({ length: a.S }, (_, s) => {
      if (a.causal && s > t) return Number.NEGATIVE_INFINITY;
      let dot = 0;
      for (let e = 0; e < a.E; e++) {
        dot += a.q[(b * a.T + t) * a.ldq + h * a.E + e] * a.k[(b * a.S + s) * a.ldk + h * a.E + e];
      }
      return dot / Math.sqrt(a.E) + (a.keyMask?.[b * a.S + s] ?? 0);
    });
    const w = normalize(scores, a.normalizer ?? 0);
    weights.set(w, row);
    for (let s = 0; s < a.S; s++) {
      const factor = w[s] * (a.factors?.[row + s] ?? 1);
      for (let e = 0; e < a.E; e++) {
        out[(b * a.T + t) * a.ldo + h * a.E + e] += factor * a.v[(b * a.S + s) * a.ldv + h * a.E + e];
      }
    }
  });
  return { out, weights };
}

/** Gradients of q, k, v (gaps 0) from dout [B,T,·] and the weights that `attention` gave. */
export function attentionBackward(
  a: AttentionCase,
  dout: ArrayLike<number>,
  weights: ArrayLike<number>,
): { dq: Float64Array; dk: Float64Array; dv: Float64Array } {
  const dq = new Float64Array(a.B * a.T * a.ldq);
  const dk = new Float64Array(a.B * a.S * a.ldk);
  const dv = new Float64Array(a.B * a.S * a.ldv);
  forEachRow(a, (b, h, t, row) => {
    const w = Array.from({ length: a.S }, (_, s) => weights[row + s]);
    const gradient = w.map((_, s) => {
      const factor = a.factors?.[row + s] ?? 1;
      let dot = 0;
      for (let e = 0; e < a.E; e++) {
        const pulled = dout[(b * a.T + t) * a.ldo + h * a.E + e];
        dot += pulled * a.v[(b * a.S + s) * a.ldv + h * a.E + e];
        dv[(b * a.S + s) * a.ldv + h * a.E + e] += w[s] * factor * pulled;
      }
      return dot * factor;
    });
    normalizeBackward(w, gradient, a.normalizer ?? 0).forEach((ds, s) => {
      for (let e = 0; e < a.E; e++) {
        const iq = (b * a.T + t) * a.ldq + h * a.E + e;
        const ik = (b * a.S + s) * a.ldk + h * a.E + e;
        dq[iq] += (ds * a.k[ik]) / Math.sqrt(a.E);
        dk[ik] += (ds * a.q[iq]) / Math.sqrt(a.E);
      }
    });
  });
  return { dq, dk, dv };
}

/** Calls back for every row of weights with its start in [B,H,T,S]. */
function forEachRow(
  { B, T, S, H }: AttentionCase,
  visit: (b: number, h: number, t: number, row: number) => void,
): void {
  for (let b = 0; b < B; b++)
    for (let h = 0; h < H; h++) for (let t = 0; t < T; t++) visit(b, h, t, ((b * H + h) * T + t) * S);
}
