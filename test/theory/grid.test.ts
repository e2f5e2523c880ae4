import test from "ava";
import fc from "fast-check";
import { wholeRoot } from "../../src/theory/grid.js";

test("whole roots are the largest whole number whose power fits, at perfect powers too", (t) => {
  // 4096 ** (1 / 3) is 15.999…
  t.is(wholeRoot(4096, 3), 16);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 5 }), (n, d) => {
      const power = Number(BigInt(n) ** BigInt(d));
      t.is(wholeRoot(power, d), n);
      if (n > 1) t.is(wholeRoot(power - 1, d), n - 1);
    }),
  );
});
