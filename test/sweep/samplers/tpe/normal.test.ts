import test from "ava";
import { normalCdf, normalQuantile } from "../../../../src/sweep/samplers/tpe/normal.js";
import { exp } from "../../../../src/targets/math.js";

/** Φ by its Taylor series (Marsaglia 2004), which has no parts in common with ours. */
function series(x: number): number {
  let term = x;
  let sum = x;
  for (let i = 3; Math.abs(term) > 1e-18 * Math.abs(sum); i += 2) sum += term *= (x * x) / i;
  return 0.5 + sum * (exp((-x * x) / 2) / 2.5066282746310002);
}

test("normalCdf has an absolute error below 1e-14", (t) => {
  for (let x = 0.01; x < 6; x += 0.0137) {
    t.true(Math.abs(normalCdf(x) - series(x)) < 1e-14, `${x}`);
    t.true(Math.abs(normalCdf(-x) - (1 - series(x))) < 1e-14, `${-x}`);
  }
  t.is(normalCdf(0), 0.5);
});

test("normalCdf keeps its relative precision in the lower tail", (t) => {
  // Φ(−z) to 12 digits, from tables of the Mills ratio.
  const known = [
    [-5, 2.86651571879194e-7],
    [-10, 7.61985302416053e-24],
    [-20, 2.75362411860623e-89],
  ];
  for (const [x, p] of known) t.true(Math.abs(normalCdf(x) / p - 1) < 1e-9, `${x}: ${normalCdf(x)}`);
  t.is(normalCdf(Number.NEGATIVE_INFINITY), 0);
  t.is(normalCdf(Number.POSITIVE_INFINITY), 1);
});

test("normalQuantile is the inverse of normalCdf", (t) => {
  for (let x = -7; x <= 7; x += 0.0731) {
    // Above 0 the digits of p, not of x, are what is lost.
    const lost = x > 0 ? 2 ** -53 / (exp((-x * x) / 2) / 2.5066282746310002) : 0;
    t.true(Math.abs(normalQuantile(normalCdf(x)) - x) < 1e-11 + 4 * lost, `${x}`);
  }
  t.is(normalQuantile(0.5), 0);
  t.is(normalQuantile(0), Number.NEGATIVE_INFINITY);
  t.is(normalQuantile(1), Number.POSITIVE_INFINITY);
});
