import { type AttentionCase, attention, attentionBackward, type Normalizer } from "./attention-reference.js";
import { philox } from "./philox.js";
import type { Case, KernelSpec, Sizes, Source } from "./spec.js";

/** What the kernel saves: [⌈B·H/8⌉][T][S][8], lanes behind the last pair repeat it. */
export function interleave(
  weights: ArrayLike<number>,
  { B, T, S, H }: Pick<AttentionCase, "B" | "T" | "S" | "H">,
): Float64Array {
  const pairs = B * H;
  const cells = T * S;
  return Float64Array.from({ length: Math.ceil(pairs / 8) * cells * 8 }, (_, i) => {
    const pair = Math.min(pairs - 1, Math.floor(i / 8 / cells) * 8 + (i % 8));
    return weights[pair * cells + (Math.floor(i / 8) % cells)];
  });
}

/**
 * [B,H,T,S]: what the kernel multiplies each weight with (0 or `keepScale`), as the comment in
 * assembly/attention/dropout.ts says.
 */
export function dropoutFactors(
  { B, T, S, H }: Pick<AttentionCase, "B" | "T" | "S" | "H">,
  rng: ArrayLike<number>,
  stream: number,
  threshold: number,
  keepScale: number,
): Float64Array {
  return Float64Array.from({ length: B * H * T * S }, (_, i) => {
    const [pair, t, s] = [Math.floor(i / S / T), Math.floor(i / S) % T, i % S];
    const cell = (Math.floor(pair / 8) * T + t) * S + s;
    const word = philox([cell, stream, rng[2], 0], [rng[0], rng[1]])[(pair % 8) >> 1];
    return (pair & 1 ? word >>> 16 : word & 0xffff) >= threshold ? keepScale : 0;
  });
}

/** Dropout of a tenth: threshold of 2¹⁶, and what is kept is scaled up by. */
const dropout = { rng: Uint32Array.of(0xfeedf00d, 0x12345678, 3, 0), stream: 77, threshold: 6554 };
const keepScale = Math.fround(65536 / (65536 - dropout.threshold));

interface Options {
  causal?: boolean;
  normalizer?: Normalizer;
  keyMask?: boolean;
  accumulate?: boolean;
  /** Without saved weights. */
  unsaved?: boolean;
  dropout?: boolean;
}

const shape = (B: number, T: number, S: number, H: number, E: number, gap = 0): Sizes => ({
  B,
  T,
  S,
  H,
  E,
  gap,
});

/**
 * Pairs 1 … 24, T and S from 1, odd and even head widths; few queries and keys of many groups; then several blocks
 * of queries, keys, columns.
 */
const sizes: readonly Sizes[] = [
  shape(1, 1, 1, 1, 1),
  shape(7, 1, 2, 1, 2),
  shape(8, 3, 3, 1, 3, 1),
  shape(3, 3, 4, 3, 4, 5),
  shape(5, 4, 4, 2, 5, 2),
  shape(4, 2, 5, 6, 8),
  shape(2, 5, 3, 4, 7, 4),
  shape(9, 2, 1, 2, 2, 1),
  shape(5, 4, 3, 4, 2, 3),
  shape(4, 1, 4, 12, 4, 2),
  shape(130, 3, 2, 1, 9),
  shape(9, 7, 6, 2, 2, 1),
  shape(1, 8, 8, 2, 16, 3),
  shape(2, 17, 19, 2, 6),
  shape(1, 33, 32, 3, 9, 1),
  shape(1, 20, 50, 1, 300, 1),
  shape(3, 2, 1500, 1, 3),
];

/** The project's training shapes B, C, E (T = S = 4) and F (T = S = 64). */
const bench = (flopsPerCell: number, F = 32) =>
  [
    shape(128, 4, 4, 4, 8),
    shape(128, 3, 4, 4, 8),
    shape(128, 4, 4, 4, 16),
    shape(128, 4, 4, 8, 32),
    shape(F, 64, 64, 4, 16),
  ].map((one) => ({ sizes: one, flops: flopsPerCell * one.B * one.H * one.T * one.S * one.E }));

