import type { KernelSpec, Sizes, Source } from "./spec.js";

const sum = (values: ArrayLike<number>) => {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
};

/** ‖a_r − b_s‖² in float64, coordinates in order. */
export function squaredDistance(
  a: ArrayLike<number>,
  r: number,
  b: ArrayLike<number>,
  s: number,
  d: number,
): number {
  let total = 0;
  for (let i = 0; i < d; i++) total += (a[r * d + i] - b[s * d + i]) ** 2;
  return total;
}

const rows: Sizes[] = [
  { N: 1, d: 1 },
  { N: 3, d: 3 },
  { N: 4, d: 4 },
  { N: 5, d: 7 },
  { N: 2, d: 33 },
];

function prepared(x: Float32Array, N: number, d: number, centre: Float32Array) {
  const centred = Float32Array.from(x, (value, i) => value - centre[i % d]);
  const squares = Float64Array.from({ length: N }, (_, r) =>
    sum(Float64Array.from(centred.subarray(r * d, r * d + d), (value) => value * value)),
  );
  const lengths = squares.map((value) => (value < 1e37 ? Math.sqrt(value) : Number.POSITIVE_INFINITY));
  return { centred, squares, lengths };
}

function prepareCase(x: Float32Array<ArrayBuffer>, centre: Float32Array<ArrayBuffer>, N: number, d: number) {
  return {
    buffers: {
      centred: new Float32Array(N * d),
      lengths: new Float32Array(N),
      squares: new Float32Array(N),
      x,
      centre,
    },
    args: ["centred", "lengths", "squares", "x", "centre", N, d],
    expected: prepared(x, N, d, centre),
  };
}

/** Predictions near their own vectors, with the inner products that float32 would give. */
function countCase({ M, N, d }: Sizes, source: Source, duplicates: boolean) {
  const y = source(N * d);
  // Every third vector repeats the first: as far away as it is, never nearer.
  if (duplicates) for (let j = 0; j < N; j += 3) y.copyWithin(j * d, 0, d);
  const own = Array.from({ length: M }, (_, i) => (duplicates ? 0 : (i * 7) % N));
  const noise = source(M * d, -0.3, 0.3);
  const p = Float32Array.from(noise, (value, i) => y[own[Math.floor(i / d)] * d + (i % d)] + value);
  const centre = new Float32Array(d);
  const P = prepared(p, M, d, centre);
  const Y = prepared(y, N, d, centre);
  const ld = N + 2;
  const dots = new Float32Array(M * ld);
  const distances = new Float64Array(M);
  const ranks = new Int32Array(M);
  for (let i = 0; i < M; i++) {
    distances[i] = squaredDistance(p, i, y, own[i], d);
    for (let j = 0; j < N; j++) {
      let dot = 0;
      for (let k = 0; k < d; k++) dot = Math.fround(dot + Math.fround(p[i * d + k] * y[j * d + k]));
      dots[i * ld + j] = dot;
      if (squaredDistance(p, i, y, j, d) < distances[i]) ranks[i]++;
    }
  }
  const ownY = Float32Array.from(p, (_, i) => y[own[Math.floor(i / d)] * d + (i % d)]);
  return {
    buffers: {
      ranks: new Int32Array(M).fill(5),
      dots,
      p,
      y,
      own: distances,
      ownY,
      pl: new Float32Array(P.lengths),
      ps: new Float32Array(P.squares),
      yl: new Float32Array(Y.lengths),
      ys: new Float32Array(Y.squares),
    },
    args: ["ranks", "dots", "p", "y", "own", "ownY", "pl", "ps", "yl", "ys", M, N, d, ld],
    expected: { ranks: ranks.map((rank) => rank + 5) },
  };
}

export const specs: KernelSpec[] = [
  {
    kernel: "nearestPrepare",
    sizes: rows,
    make: ({ N, d }, source) => prepareCase(source(N * d), source(d), N, d),
    tolerance: 6e-8,
    specials: () => [
      prepareCase(Float32Array.of(3e18, 3e18, 4e18, 0, -0, 2 ** -149), new Float32Array(2), 3, 2),
      prepareCase(Float32Array.of(Number.NaN, 1, 2, 3), new Float32Array(2), 2, 2),
    ],
    bench: [{ sizes: { N: 1024, d: 256 }, bytes: 1024 * 256 * 8 }],
  },
  {
    kernel: "squaredDistances",
    sizes: rows,
    make({ N, d }, source) {
      const a = source(N * d);
      const b = source(N * d);
      return {
        buffers: { out: new Float64Array(N), a, b },
        args: ["out", "a", "b", N, d],
        expected: { out: Float64Array.from({ length: N }, (_, r) => squaredDistance(a, r, b, r, d)) },
      };
    },
    tolerance: 0,
    bench: [{ sizes: { N: 1024, d: 256 }, bytes: 1024 * 256 * 8 }],
  },
  ...[false, true].map(
    (duplicates): KernelSpec => ({
      kernel: "nearestCount",
      variant: duplicates ? "many copies of the own vector" : undefined,
      sizes: [
        { M: 1, N: 1, d: 1 },
        { M: 2, N: 3, d: 1 },
        { M: 5, N: 4, d: 2 },
        { M: 4, N: 7, d: 2 },
        { M: 4, N: 8, d: 4 },
        { M: 4, N: 9, d: 3 },
        { M: 9, N: 17, d: 3 },
        { M: 30, N: 50, d: 5 },
        { M: 8, N: 64, d: 33 },
      ],
      make: (sizes, source) => countCase(sizes, source, duplicates),
      tolerance: 0,
      bench: duplicates ? [] : [{ sizes: { M: 128, N: 512, d: 32 }, bytes: 128 * 512 * 4 }],
    }),
  ),
];
