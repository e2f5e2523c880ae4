import type { Case, KernelSpec, Sizes, Source } from "./spec.js";

export type Gemm = "gemmNN" | "gemmNT" | "gemmTN";
export const gemms: readonly Gemm[] = ["gemmNN", "gemmNT", "gemmTN"];

/** How a product is called beyond its sizes M, N, K. */
export interface GemmOptions {
  /** Floats between the end of a row and the start of the next, for A, B and C. */
  gaps?: readonly [a: number, b: number, c: number];
  accumulate?: boolean;
  bias?: boolean;
  /** Rounds every product and every sum: `Math.fround` for the plain float32 sum in order, else float64. */
  round?: (x: number) => number;
}

/** Rows and columns in which a product stores A and B. */
export function stored(kernel: Gemm, { M, N, K }: Sizes): { a: [number, number]; b: [number, number] } {
  return { a: kernel === "gemmTN" ? [K, M] : [M, K], b: kernel === "gemmNT" ? [N, K] : [K, N] };
}

/** A product with its plain reference. What lies in the gaps of C must be found there again. */
export function gemmCase(kernel: Gemm, sizes: Sizes, source: Source, options: GemmOptions = {}): Case {
  const { M, N, K } = sizes;
  const { gaps = [0, 0, 0], accumulate = false, bias = false, round = (x: number) => x } = options;
  const at = stored(kernel, sizes);
  const [lda, ldb, ldc] = [at.a[1] + gaps[0], at.b[1] + gaps[1], N + gaps[2]];
  // No row ends with a gap at the end of its buffer: reading or writing there must be seen.
  const a = source(Math.max(0, at.a[0] * lda - gaps[0]));
  const b = source(Math.max(0, at.b[0] * ldb - gaps[1]));
  const c = source(M * ldc - gaps[2]);
  const addend = source(N);
  const want = Float64Array.from(c);
  for (let i = 0; i < M; i++) {
    for (let j = 0; j < N; j++) {
      let sum = accumulate ? c[i * ldc + j] : 0;
      for (let k = 0; k < K; k++) {
        const left = a[kernel === "gemmTN" ? k * lda + i : i * lda + k];
        const right = b[kernel === "gemmNT" ? j * ldb + k : k * ldb + j];
        sum = round(sum + round(left * right));
      }
      want[i * ldc + j] = bias ? round(sum + addend[j]) : sum;
    }
  }
  return {
    buffers: { c, a, b, bias: addend },
    args: ["c", "a", "b", bias ? "bias" : null, M, N, K, lda, ldb, ldc, accumulate ? 1 : 0],
    expected: { c: want },
  };
}

const tails = [1, 2, 3, 4, 5, 7, 8, 9, 12, 13, 16, 17, 33];
/** Each size takes every tail while the others take others; then K, M and N beyond one block. */
const sizes: readonly Sizes[] = [
  ...tails.map((M, i) => ({ M, N: tails[(i + 5) % tails.length], K: tails[(i + 9) % tails.length] })),
  ...tails.map((N, i) => ({ M: tails[(i + 3) % tails.length], N, K: tails[(i + 8) % tails.length] })),
  { M: 3, N: 5, K: 0 },
  { M: 259, N: 6, K: 3 },
  { M: 2, N: 1029, K: 3 },
  { M: 6, N: 17, K: 515 },
  { M: 8, N: 32, K: 131 },
  { M: 12, N: 16, K: 3 },
  { M: 12, N: 4, K: 131 },
  { M: 20, N: 12, K: 3 },
  { M: 196, N: 64, K: 9 },
];

/** Rows × columns × inner size of the layers, and of the gradients of their weights. */
export const benchSizes: readonly Sizes[] = [
  { M: 128, N: 32, K: 32 },
  { M: 512, N: 32, K: 32 },
  { M: 512, N: 64, K: 64 },
  { M: 512, N: 128, K: 64 },
  { M: 512, N: 256, K: 256 },
  { M: 512, N: 512, K: 256 },
];

/** An infinity in A meets the zeros that pad B: none of the NaN may reach C. Nor may what C held when overwritten. */
function specials(kernel: Gemm, source: Source): Case[] {
  return [Number.POSITIVE_INFINITY, Number.NaN].flatMap((value) =>
    [1, 3, 7, 11, 19].map((N) => {
      const shape = { M: 5, N, K: 6 };
      const special: Source = (length, low, high) => {
        const data = source(length, low, high);
        // Only A is 5 × 6.
        if (length === 30) data[12] = value;
        return data;
      };
      const made = gemmCase(kernel, shape, special);
      (made.buffers.c as Float32Array).fill(Number.NaN);
      return made;
    }),
  );
}

export const specs: KernelSpec[] = [
  ...gemms.flatMap((kernel): KernelSpec[] => [
    {
      kernel,
      sizes,
      make: (shape, source) => gemmCase(kernel, shape, source),
      tolerance: 2e-6,
      specials: (source) => specials(kernel, source),
      bench: benchSizes.map((shape) => ({ sizes: shape, flops: 2 * shape.M * shape.N * shape.K })),
    },
    {
      kernel,
      variant: "bias, accumulate, gaps between rows",
      sizes,
      make: (shape, source) =>
        gemmCase(kernel, shape, source, { bias: true, accumulate: true, gaps: [3, 5, 7] }),
      tolerance: 2e-6,
      bench: [],
    },
  ]),
  ...(["maddLoop", "maddLoopWide"] as const).map(
    (kernel): KernelSpec => ({
      kernel,
      sizes: [{ turns: 0 }, { turns: 1 }, { turns: 9 }],
      make({ turns }, source, build) {
        const floats = kernel === "maddLoop" ? 48 : 96;
        const x = source(floats + 2);
        const [factor, term] = [x[floats], x[floats + 1]];
        const want = Float64Array.from(x);
        for (let t = 0; t < turns; t++) {
          for (let i = 0; i < floats; i++) {
            if (build === "relaxed") want[i] = want[i] * factor + term;
            else want[i] = i % 16 < 8 ? want[i] * factor : want[i] + term;
          }
        }
        return { buffers: { x }, args: ["x", turns], expected: { x: want } };
      },
      tolerance: 5e-7,
      bench: [],
    }),
  ),
];