function inputs(
  { B, T, S, H, E, gap }: Sizes,
  source: Source,
  { causal, normalizer, keyMask, dropout: drop }: Options,
): AttentionCase & { q: Float32Array; k: Float32Array; v: Float32Array; keyMask?: Float32Array } {
  // Different gaps behind the heads of each tensor; larger scores for sparsemax, so that some keys drop out.
  const [ldq, ldk, ldv, ldo] = [0, 1, 2, 3].map((i) => H * E + gap * (1 + i));
  const spread = normalizer === 2 ? 2 : 1.5;
  const mask = source(B * S, -2, 2).map((x) => (x > 1 ? Number.NEGATIVE_INFINITY : x));
  mask.fill(Number.NEGATIVE_INFINITY, 0, B > 1 ? S : 0);
  return {
    ...{ B, T, S, H, E, ldq, ldk, ldv, ldo, causal, normalizer },
    q: source(B * T * ldq, -spread, spread),
    k: source(B * S * ldk, -spread, spread),
    v: source(B * S * ldv),
    keyMask: keyMask ? mask : undefined,
    factors: drop
      ? dropoutFactors({ B, T, S, H }, dropout.rng, dropout.stream, dropout.threshold, keepScale)
      : undefined,
  };
}

/** Weights as they are saved: those that were dropped negative, each lane by its own numbers. */
function saved(weights: ArrayLike<number>, a: AttentionCase): Float64Array {
  const { B, T, S, H } = a;
  const all = interleave(weights, a);
  if (!a.factors) return all;
  const lanes = 8 * Math.ceil((B * H) / 8);
  const { rng, stream, threshold } = dropout;
  const factors = dropoutFactors({ B: lanes, T, S, H: 1 }, rng, stream, threshold, keepScale);
  const cells = T * S;
  return all.map((w, i) => {
    const pair = 8 * Math.floor(i / 8 / cells) + (i % 8);
    return factors[pair * cells + (Math.floor(i / 8) % cells)] === 0 ? -w : w;
  });
}

/** The last arguments of both kernels but `accumulate`. */
const flags = (a: AttentionCase) => [
  ...[+!!a.causal, a.normalizer ?? 0],
  ...(a.factors ? ["rng", dropout.stream, dropout.threshold, keepScale] : [null, 0, 0, 1]),
];

/** `values` where the tensor has heads, `before` in the gaps; added to `before` if asked. */
function written(
  values: Float64Array,
  before: Float32Array,
  ld: number,
  width: number,
  accumulate = false,
): Float64Array {
  return values.map((x, i) => (i % ld < width ? x + (accumulate ? before[i] : 0) : before[i]));
}

function forwardCase(one: Sizes, source: Source, options: Options): Case {
  const a = inputs(one, source, options);
  const { B, T, S, H, E } = a;
  const before = source(B * T * a.ldo);
  const { out, weights } = attention(a);
  const probs = saved(weights, a);
  return {
    buffers: {
      out: before,
      ...(options.unsaved ? {} : { probs: new Float32Array(probs.length).fill(Number.NaN) }),
      ...{ q: a.q, k: a.k, v: a.v },
      ...(a.keyMask ? { keyMask: a.keyMask } : {}),
      ...(a.factors ? { rng: dropout.rng } : {}),
    },
    args: [
      ...["out", options.unsaved ? null : "probs", "q", "k", "v", a.keyMask ? "keyMask" : null],
      ...[B, T, S, H, E, a.ldq, a.ldk, a.ldv, a.ldo, ...flags(a)],
    ],
    expected: {
      out: written(out, before, a.ldo, H * E),
      ...(options.unsaved ? {} : { probs }),
    },
  };
}

