import { sharedEngine } from "../../runtime/engine.js";

/** Value and slope of an activation at a number. */
export type Slope = readonly [value: number, slope: number];

/** x·Φ(x) and Φ(x) + x·φ(x) in float64, within about 1e-14·(1 + |x|). */
export function gelu64(x: number): Slope {
  const { exp64 } = sharedEngine().kernels;
  const density = exp64(-0.5 * x * x) / 2.5066282746310002;
  const below = normal(x, density);
  return [x * below, below + x * density];
}

/** ½x(1 + tanh u), u = √(2/π)(x + 0.044715x³), and its slope. */
export function geluTanh64(x: number): Slope {
  // Beyond ±40 tanh is ±1 to the last bit, and the cube must not overflow.
  if (Math.abs(x) > 40) return x > 0 ? [x, 1] : [0, 0];
  const root = 0.7978845608028654;
  const th = sharedEngine().kernels.tanh64(root * (x + 0.044715 * x * x * x));
  return [0.5 * x * (1 + th), 0.5 * (1 + th) + 0.5 * x * (1 - th * th) * root * (1 + 3 * 0.044715 * x * x)];
}

/** Φ(x) = ½ + φ(x)(x + x³/3 + x⁵/(3·5) + …): terms of one sign, so nothing cancels in the sum. */
function normal(x: number, density: number): number {
  if (Math.abs(x) > 9) return x > 0 ? 1 : 0;
  let term = x;
  let sum = x;
  for (let n = 3; Math.abs(term) > 1e-18 * Math.abs(sum); n += 2) {
    term *= (x * x) / n;
    sum += term;
  }
  return 0.5 + density * sum;
}
