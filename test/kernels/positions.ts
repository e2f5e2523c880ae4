import type { Case, KernelSpec, Sizes, Source } from "./spec.js";

/** The table of the PyTorch tutorial in float64. */
export function sinusoidal(T: number, D: number): Float64Array {
  return Float64Array.from({ length: T * D }, (_, at) => {
    const t = Math.floor(at / D);
    const j = at % D;
    const angle = t * Math.exp((-(j - (j % 2)) * Math.log(10000)) / D);
    return j % 2 ? Math.cos(angle) : Math.sin(angle);
  });
}

function shiftRight({ B, T, D }: Sizes, source: Source): Case {
  const x = source(B * T * D);
  const start = source(D);
  return {
    buffers: { y: new Float32Array(B * T * D), start, x },
    args: ["y", "start", "x", B, T, D],
    expected: {
      y: x.map((_, at) => (Math.floor(at / D) % T === 0 ? start[at % D] : x[at - D])),
    },
  };
}

function shiftRightBackward({ B, T, D }: Sizes, source: Source, accumulate: number | null): Case {
  const dy = source(B * T * D);
  const dstart = source(D);
  const dx = accumulate ? source(B * T * D) : new Float32Array(B * T * D).fill(Number.NaN);
  const starts = Float64Array.from(dstart, (value, i) => {
    let sum = value;
    for (let b = 0; b < B; b++) sum += dy[b * T * D + i];
    return sum;
  });
  const shifted = dy.map((_, at) => (Math.floor(at / D) % T === T - 1 ? 0 : dy[at + D]));
  return {
    buffers: { dstart, dy, ...(accumulate !== null && { dx }) },
    args: ["dstart", accumulate === null ? null : "dx", "dy", B, T, D, accumulate],
    expected: {
      dstart: starts,
      ...(accumulate !== null && { dx: shifted.map((value, i) => (accumulate ? dx[i] : 0) + value) }),
    },
  };
}

const sequences: Sizes[] = [1, 2, 5].flatMap((T) =>
  [1, 3, 4, 6, 9].flatMap((D) => [1, 2, 9].map((B) => ({ B, T, D }))),
);
const bench = [{ sizes: { B: 32, T: 4, D: 32 }, bytes: 2 * 32 * 4 * 32 * 4 }];

export const specs: KernelSpec[] = [
  {
    kernel: "sinusoidal",
    sizes: [...[1, 2, 3, 4, 7, 8, 33].flatMap((D) => [1, 2, 20].map((T) => ({ T, D }))), { T: 2000, D: 5 }],
    make: ({ T, D }) => ({
      buffers: { p: new Float32Array(T * D) },
      args: ["p", T, D],
      expected: { p: sinusoidal(T, D) },
    }),
    tolerance: 6.1e-8,
    bench: [{ sizes: { T: 16, D: 64 } }],
  },
  {
    kernel: "addPositions",
    sizes: sequences,
    make({ B, T, D }, source) {
      const n = T * D;
      const x = source(B * n);
      const p = source(n);
      return {
        buffers: { y: new Float32Array(B * n), x, p },
        args: ["y", "x", "p", B, n],
        expected: { y: x.map((value, i) => value + p[i % n]) },
      };
    },
    tolerance: 0,
    inPlace: [["y", "x"]],
    bench,
  },
  {
    kernel: "sumBatch",
    sizes: sequences,
    make({ B, T, D }, source) {
      const n = T * D;
      const dy = source(B * n);
      const dp = source(n);
      const expected = Float64Array.from(dp);
      for (let i = 0; i < B * n; i++) expected[i % n] += dy[i];
      return { buffers: { dp, dy }, args: ["dp", "dy", B, n], expected: { dp: expected } };
    },
    tolerance: 4e-7,
    bench,
  },
  { kernel: "shiftRight", sizes: sequences, make: shiftRight, tolerance: 0, bench },
  ...([0, 1, null] as const).map<KernelSpec>((accumulate) => ({
    kernel: "shiftRightBackward",
    variant: accumulate === null ? "start only" : accumulate ? "accumulating" : "overwriting",
    sizes: sequences,
    make: (sizes, source) => shiftRightBackward(sizes, source, accumulate),
    tolerance: 4e-7,
    bench: accumulate === null ? [] : bench,
  })),
];
