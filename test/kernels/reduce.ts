import { type Case, type KernelSpec, lengths, type Sizes, type Source, specialValues } from "./spec.js";

function sumSquares(x: Float32Array): Case {
  return {
    buffers: { out: new Float64Array(1), x },
    args: ["out", "x", x.length],
    expected: { out: [x.reduce((sum, value) => sum + value * value, 0)] },
  };
}

function columnSum({ N, D, gap }: Sizes, source: Source): Case {
  const out = source(D);
  const ld = D + gap;
  // Not negative: sums then do not cancel, and the error is that of the additions.
  const x = source(N * ld, 0, 1);
  const expected = Float64Array.from(out);
  for (let n = 0; n < N; n++) for (let i = 0; i < D; i++) expected[i] += x[n * ld + i];
  return { buffers: { out, x }, args: ["out", "x", N, D, ld], expected: { out: expected } };
}

export const specs: KernelSpec[] = [
  {
    kernel: "sumSquares",
    sizes: [...lengths, { n: 10007 }],
    make: ({ n }, source) => sumSquares(source(n)),
    // The plain sum's own rounding.
    tolerance: 5e-14,
    specials: () => [
      ...[...specialValues].map((value) => sumSquares(Float32Array.of(value))),
      sumSquares(specialValues),
      sumSquares(new Float32Array(17).fill(3e38)),
    ],
    bench: [{ sizes: { n: 16384 }, bytes: 16384 * 4 }],
  },
  {
    kernel: "columnSum",
    sizes: [1, 3, 4, 5, 8, 17, 32].flatMap((D) =>
      [1, 2, 7, 8, 9, 16, 50].flatMap((N) => [0, 3].map((gap) => ({ N, D, gap }))),
    ),
    make: columnSum,
    tolerance: 4e-7,
    bench: [
      { sizes: { N: 1024, D: 4, gap: 0 }, bytes: 1024 * 4 * 4 },
      { sizes: { N: 480, D: 96, gap: 0 }, bytes: 480 * 96 * 4 },
    ],
  },
];
