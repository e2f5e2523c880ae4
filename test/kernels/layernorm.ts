import type { Case, KernelSpec, Sizes, Source } from "./spec.js";

const EPS = 1e-5;

/** Layer normalisation in float64; x̂, 1/√(variance + eps) and the output. */
export function layernorm(x: ArrayLike<number>, g: ArrayLike<number>, b: ArrayLike<number>, eps: number) {
  const D = g.length;
  const N = x.length / D;
  const y = new Float64Array(x.length);
  const xhat = new Float64Array(x.length);
  const rstd = new Float64Array(N);
  for (let n = 0; n < N; n++) {
    let mean = 0;
    for (let i = 0; i < D; i++) mean += x[n * D + i] / D;
    let variance = 0;
    for (let i = 0; i < D; i++) variance += (x[n * D + i] - mean) ** 2 / D;
    rstd[n] = 1 / Math.sqrt(variance + eps);
    for (let i = 0; i < D; i++) {
      xhat[n * D + i] = (x[n * D + i] - mean) * rstd[n];
      y[n * D + i] = xhat[n * D + i] * g[i] + b[i];
    }
  }
  return { y, xhat, rstd };
}

/** Every D around the lane count, with one row, a group of four rows, and rests. */
const sizes: Sizes[] = [
  ...[1, 2, 3, 4, 5, 7, 8, 9, 12, 16, 17, 32, 33, 64, 100].flatMap((D) =>
    [1, 3, 4, 5, 8].map((N) => ({ N, D })),
  ),
  { N: 6, D: 256 },
];
const benchSizes = [
  { N: 1024, D: 4 },
  { N: 512, D: 16 },
  { N: 256, D: 32 },
  { N: 480, D: 240 },
];

function forward({ N, D }: Sizes, source: Source, saves: boolean, withResidual: boolean): Case {
  const x = source(N * D, -1, 3);
  const residual = source(N * D);
  const g = source(D, 0.5, 1.5);
  const b = source(D);
  // The sum is a float32, as it is in PyTorch.
  const summed = withResidual ? x.map((value, i) => value + residual[i]) : x;
  const { y, xhat, rstd } = layernorm(summed, g, b, EPS);
  return {
    buffers: {
      y: new Float32Array(N * D),
      ...(saves && { xhat: new Float32Array(N * D), rstd: new Float32Array(N) }),
      x,
      ...(withResidual && { residual }),
      g,
      b,
    },
    args: [
      "y",
      saves ? "xhat" : null,
      saves ? "rstd" : null,
      "x",
      withResidual ? "residual" : null,
      "g",
      "b",
      N,
      D,
      EPS,
    ],
    expected: saves ? { y, xhat, rstd } : { y },
  };
}

function backward({ N, D }: Sizes, source: Source, accumulate: number): Case {
  // Not a normalised row: there D = 2 would leave nothing but the rounding of terms that cancel.
  const h = source(N * D, -2, 2);
  const factor = source(N, 0.5, 2);
  const dy = source(N * D);
  const g = source(D, 0.5, 1.5);
  // Away from 0, or a single column's sum could cancel against it.
  const dg = source(D, 4, 8);
  const db = source(D, 4, 8);
  const dx = accumulate ? source(N * D) : new Float32Array(N * D).fill(Number.NaN);
  const expected = { dx: new Float64Array(N * D), dg: Float64Array.from(dg), db: Float64Array.from(db) };
  for (let n = 0; n < N; n++) {
    const row = Array.from({ length: D }, (_, i) => n * D + i);
    const mean = row.reduce((sum, at, i) => sum + (dy[at] * g[i]) / D, 0);
    const moment = row.reduce((sum, at, i) => sum + (dy[at] * g[i] * h[at]) / D, 0);
    row.forEach((at, i) => {
      expected.dx[at] = (accumulate ? dx[at] : 0) + factor[n] * (dy[at] * g[i] - mean - h[at] * moment);
      expected.dg[i] += dy[at] * h[at];
      expected.db[i] += dy[at];
    });
  }
  return {
    buffers: { dx, dg, db, dy, xhat: h, rstd: factor, g },
    args: ["dx", "dg", "db", "dy", "xhat", "rstd", "g", N, D, accumulate],
    expected,
  };
}

export const specs: KernelSpec[] = [
  {
    kernel: "layernormForward",
    sizes,
    make: (size, source) => forward(size, source, true, false),
    tolerance: 5e-7,
    inPlace: [["y", "x"]],
    bench: benchSizes.map((size) => ({ sizes: size, bytes: 3 * size.N * size.D * 4 })),
  },
  {
    kernel: "layernormForward",
    variant: "with residual",
    sizes,
    make: (size, source) => forward(size, source, true, true),
    tolerance: 5e-7,
    inPlace: [
      ["y", "x"],
      ["y", "residual"],
    ],
    bench: benchSizes.map((size) => ({ sizes: size, bytes: 4 * size.N * size.D * 4 })),
  },
  {
    kernel: "layernormForward",
    variant: "saving nothing",
    sizes,
    make: (size, source) => forward(size, source, false, true),
    tolerance: 5e-7,
    bench: [],
  },
  {
    kernel: "layernormBackward",
    sizes,
    make: (size, source) => backward(size, source, 0),
    tolerance: 5e-7,
    inPlace: [["dx", "dy"]],
    bench: benchSizes.map((size) => ({ sizes: size, bytes: 3 * size.N * size.D * 4 })),
  },
  {
    kernel: "layernormBackward",
    variant: "accumulating",
    sizes,
    make: (size, source) => backward(size, source, 1),
    tolerance: 5e-7,
    bench: [],
  },
];
