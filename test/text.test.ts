import test from "ava";
import fc from "fast-check";
import { said, percent as shareSaid } from "../src/analysis/statistics/say.js";
import { cellText } from "../src/report/html/cell.js";
import { percent, rSquared, superscript } from "../src/text.js";

test("shares and R² are rounded, but what is not 1 is not written as 1", (t) => {
  const shares = { 0: "0.0%", 0.1234: "12.3%", 0.0001234: "0.01%", 0.9998: "99.98%", 1: "100.0%" };
  for (const [share, text] of Object.entries(shares)) t.is(percent(Number(share)), text);
  t.is(percent(0.999996), "99.9996%");
  t.is(percent(0.9995), "99.95%");
  t.is(percent(0.995), "99.5%");
  t.is(percent(-0.105), "−10.5%");
  t.is(shareSaid(0.99979), "99.98%");
  t.is(shareSaid(-1.05), "−105%");
  t.is(shareSaid(1), "100%");
  t.is(rSquared(0.999789), "0.99979");
  t.is(rSquared(-0.41), "−0.410");
  t.is(said(0.999789), "0.99979");
  t.is(said(0.9998), "0.9998");
  t.is(said(0.9951), "0.995");
  t.is(said(1.0001), "1");
  t.is(said(0.9999999), "1", "as exact as five decimals are");
  t.is(said(-0.1234), "−0.123");
  t.is(cellText(0.999789), "0.99979");
  t.is(cellText(1), "1");
  t.is(cellText(-0.25), "−0.25");
});

test("a number between 0 and 1 is written as neither", (t) => {
  const between = fc.double({ min: 0, max: 1 - 1e-5, minExcluded: true, noNaN: true });
  fc.assert(
    fc.property(between, (value) => {
      for (const text of [percent(value), shareSaid(value)]) t.notRegex(text, /^100(\.0*)?%$/);
      for (const text of [said(value), cellText(value)]) t.notRegex(text, /^1(\.0*)?$/);
      if (value < 0.9994) t.true(Math.abs(Number.parseFloat(percent(value)) - 100 * value) <= 0.0500001);
    }),
  );
});

test("exponents are raised", (t) => {
  t.is(superscript("−2.02"), "⁻²·⁰²");
  t.is(superscript("-1456789.3"), "⁻¹⁴⁵⁶⁷⁸⁹·³");
});
