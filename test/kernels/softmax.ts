import { type Normalizer, normalize, normalizeBackward } from "./attention-reference.js";
import type { Case, KernelSpec, Sizes, Source } from "./spec.js";

/** Rows of 1 … 100 numbers with every tail, and long ones, where sums are cut into runs. */
const sizes: readonly Sizes[] = [
  ...[1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 20, 33, 100].map((D, i) => ({ N: 1 + (i % 4), D })),
  { N: 2, D: 257 },
  { N: 2, D: 1001 },
];

const bench = (traffic: number) =>
  [
    { N: 4096, D: 20 },
    { N: 512, D: 1000 },
  ].map((one) => ({ sizes: one, bytes: traffic * 4 * one.N * one.D }));

type Rows = (rows: readonly number[], ...others: (readonly number[])[]) => number[];

/** `f` applied to corresponding rows of D numbers. */
function byRow(D: number, f: Rows, ...matrices: ArrayLike<number>[]): Float64Array {
  const all = matrices.map((m) => Array.from(m));
  return Float64Array.from(
    Array.from({ length: all[0].length / D }, (_, n) => {
      const [first, ...others] = all.map((m) => m.slice(n * D, (n + 1) * D));
      return f(first, ...others);
    }).flat(),
  );
}

function logSoftmax(x: readonly number[]): number[] {
  const top = Math.max(...x);
  const log = Math.log(x.reduce((sum, z) => sum + Math.exp(z - top), 0));
  return x.map((z) => z - top - log);
}

const logSoftmaxBackward: Rows = (dy, y) => {
  const sum = dy.reduce((a, b) => a + b, 0);
  return dy.map((d, i) => d - Math.exp(y[i]) * sum);
};

function forward(kernel: KernelSpec["kernel"], f: Rows, spread: number, tolerance: number): KernelSpec {
  const one = (x: Float32Array, D: number): Case => ({
    buffers: { y: new Float32Array(x.length), x },
    args: ["y", "x", x.length / D, D],
    expected: { y: byRow(D, f, x) },
  });
  return {
    kernel,
    sizes,
    make: ({ N, D }, source) => one(source(N * D, -spread, spread), D),
    tolerance,
    inPlace: [["y", "x"]],
    specials: () => {
      const inf = Number.POSITIVE_INFINITY;
      const log = kernel === "logSoftmaxForward";
      const rows = [
        [0, -0, 0, 0, 2 ** -149],
        [1e38, -1e38, 1e38, 1, 0],
        [-inf, 1, -inf, 0.5, 1],
        [-200, -100, -104.5, -1e30, -150],
        // Nothing but −Inf: zeros; log-softmax has no answer there.
        ...(log ? [] : [[-inf, -inf, -inf, -inf, -inf]]),
        // NaN spoils its own row, except that hardmax and sparsemax have other rules.
        ...(kernel === "softmaxForward" || log ? [[0, 1, Number.NaN, 2, 3]] : []),
      ];
      return rows.map((row) => one(Float32Array.from(row), 5));
    },
    bench: bench(2),
  };
}

function backward(
  kernel: KernelSpec["kernel"],
  f: Rows,
  outputs: (x: readonly number[]) => number[],
  accumulate: boolean,
): KernelSpec {
  return {
    kernel,
    variant: accumulate ? "accumulating" : undefined,
    sizes,
    make({ N, D }, source: Source) {
      const y = Float32Array.from(byRow(D, outputs, source(N * D, -3, 3)));
      const dy = source(N * D);
      const dx = source(N * D);
      return {
        buffers: { dx, dy, y },
        args: ["dx", "dy", "y", N, D, +accumulate],
        expected: { dx: byRow(D, f, dy, y).map((d, i) => d + (accumulate ? dx[i] : 0)) },
      };
    },
    // Where two numbers share a row nearly evenly, dy − Σ y·dy loses half its digits.
    tolerance: 1e-6,
    inPlace: accumulate ? [] : [["dx", "dy"]],
    bench: accumulate ? [] : bench(3),
  };
}

const normalized = (normalizer: Normalizer) => (x: readonly number[]) => normalize(x, normalizer);
const pulled =
  (normalizer: Normalizer): Rows =>
  (dy, y) =>
    normalizeBackward(y, dy, normalizer);

export const specs: KernelSpec[] = [
  forward("softmaxForward", normalized(0), 5, 3e-7),
  forward("logSoftmaxForward", logSoftmax, 5, 3e-7),
  forward("hardmaxForward", normalized(1), 5, 0),
  forward("sparsemaxForward", normalized(2), 1, 3e-7),
  ...[false, true].flatMap((accumulate) => [
    backward("softmaxBackward", pulled(0), normalized(0), accumulate),
    backward("logSoftmaxBackward", logSoftmaxBackward, logSoftmax, accumulate),
    backward("sparsemaxBackward", pulled(2), normalized(2), accumulate),
  ]),
];
