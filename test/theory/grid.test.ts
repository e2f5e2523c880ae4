import test from "ava";
import fc from "fast-check";
import { parseSpec } from "../../src/theory/constructions/spec.js";
import { requireSize } from "../../src/theory/constructions/task.js";
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

test("roots end up to the largest whole number that is safe; no size is larger", (t) => {
  const most = Number.MAX_SAFE_INTEGER;
  t.deepEqual([wholeRoot(most, 1), wholeRoot(most, 2)], [most, 94_906_265]);
  t.is(parseSpec(`partition(${most})`).size, most);
  requireSize(most, "cells");
  for (const size of ["9007199254740993", "690071992547409934", "1e300", "Infinity"]) {
    t.throws(() => parseSpec(`partition(${size})`), { code: "usage", message: /is no size/ });
    t.throws(() => requireSize(Number(size), "cells"), { code: "usage", message: /expected a whole number/ });
  }
});