function backwardCase(one: Sizes, source: Source, options: Options): Case {
  const a = inputs(one, source, options);
  const { B, T, S, H, E, ldq, ldk, ldv, ldo } = a;
  const width = H * E;
  const weights = Float32Array.from(attention(a).weights);
  const dout = source(B * T * ldo);
  const [dq, dk, dv] = [source(a.q.length), source(a.k.length), source(a.v.length)];
  const want = attentionBackward(a, dout, weights);
  return {
    buffers: {
      ...{ dq, dk, dv, dout, probs: Float32Array.from(saved(weights, a)) },
      ...{ q: a.q, k: a.k, v: a.v },
      ...(a.keyMask ? { keyMask: a.keyMask } : {}),
      ...(a.factors ? { rng: dropout.rng } : {}),
    },
    args: [
      ...["dq", "dk", "dv", "dout", "probs", "q", "k", "v", a.keyMask ? "keyMask" : null],
      ...[B, T, S, H, E, ldq, ldk, ldv, ldo, ...flags(a)],
      +!!options.accumulate,
    ],
    expected: {
      dq: written(want.dq, dq, ldq, width, options.accumulate),
      dk: written(want.dk, dk, ldk, width, options.accumulate),
      dv: written(want.dv, dv, ldv, width, options.accumulate),
    },
  };
}

const forward = (variant: string, options: Options, timed = false): KernelSpec => ({
  kernel: "attentionForward",
  variant,
  sizes,
  make: (one, source) => forwardCase(one, source, options),
  // sparsemax does not damp large scores: their rounding errors pass into the weights unchanged.
  tolerance: options.normalizer === 2 ? 2e-6 : 1e-6,
  bench: timed ? bench(4) : [],
});

const backward = (variant: string, options: Options, timed = false): KernelSpec => ({
  kernel: "attentionBackward",
  variant,
  sizes,
  make: (one, source) => backwardCase(one, source, options),
  tolerance: 1e-6,
  bench: timed ? bench(8) : [],
});

export const specs: KernelSpec[] = [
  forward("softmax", {}, true),
  forward("softmax, nothing saved", { unsaved: true }, true),
  forward("softmax, causal", { causal: true }, true),
  forward("softmax, key mask", { keyMask: true }),
  forward("softmax, key mask, causal, nothing saved", { keyMask: true, causal: true, unsaved: true }),
  forward("hardmax", { normalizer: 1, keyMask: true }),
  forward("sparsemax", { normalizer: 2 }, true),
  forward("sparsemax, key mask, causal", { normalizer: 2, keyMask: true, causal: true }),
  forward("softmax, dropout", { dropout: true }),
  forward("softmax, dropout, causal, nothing saved", { dropout: true, causal: true, unsaved: true }),
  backward("softmax", {}, true),
  backward("softmax, accumulating", { accumulate: true }),
  backward("softmax, causal", { causal: true }, true),
  backward("softmax, causal, accumulating", { causal: true, accumulate: true }),
  backward("softmax, key mask", { keyMask: true }),
  backward("hardmax", { normalizer: 1 }),
  backward("sparsemax, key mask", { normalizer: 2, keyMask: true }),
  backward("softmax, dropout", { dropout: true }),
  backward("softmax, dropout, causal", { dropout: true, causal: true }),
  backward("sparsemax, dropout", { dropout: true, normalizer: 2 }),
  {
    kernel: "attentionWeights",
    sizes: sizes.slice(0, 9),
    make({ B, T, S, H }, source) {
      const weights = source(B * H * T * S);
      return {
        buffers: {
          weights: new Float32Array(weights.length),
          probs: Float32Array.from(interleave(weights, { B, T, S, H })),
        },
        args: ["weights", "probs", B, T, S, H],
        expected: { weights },
      };
    },
    tolerance: 0,
    bench: [{ sizes: shape(128, 4, 4, 4, 8), bytes: 2 * 128 * 4 * 16 * 4 }],
  },
  {
    // A size, not a kernel: its value is checked in test/assembly/attention.test.ts.
    kernel: "attentionSavedFloats",
    sizes: [shape(1, 1, 1, 1, 1)],
    make: ({ B, T, S, H }) => ({ buffers: {}, args: [B, T, S, H], expected: {} }),
    tolerance: 0,
    bench: [],
  },
];
