import test from "ava";
import fc from "fast-check";
import { PrefixRanks } from "../../../src/sweep/pruners/prefix-ranks.js";

test("property: of any prefix, at any time, it counts and halves as sorting does", (t) => {
  const value = fc.oneof(
    fc.integer({ min: -3, max: 3 }),
    fc.double({ noNaN: true, min: -4, max: 4 }),
    fc.constant(Number.POSITIVE_INFINITY),
  );
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 1, maxLength: 900, size: "max" }),
      fc.array(fc.tuple(value, fc.nat(), fc.nat()), { maxLength: 20 }),
      (values, queries) => {
        const ranks = new PrefixRanks();
        const at = new Set(queries.map(([, when]) => when % values.length));
        for (const [i, one] of values.entries()) {
          ranks.add(2 * i + 1, one);
          // Values are sorted in when somebody asks: early questions make later ones meet sorted parts.
          if (at.has(i)) ranks.below(0, i + 1);
        }
        for (const [wanted, , end] of queries) {
          const n = 1 + (end % values.length);
          const first = values.slice(0, n).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
          const median =
            n % 2
              ? first[(n - 1) / 2]
              : first[n / 2 - 1] === first[n / 2]
                ? first[n / 2]
                : first[n / 2 - 1] / 2 + first[n / 2] / 2;
          t.is(ranks.below(wanted, n), first.filter((other) => other < wanted).length);
          t.is(ranks.aboveMedian(wanted, n), wanted > median);
        }
        t.is(ranks.before(0), 0);
        t.is(ranks.before(2 * values.length), values.length);
        t.is(ranks.before(3), Math.min(1, values.length));
      },
    ),
    // Shrinking such long lists takes minutes.
    { numRuns: 60, endOnFailure: true },
  );
});
