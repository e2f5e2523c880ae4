import type { Kernels } from "../../src/runtime/generated/kernels.js";
import { type Case, type KernelSpec, lengths, specialValues } from "./spec.js";
import { erf } from "./ulp.js";

function unary(
  kernel: keyof Kernels,
  reference: (x: number) => number,
  [low, high]: [number, number],
  tolerance: number,
): KernelSpec {
  const one = (x: Float32Array): Case => ({
    buffers: { y: new Float32Array(x.length), x },
    args: ["y", "x", x.length],
    expected: { y: Array.from(x, reference) },
  });
  return {
    kernel,
    sizes: lengths,
    make: ({ n }, source) => one(source(n, low, high)),
    tolerance,
    inPlace: [["y", "x"]],
    // One number a case, so that each is judged by its own magnitude, repeated through body and tail.
    specials: () =>
      [...specialValues, 88.72283, 88.72284, -103.97, -104, 1e-20, -1e-20, 0.5, 1e10].map((value) => {
        const { buffers, args, expected } = one(new Float32Array(9).fill(value));
        return { buffers, args, expected: { y: Array.from(expected.y, Math.fround) } };
      }),
    bench: [{ sizes: { n: 4096 }, bytes: 2 * 4096 * 4 }],
  };
}

// Tolerances are the measured errors in ulp times 2^-23 (largest spacing relative to a number), and
// half a spacing for special values, whose reference is rounded.
const spacing = 2 ** -23;

export const specs: KernelSpec[] = [
  unary("vexp", Math.exp, [-10, 10], spacing),
  unary("vexpm1", Math.expm1, [-3, 3], spacing),
  unary("vlog", Math.log, [0, 20], spacing),
  unary("vlog1p", Math.log1p, [-1, 3], spacing),
  unary("vtanh", Math.tanh, [-4, 4], 2 * spacing),
  unary("verf", (x) => erf(x, { exp64: Math.exp }), [-3, 3], 2 * spacing),
  unary("vsin", Math.sin, [-100, 100], spacing),
  unary("vcos", Math.cos, [-100, 100], spacing),
  unary("vcbrt", Math.cbrt, [-8, 8], spacing),
  {
    kernel: "vpow",
    sizes: lengths,
    make: ({ n }, source) => power(source(n, 0, 4), source(n, -5, 5)),
    tolerance: spacing,
    inPlace: [
      ["y", "x"],
      ["y", "e"],
    ],
    specials: () => {
      const values = [...specialValues, 2, -2, 3, -3, 0.5, -0.5, -1.5, 16777215, -16777215];
      return values.flatMap((x) =>
        values.map((e) => {
          const { buffers, args, expected } = power(new Float32Array(9).fill(x), new Float32Array(9).fill(e));
          return { buffers, args, expected: { y: Array.from(expected.y, Math.fround) } };
        }),
      );
    },
    bench: [{ sizes: { n: 4096 }, bytes: 3 * 4096 * 4 }],
  },
];

function power(x: Float32Array, e: Float32Array): Case {
  return {
    buffers: { y: new Float32Array(x.length), x, e },
    args: ["y", "x", "e", x.length],
    expected: { y: Array.from(x, (value, i) => cPow(value, e[i])) },
  };
}

/** C's pow: unlike JavaScript's, 1 to any power is 1, and −1 to ±Inf. */
function cPow(x: number, e: number): number {
  if (x === 1 || (x === -1 && Math.abs(e) === Number.POSITIVE_INFINITY)) return 1;
  return x ** e;
}
