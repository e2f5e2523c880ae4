import type { Engine } from "../../src/runtime/engine.js";
import type { Kernels } from "../../src/runtime/generated/kernels.js";

const BLOCK = 65536;
const LARGEST = 3.4028234663852886e38;
/** From here on a real number rounds to an infinite float32. */
const OVERFLOW = LARGEST + 2 ** 103;

/** The array kernels of one argument with their float64 references. */
export const unaryFunctions: Record<
  string,
  { kernel: keyof Kernels; reference(k: Kernels): (x: number) => number }
> = {
  exp: { kernel: "vexp", reference: (k) => k.exp64 },
  expm1: { kernel: "vexpm1", reference: (k) => k.expm1_64 },
  log: { kernel: "vlog", reference: (k) => k.log64 },
  log1p: { kernel: "vlog1p", reference: (k) => k.log1p64 },
  tanh: { kernel: "vtanh", reference: (k) => k.tanh64 },
  erf: { kernel: "verf", reference: (k) => (x) => erf(x, k) },
  sin: { kernel: "vsin", reference: (k) => k.sin64 },
  cos: { kernel: "vcos", reference: (k) => k.cos64 },
  cbrt: { kernel: "vcbrt", reference: (k) => k.cbrt64 },
};

/** erf in float64: Maclaurin series below 2.5, continued fraction of erfc beyond. Error below 1e-15. */
export function erf(x: number, k: Pick<Kernels, "exp64">): number {
  const v = Math.abs(x);
  if (Number.isNaN(x) || x === 0) return x;
  if (v > 6) return Math.sign(x);
  const z = v * v;
  if (v < 2.5) {
    // erf x = 2/√π e^(−x²) Σ 2^n x^(2n+1) / (2n+1)!!: all terms positive, nothing cancels.
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > Math.abs(sum) * 2 ** -54; n++) {
      term *= (2 * z) / (2 * n + 1);
      sum += term;
    }
    return 1.1283791670955126 * k.exp64(-z) * sum;
  }
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / 2 / (v + fraction);
  return Math.sign(x) * (1 - (k.exp64(-z) * 0.5641895835477563) / (v + fraction));
}

const float = new Float32Array(1);
const word = new Uint32Array(float.buffer);

/** Spacing of float32 at a real number's magnitude (2^-149 for subnormals). */
export function spacing(value: number): number {
  const magnitude = Math.min(Math.abs(value), LARGEST);
  if (magnitude < 2 ** -126) return 2 ** -149;
  float[0] = magnitude;
  let exponent = word[0] >>> 23;
  if (float[0] > magnitude && (word[0] & 0x7fffff) === 0) exponent--;
  return 2 ** (exponent - 150);
}

/** Spacing by biased exponent. */
const spacings = Float64Array.from({ length: 256 }, (_, e) => 2 ** (Math.max(e, 1) - 150));

/** |got − exact| in ulp; 0 or Infinity where the exact value is NaN, or infinite as float32, or a signed 0. */
export function ulpError(got: number, exact: number): number {
  if (!(Math.abs(exact) < OVERFLOW) || exact === 0) {
    return Object.is(got, Math.fround(exact)) ? 0 : Number.POSITIVE_INFINITY;
  }
  const error = Math.abs(got - exact) / spacing(exact);
  return Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
}

/** Largest finite error of a function over every `stride`-th float32, and where it is flatly wrong. */
export function maximumUlp(engine: Engine, name: string, stride = 1) {
  const { kernel, reference: make } = unaryFunctions[name];
  const reference = make(engine.kernels);
  const mark = engine.mark();
  const input = engine.allocate(BLOCK * 4);
  const output = engine.allocate(BLOCK * 4);
  const bits = engine.u32(input, BLOCK);
  const x = engine.f32(input, BLOCK);
  const y = engine.f32(output, BLOCK);
  const results = engine.u32(output, BLOCK);
  const run = engine.kernels[kernel] as (y: number, x: number, n: number) => void;
  const wrong: number[] = [];
  let ulp = 0;
  let glance = 0;
  let at = 0;
  for (let base = 0; base < 2 ** 32; base += BLOCK * stride) {
    const count = Math.min(BLOCK, Math.ceil((2 ** 32 - base) / stride));
    for (let i = 0; i < count; i++) bits[i] = base + i * stride;
    run(output, input, count);
    for (let i = 0; i < count; i++) {
      const exact = reference(x[i]);
      // Most numbers are seen off at a glance: half the record, with the spacing of the result.
      if (Math.abs(y[i] - exact) < glance * spacings[(results[i] >>> 23) & 255]) continue;
      if (Number.isNaN(exact) && Number.isNaN(y[i])) continue;
      const error = ulpError(y[i], exact);
      if (error > ulp) {
        if (error < 2 ** 20) {
          ulp = error;
          glance = error / 2;
          at = x[i];
        } else if (wrong.length < 10) wrong.push(x[i]);
      }
    }
  }
  engine.release(mark);
  return { ulp, at, wrong };
}
