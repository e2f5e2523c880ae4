import { type Case, type KernelSpec, lengths, type Sizes, type Source, specialValues } from "./spec.js";

/** Log-softmax cross-entropy in float64: mean loss over labels ≠ ignore and every row's softmax. */
export function crossEntropy(x: ArrayLike<number>, labels: ArrayLike<number>, ignore: number) {
  const N = labels.length;
  const K = x.length / N;
  const probs = new Float64Array(x.length);
  let total = 0;
  let count = 0;
  for (let n = 0; n < N; n++) {
    const row = Array.from({ length: K }, (_, k) => x[n * K + k]);
    const top = Math.max(...row);
    const sum = row.reduce((all, value) => all + Math.exp(value - top), 0);
    row.forEach((value, k) => {
      probs[n * K + k] = Math.exp(value - top) / sum;
    });
    if (labels[n] === ignore) continue;
    total += Math.log(sum) + top - (row[labels[n]] ?? Number.NaN);
    count++;
  }
  return { loss: count ? total / count : 0, probs, count };
}

function crossEntropyCase(x: Float32Array, labels: Int32Array, ignore: number): Case {
  const { loss, probs } = crossEntropy(x, labels, ignore);
  return {
    buffers: { loss: new Float64Array(1), probs: new Float32Array(x.length), x, labels },
    args: ["loss", "probs", "x", "labels", labels.length, x.length / labels.length, ignore],
    expected: { loss: [loss], probs },
  };
}

/** Labels 0 … K−1, and −100 for every fifth row. */
function someLabels(N: number, K: number): Int32Array {
  return Int32Array.from({ length: N }, (_, n) => (n % 5 === 3 ? -100 : (n * 7) % K));
}

const rows: Sizes[] = [1, 2, 3, 4, 5, 7, 8, 9, 20, 33, 100].flatMap((K) =>
  [1, 4, 5, 19].map((N) => ({ N, K })),
);
const rowBench = [
  { N: 512, K: 20 },
  { N: 480, K: 100 },
];

function mseCase(x: Float32Array, y: Float32Array): Case {
  const loss = x.reduce((sum, value, i) => sum + (value - y[i]) ** 2, 0) / x.length;
  return {
    buffers: { loss: new Float64Array(1), x, y },
    args: ["loss", "x", "y", x.length],
    expected: { loss: [loss] },
  };
}

function mseBackward({ n }: Sizes, source: Source, accumulate: number): Case {
  const x = source(n);
  const y = source(n);
  const dx = accumulate ? source(n) : new Float32Array(n).fill(Number.NaN);
  return {
    buffers: { dx, dloss: Float32Array.of(1.5), x, y },
    args: ["dx", "dloss", "x", "y", n, accumulate],
    expected: { dx: [...x].map((value, i) => (accumulate ? dx[i] : 0) + (1.5 * 2 * (value - y[i])) / n) },
  };
}

function crossEntropyBackward({ N, K }: Sizes, source: Source, accumulate: number): Case {
  const labels = someLabels(N, K);
  const { probs, count } = crossEntropy(source(N * K, -3, 3), labels, -100);
  const p = Float32Array.from(probs);
  const dx = accumulate ? source(N * K) : new Float32Array(N * K).fill(Number.NaN);
  return {
    buffers: { dx, dloss: Float32Array.of(1.5), probs: p, labels },
    args: ["dx", "dloss", "probs", "labels", N, K, -100, accumulate],
    expected: {
      dx: [...p].map((value, i) => {
        const label = labels[Math.floor(i / K)];
        const slope = label === -100 ? 0 : (1.5 * (value - (i % K === label ? 1 : 0))) / count;
        return (accumulate ? dx[i] : 0) + slope;
      }),
    },
  };
}

export const specs: KernelSpec[] = [
  {
    kernel: "mseForward",
    sizes: lengths,
    make: ({ n }, source) => mseCase(source(n), source(n)),
    tolerance: 1e-7,
    specials: () => [
      ...[...specialValues].map((value) => mseCase(Float32Array.of(value), Float32Array.of(0))),
      mseCase(specialValues, specialValues),
      mseCase(new Float32Array(9).fill(3e38), new Float32Array(9)),
    ],
    bench: [{ sizes: { n: 4096 }, bytes: 2 * 4096 * 4 }],
  },
  ...[0, 1].map<KernelSpec>((accumulate) => ({
    kernel: "mseBackward",
    variant: accumulate ? "accumulating" : "overwriting",
    sizes: lengths,
    make: (size, source) => mseBackward(size, source, accumulate),
    tolerance: 2e-7,
    inPlace: accumulate
      ? []
      : [
          ["dx", "x"],
          ["dx", "y"],
        ],
    bench: [{ sizes: { n: 4096 }, bytes: 3 * 4096 * 4 }],
  })),
  {
    kernel: "crossEntropyForward",
    sizes: rows,
    make: ({ N, K }, source) => crossEntropyCase(source(N * K, -3, 3), someLabels(N, K), -100),
    tolerance: 3e-7,
    specials: () => [
      crossEntropyCase(Float32Array.of(1e4, -1e4, 0, 5, 1e4), Int32Array.of(1), -100),
      crossEntropyCase(Float32Array.of(-1e4, -1e4, -1e4, -1e4, -9999), Int32Array.of(4), -100),
      crossEntropyCase(Float32Array.of(1, 2, 3), Int32Array.of(-100), -100),
      crossEntropyCase(Float32Array.of(1, Number.NaN, 3, 4, 5), Int32Array.of(0), -100),
      crossEntropyCase(Float32Array.of(1, 2, 3, 4, Number.NaN), Int32Array.of(0), -100),
      crossEntropyCase(Float32Array.of(1, Number.POSITIVE_INFINITY), Int32Array.of(0), -100),
      crossEntropyCase(Float32Array.of(1, Number.NEGATIVE_INFINITY, 0), Int32Array.of(1), -100),
      crossEntropyCase(Float32Array.of(1, 2, 3), Int32Array.of(3), -100),
      crossEntropyCase(Float32Array.of(1, 2, 3), Int32Array.of(-1), -100),
    ],
    bench: rowBench.map((sizes) => ({ sizes, bytes: 2 * sizes.N * sizes.K * 4 })),
  },
  ...[0, 1].map<KernelSpec>((accumulate) => ({
    kernel: "crossEntropyBackward",
    variant: accumulate ? "accumulating" : "overwriting",
    sizes: rows,
    make: (size, source) => crossEntropyBackward(size, source, accumulate),
    tolerance: 2e-7,
    inPlace: accumulate ? [] : [["dx", "probs"]],
    bench: rowBench.map((sizes) => ({ sizes, bytes: 2 * sizes.N * sizes.K * 4 })),
  })),
];
