import { exp, log } from "../../../targets/math.js";

// The normal distribution from + − × ÷, sqrt, and the package's own exp and log: the same bits on every engine.

/** Highest power first. */
const polynomial = (coefficients: readonly number[], x: number): number => {
  let sum = coefficients[0];
  for (let i = 1; i < coefficients.length; i++) sum = sum * x + coefficients[i];
  return sum;
};

// Hart's algorithm 5666 (1968) as West (2005), "Better approximations to cumulative normal functions", gives it.
const hartAbove = [
  3.52624965998911e-2, 0.700383064443688, 6.37396220353165, 33.912866078383, 112.079291497871,
  221.213596169931, 220.206867912376,
];
const hartBelow = [
  8.83883476483184e-2, 1.75566716318264, 16.064177579207, 86.7807322029461, 296.564248779674,
  637.333633378831, 793.826512519948, 440.413735824752,
];
/** Beyond it a continued fraction keeps more digits of the tail: Laplace's, to so many terms. */
const HART_LIMIT = 5;
const TERMS = 24;
const SQRT_2_PI = 2.5066282746310002;

/** Φ(x), the probability of a standard normal number below x: absolute error below 1e-14, relative below 1e-9. */
export function normalCdf(x: number): number {
  const z = Math.abs(x);
  if (z > 37) return x > 0 ? 1 : 0;
  const density = exp((-z * z) / 2);
  const tail =
    z < HART_LIMIT
      ? (density * polynomial(hartAbove, z)) / polynomial(hartBelow, z)
      : density / (SQRT_2_PI * continued(z));
  return x > 0 ? 1 - tail : tail;
}

/** z + 1 / (z + 2 / (z + 3 / …)). */
function continued(z: number): number {
  let sum = z;
  for (let i = TERMS; i > 0; i--) sum = z + i / sum;
  return sum;
}

// Wichura (1988), algorithm AS 241, PPND16: |p − ½| ≤ 0.425, then r = √(−log p) up to 5, then beyond.
const middleAbove = [
  2.509080928730122672e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4,
  1.3731693765509461125e4, 1.9715909503065514427e3, 1.3314166789178437745e2, 3.387132872796366608,
];
const middleBelow = [
  5.226495278852854561e3, 2.8729085735721942674e4, 3.930789580009271061e4, 2.1213794301586595867e4,
  5.3941960214247511077e3, 6.871870074920579083e2, 4.2313330701600911252e1, 1,
];
const tailAbove = [
  7.7454501427834140764e-4, 2.27238449892691845833e-2, 2.4178072517745061177e-1, 1.27045825245236838258,
  3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734,
];
const tailBelow = [
  1.05075007164441684324e-9, 5.475938084995344946e-4, 1.51986665636164571966e-2, 1.4810397642748007459e-1,
  6.8976733498510000455e-1, 1.6763848301838038494, 2.05319162663775882187, 1,
];
const farAbove = [
  2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3, 2.65321895265761230930e-2,
  2.96560571828504891230e-1, 1.78482653991729133580, 5.46378491116411436990, 6.6579046435011037772,
];
const farBelow = [
  2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4,
  1.48753612908506148525e-2, 1.36929880922735805310e-1, 5.99832206555887937690e-1, 1,
];

/** Φ⁻¹(p), 0 < p < 1: relative error about 1e-16. ∓∞ at 0 and 1. */
export function normalQuantile(p: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (q * polynomial(middleAbove, r)) / polynomial(middleBelow, r);
  }
  const tail = q < 0 ? p : 1 - p;
  if (tail <= 0) return q < 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const r = Math.sqrt(-log(tail));
  const size =
    r <= 5
      ? polynomial(tailAbove, r - 1.6) / polynomial(tailBelow, r - 1.6)
      : polynomial(farAbove, r - 5) / polynomial(farBelow, r - 5);
  return q < 0 ? -size : size;
}
