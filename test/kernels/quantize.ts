import { type KernelSpec, lengths, type Sizes, specialValues } from "./spec.js";

/** The K centroids, as NumPy's linspace has them but for its last. */
export function centroids(K: number, low: number, high: number): Float64Array {
  const step = K > 1 ? (high - low) / (K - 1) : 0;
  return Float64Array.from({ length: K }, (_, k) => low + k * step);
}

/** Brute-force float64 search; −1 where no distance is finite. */
export function bruteForceClass(y: ArrayLike<number>, K: number, low: number, high: number): number {
  let best = -1;
  let least = Number.POSITIVE_INFINITY;
  centroids(K, low, high).forEach((c, k) => {
    let distance = 0;
    for (let i = 0; i < y.length; i++) distance += (y[i] - c) ** 2;
    if (distance < least) {
      least = distance;
      best = k;
    }
  });
  return best;
}

const byRow: Sizes[] = [
  { N: 1, d: 1, K: 5 },
  { N: 3, d: 3, K: 1 },
  { N: 5, d: 4, K: 2 },
  { N: 7, d: 5, K: 10 },
  { N: 33, d: 8, K: 15 },
  { N: 20, d: 33, K: 20 },
];
const byNumber: Sizes[] = lengths.map(({ n }, i) => ({ n, K: [5, 10, 15, 20, 2, 1][i % 6] }));
const LOW = -1;
const HIGH = 1;

function labelsCase(kind: "row" | "number", y: Float32Array<ArrayBuffer>, N: number, d: number, K: number) {
  const labels = Int32Array.from({ length: N }, (_, r) =>
    bruteForceClass(y.subarray(r * d, r * d + d), K, LOW, HIGH),
  );
  return {
    buffers: { labels: new Int32Array(N), y },
    args: kind === "row" ? ["labels", "y", N, d, K, LOW, HIGH] : ["labels", "y", N, K, LOW, HIGH],
    expected: { labels },
  };
}

const ordinary = specialValues.filter((value) => !(Math.abs(value) > 1e30 && Number.isFinite(value)));

export const specs: KernelSpec[] = [
  {
    kernel: "classesDiagonal",
    sizes: byRow,
    make: ({ N, d, K }, source) => labelsCase("row", source(N * d, -2, 2), N, d, K),
    tolerance: 0,
    specials: () => [
      labelsCase("row", ordinary, ordinary.length, 1, 5),
      labelsCase("row", ordinary, 1, ordinary.length, 5),
      labelsCase("row", new Float32Array(12), 3, 4, 10),
    ],
    bench: [
      { sizes: { N: 512, d: 4, K: 20 }, bytes: 512 * 4 * 4 },
      { sizes: { N: 512, d: 256, K: 20 }, bytes: 512 * 256 * 4 },
    ],
  },
  {
    kernel: "classesPerCoordinate",
    sizes: byNumber,
    make: ({ n, K }, source) => labelsCase("number", source(n, -2, 2), n, 1, K),
    tolerance: 0,
    specials: () => [labelsCase("number", ordinary, ordinary.length, 1, 10)],
    bench: [{ sizes: { n: 16384, K: 20 }, bytes: 16384 * 8 }],
  },
];
