import test from "ava";
import { studentQuantile, studentTail } from "../../../src/analysis/statistics/student.js";

test("Student's quantiles", (t) => {
  // Abramowitz & Stegun, table 26.10.
  const known = { 1: 12.706, 5: 2.571, 11: 2.201, 20: 2.086, 30: 2.042, 120: 1.98 };
  for (const [freedom, value] of Object.entries(known)) {
    t.true(Math.abs(studentQuantile(Number(freedom)) - value) < 6e-4, freedom);
  }
});

test("Student's tail: closed forms, symmetry, and its own quantiles", (t) => {
  for (const x of [0, 0.1, 0.5, 1, 2, 5, 19, 1e3, 1e9, 1e200]) {
    const known = [
      0.5 - Math.atan(x) / Math.PI,
      0.5 - x / (2 * Math.sqrt(2 + x * x)),
      0.5 - (Math.atan(x / Math.sqrt(3)) + (x * Math.sqrt(3)) / (3 + x * x)) / Math.PI,
      0.5 - ((x / Math.sqrt(4 + x * x)) * (1 + 2 / (4 + x * x))) / 2,
    ];
    for (const [i, value] of known.entries()) {
      t.true(Math.abs(studentTail(x, i + 1) - value) < 1e-14, `${x}, ${i + 1} degrees of freedom`);
      t.is(studentTail(-x, i + 1), x === 0 ? studentTail(x, i + 1) : 1 - studentTail(x, i + 1));
    }
  }
  t.is(studentTail(Number.POSITIVE_INFINITY, 7), 0);
  // Quantiles are good to 4 digits, 1e-4 of 2.2, where the density is below 0.05.
  for (const freedom of [1, 2, 3, 7, 10, 11, 24, 99]) {
    t.true(Math.abs(studentTail(studentQuantile(freedom), freedom) - 0.025) < 1.1e-5, `${freedom}`);
  }
});
