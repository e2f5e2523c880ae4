/** 97.5% quantiles of Student's t for 1 … 10 degrees of freedom. */
const student = [12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622, 2.2281];

/** The same for any: from 11 on by Fisher's expansion around the normal quantile, good to 4 digits. */
export function studentQuantile(freedom: number): number {
  if (freedom <= student.length) return student[freedom - 1];
  const z = 1.959963984540054;
  const z3 = z * z * z;
  const z5 = z3 * z * z;
  return (
    z +
    (z3 + z) / (4 * freedom) +
    (5 * z5 + 16 * z3 + 3 * z) / (96 * freedom * freedom) +
    (3 * z5 * z * z + 19 * z5 + 17 * z3 - 15 * z) / (384 * freedom * freedom * freedom)
  );
}

const HALF_PI = 1.5707963267948966;

/**
 * The probability that Student's t is above `t` (Abramowitz & Stegun, 26.7.3 and 26.7.4: finite sums), with
 * an absolute error below 1e-14.
 * @param freedom a whole number, 1 or more: the time it takes grows with it
 */
export function studentTail(t: number, freedom: number): number {
  if (t < 0) return 1 - studentTail(-t, freedom);
  if (t === Number.POSITIVE_INFINITY) return 0;
  const sine = t / Math.sqrt(freedom + t * t);
  const cosine2 = freedom / (freedom + t * t);
  const odd = freedom % 2 === 1;
  let term = odd ? Math.sqrt(cosine2) : 1;
  let sum = 0;
  for (let k = odd ? 3 : 2; k <= freedom; k += 2) {
    sum += term;
    term *= (cosine2 * (k - 1)) / k;
  }
  const within = odd ? (arctangent(t / Math.sqrt(freedom)) + sine * sum) / HALF_PI : sine * sum;
  return Math.max(0, (1 - within) / 2);
}

/** Of x ≥ 0: four halvings of the angle, and the series. */
function arctangent(x: number): number {
  if (x > 1) return HALF_PI - arctangent(1 / x);
  let y = x;
  for (let i = 0; i < 4; i++) y /= 1 + Math.sqrt(1 + y * y);
  const square = y * y;
  let sum = 0;
  for (let k = 15; k >= 1; k -= 2) sum = 1 / k - square * sum;
  return 16 * y * sum;
}
