import { type Case, type KernelSpec, lengths, type Source, specialValues } from "./spec.js";

/** e^{x²}·erfc(x) for x ≥ 0 in float64: Taylor series of erf below 2, continued fraction from there. */
function scaledErfc(x: number): number {
  if (x < 2) {
    let term = x;
    let sum = x;
    for (let k = 1; Math.abs(term) > 1e-18; k++) {
      term *= (2 * x * x) / (2 * k + 1);
      sum += term;
    }
    return Math.exp(x * x) - (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = x;
  for (let k = 60; k > 0; k--) fraction = x + k / 2 / fraction;
  return 1 / (Math.sqrt(Math.PI) * fraction);
}

/** Φ(x) of the standard normal distribution, precise far into the lower tail. */
function normal(x: number): number {
  const lower = 0.5 * scaledErfc(Math.abs(x) / Math.SQRT2) * Math.exp((-x * x) / 2);
  return x < 0 ? lower : 1 - lower;
}

export function gelu(x: number): number {
  return x === Number.NEGATIVE_INFINITY ? 0 : x * normal(x);
}

export function geluSlope(x: number): number {
  if (Math.abs(x) > 1e3) return x > 0 ? 1 : 0;
  return normal(x) + (x * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}

/** ½(1 + tanh s) = σ(2s) with s of the tanh form, precise far into the lower tail. */
function gate(x: number): number {
  return 1 / (1 + Math.exp(-2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
}

export function geluTanh(x: number): number {
  return x === Number.NEGATIVE_INFINITY ? 0 : x * gate(x);
}

export function geluTanhSlope(x: number): number {
  if (Math.abs(x) > 1e3) return x > 0 ? 1 : 0;
  const p = gate(x);
  // 1 − p of the mirrored argument: no cancellation.
  return p + x * p * gate(-x) * 2 * Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x * x);
}

/** 2 (errors are relative to the largest magnitude), then values on both sides and in the tails. */
function spread(n: number, source: Source): Float32Array<ArrayBuffer> {
  const x = source(n, -6, 6);
  x[0] = 2;
  return x;
}

/** x ↦ y and derivative, for the two kernels that save a derivative. */
function smooth(
  kernel: "geluForward" | "geluTanhForward",
  value: (x: number) => number,
  slope: (x: number) => number,
  tolerance: number,
): KernelSpec[] {
  const saving = (x: Float32Array): Case => ({
    buffers: { y: new Float32Array(x.length), derivative: new Float32Array(x.length), x },
    args: ["y", "derivative", "x", x.length],
    expected: { y: [...x].map(value), derivative: [...x].map(slope) },
  });
  return [
    {
      kernel,
      sizes: lengths,
      make: ({ n }, source) => saving(spread(n, source)),
      tolerance,
      inPlace: [["derivative", "x"]],
      // One by one, so that the largest of them does not hide the others.
      specials: () => [
        ...[...specialValues, 20, -20, 13.2, -13.2, 10, -10].map((x) => saving(Float32Array.of(x, 1))),
        saving(specialValues),
      ],
      bench: [{ sizes: { n: 4096 }, bytes: 3 * 4096 * 4 }],
    },
    {
      kernel,
      variant: "value only",
      sizes: lengths,
      make({ n }, source) {
        const x = spread(n, source);
        return {
          buffers: { y: new Float32Array(n), x },
          args: ["y", null, "x", n],
          expected: { y: [...x].map(value) },
        };
      },
      tolerance,
      inPlace: [["y", "x"]],
      bench: [{ sizes: { n: 4096 }, bytes: 2 * 4096 * 4 }],
    },
  ];
}

/** A backward kernel that overwrites or accumulates: both, from one rule. */
function backward(
  kernel: "multiplyBackward" | "reluBackward",
  rule: (dy: number, saved: number) => number,
  tolerance: number,
): KernelSpec[] {
  return [0, 1].map((accumulate) => ({
    kernel,
    variant: accumulate ? "accumulating" : "overwriting",
    sizes: lengths,
    make({ n }: Readonly<Record<string, number>>, source: Source) {
      const dx = accumulate ? source(n) : new Float32Array(n).fill(Number.NaN);
      const dy = source(n);
      const saved = source(n);
      return {
        buffers: { dx, dy, saved },
        args: ["dx", "dy", "saved", n, accumulate],
        expected: { dx: [...dy].map((value, i) => (accumulate ? dx[i] : 0) + rule(value, saved[i])) },
      };
    },
    tolerance,
    inPlace: accumulate
      ? []
      : [
          ["dx", "dy"],
          ["dx", "saved"],
        ],
    bench: [{ sizes: { n: 16384 }, bytes: (3 + accumulate) * 16384 * 4 }],
  }));
}

export const specs: KernelSpec[] = [
  ...smooth("geluForward", gelu, geluSlope, 2e-7),
  ...smooth("geluTanhForward", geluTanh, geluTanhSlope, 2e-7),
  ...backward("multiplyBackward", (dy, derivative) => dy * derivative, 2e-7),
  {
    kernel: "reluForward",
    sizes: lengths,
    make({ n }, source) {
      const x = source(n);
      return {
        buffers: { y: new Float32Array(n), x },
        args: ["y", "x", n],
        expected: { y: [...x].map((value) => Math.max(value, 0)) },
      };
    },
    tolerance: 0,
    inPlace: [["y", "x"]],
    specials: () => [
      {
        buffers: { y: new Float32Array(specialValues.length), x: specialValues },
        args: ["y", "x", specialValues.length],
        expected: { y: [...specialValues].map((value) => Math.max(value, 0)) },
      },
    ],
    bench: [{ sizes: { n: 16384 }, bytes: 2 * 16384 * 4 }],
  },
  ...backward("reluBackward", (dy, y) => (y <= 0 ? 0 : dy), 1e-7),
];
