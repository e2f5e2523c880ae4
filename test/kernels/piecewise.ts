import { type Case, type KernelSpec, lengths, specialValues } from "./spec.js";

const pieces = { b1: -0.25, b2: 0.5, s: [0, -1, 0.5], c: [0.125, 0, -0.75] };
const { b1, b2, s, c } = pieces;
const piece = (x: number) => (x < b1 ? 0 : x < b2 ? 1 : 2);

function forward(x: Float32Array): Case {
  return {
    buffers: { y: new Float32Array(x.length), x },
    args: ["y", "x", x.length, b1, b2, s[0], c[0], s[1], c[1], s[2], c[2]],
    expected: { y: x.map((value) => Math.fround(s[piece(value)] * value) + c[piece(value)]) },
  };
}

/** Both breaks among the numbers: each belongs to the piece on its right. */
function withBreaks(x: Float32Array): Float32Array {
  x[0] = b1;
  if (x.length > 1) x[x.length - 1] = b2;
  return x;
}

export const specs: KernelSpec[] = [
  {
    kernel: "piecewiseForward",
    sizes: lengths,
    make: ({ n }, source) => forward(withBreaks(source(n))),
    tolerance: 0,
    inPlace: [["y", "x"]],
    specials: () => [...specialValues].map((value) => forward(Float32Array.of(value, 1))),
    bench: [{ sizes: { n: 16384 }, bytes: 2 * 16384 * 4 }],
  },
  ...[0, 1].map(
    (accumulate): KernelSpec => ({
      kernel: "piecewiseBackward",
      variant: accumulate ? "accumulating" : "overwriting",
      sizes: lengths,
      make({ n }, source) {
        const dx = accumulate ? source(n) : new Float32Array(n).fill(Number.NaN);
        const dy = source(n);
        const x = withBreaks(source(n));
        return {
          buffers: { dx, dy, x },
          args: ["dx", "dy", "x", n, b1, b2, ...s, accumulate],
          expected: { dx: [...dy].map((value, i) => (accumulate ? dx[i] : 0) + value * s[piece(x[i])]) },
        };
      },
      tolerance: 1e-7,
      inPlace: accumulate ? [] : [["dx", "dy"]],
      bench: [{ sizes: { n: 16384 }, bytes: (3 + accumulate) * 16384 * 4 }],
    }),
  ),
];
