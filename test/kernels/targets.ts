import { type KernelSpec, type Sizes, specialValues } from "./spec.js";

type Evaluate = (x1: number) => { x: number[]; y: number[] };

const m2n1: Evaluate = (x1) => {
  const x2 = Math.cbrt(x1);
  return { x: [x1, x2], y: [x1 + x2] };
};

const m4n3: Evaluate = (x1) => {
  const x2 = Math.cbrt(x1);
  const x3 = 2 * Math.log(2 + x1) + x2 / 10;
  const x4 = Math.exp(x2) + x3;
  const y1 = (x1 + x2 + x3 + x4) / 5;
  const y2 = (x1 * y1 + Math.exp(x2) + x3 + Math.log(x4)) / 5;
  const y3 = (x1 + y2 + y1 + x2 ** 2 + x3 * x4) / 5;
  return { x: [x1, x2, x3, x4], y: [y1, y2, y3] };
};

const sizes: Sizes[] = [
  { B: 1, d: 1 },
  { B: 2, d: 3 },
  { B: 3, d: 4 },
  { B: 5, d: 5 },
  { B: 7, d: 32 },
];

function spec(kernel: KernelSpec["kernel"], m: number, n: number, evaluate: Evaluate): KernelSpec {
  const caseOf = (u: Float32Array<ArrayBuffer>, B: number, d: number) => {
    const x = new Float64Array(B * m * d);
    const y = new Float64Array(B * n * d);
    for (let b = 0; b < B; b++)
      for (let i = 0; i < d; i++) {
        const at = evaluate(u[b * d + i]);
        for (let t = 0; t < m; t++) x[(b * m + t) * d + i] = at.x[t];
        for (let t = 0; t < n; t++) y[(b * n + t) * d + i] = at.y[t];
      }
    return {
      buffers: { x: new Float32Array(x.length), y: new Float32Array(y.length), u },
      args: ["x", "y", "u", B, d],
      expected: { x, y },
    };
  };
  return {
    kernel,
    sizes,
    make: ({ B, d }, source) => caseOf(source(B * d), B, d),
    tolerance: 6e-8,
    specials: () => [
      caseOf(
        specialValues.filter((value) => !(Math.abs(value) > 1)),
        1,
        specialValues.filter((value) => !(Math.abs(value) > 1)).length,
      ),
    ],
    bench: [
      { sizes: { B: 128, d: 4 }, bytes: 128 * 4 * 4 * (1 + m + n) },
      { sizes: { B: 128, d: 256 }, bytes: 128 * 256 * 4 * (1 + m + n) },
    ],
  };
}

export const specs: KernelSpec[] = [spec("targetM2n1", 2, 1, m2n1), spec("targetM4n3", 4, 3, m4n3)];
