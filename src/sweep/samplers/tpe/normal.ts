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
  0.0352624965998911, 0.700383064443688, 6.37396220353165, 33.912866078383, 112.079291497871,
  221.213596169931, 220.206867912376,
];
const hartBelow = [
  0.0883883476483184, 1.75566716318264, 16.064177579207, 86.7807322029461, 296.564248779674, 637.333633378831,
  793.826512519948, 440.413735824752,
];
/** Beyond it a continued fraction keeps more digits of the tail: Laplace's, to so many terms. */
const HART_LIMIT = 5;
const TERMS = 12;
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
  2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946,
  1971.5909503065513, 133.14166789178438, 3.3871328727963665,
];
const middleBelow = [
  5226.495278852854, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751,
  687.1870074920579, 42.31333070160091, 1,
];
const tailAbove = [
  0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684, 3.6478483247632045,
  5.769497221460691, 4.630337846156546, 1.4234371107496835,
];
const tailBelow = [
  1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008, 0.6897673349851,
  1.6763848301838038, 2.053191626637759, 1,
];
const farAbove = [
  2.0103343992922881e-7, 2.7115555687434876e-5, 0.0012426609473880784, 0.026532189526576124,
  0.29656057182850487, 1.7848265399172913, 5.463784911164114, 6.657904643501103,
];
const farBelow = [
  2.0442631033899397e-15, 1.421511758316446e-7, 1.8463183175100548e-5, 0.0007868691311456133,
  0.014875361290850615, 0.1369298809227358, 0.599832206555888, 1,
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
