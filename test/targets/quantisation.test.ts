import test from "ava";
import fc from "fast-check";
import { PlateauError } from "../../src/errors.js";
import { quantise, soundQuantisation, studyQuantisation } from "../../src/targets/quantisation.js";
import { bruteForceClass, centroids } from "../kernels/quantize.js";

/** Numbers on and next to the borders between centroids, as well as anywhere. */
function nearBorders(K: number, low: number, high: number) {
  const c = centroids(K, low, high);
  const nudge = (value: number, ulps: number) => {
    const bits = new Int32Array(Float32Array.of(value).buffer);
    bits[0] += ulps;
    return new Float32Array(bits.buffer)[0];
  };
  return fc.oneof(
    fc
      .tuple(fc.nat(Math.max(0, K - 2)), fc.integer({ min: -2, max: 2 }))
      .map(([k, ulps]) => nudge((c[k] + c[Math.min(k + 1, K - 1)]) / 2, ulps)),
    fc.float({ noNaN: true, min: -8, max: 8 }),
  );
}

const spec = fc.constantFrom(
  ...[1, 2, 3, 5, 10, 15, 20].flatMap((K) => [
    { K, low: -1, high: 1 },
    { K, low: -0.375, high: 3.4375 },
  ]),
);

test("per coordinate, the class is the brute-force float64 one, on and beside every border", (t) => {
  fc.assert(
    fc.property(
      spec.chain((s) =>
        fc.tuple(fc.constant(s), fc.array(nearBorders(s.K, s.low, s.high), { minLength: 1 })),
      ),
      ([{ K, low, high }, values]) => {
        const y = Float32Array.from(values);
        const labels = quantise(y, 1, { classes: K, low, high, mode: "per-coordinate" });
        t.deepEqual(
          labels,
          Int32Array.from(y, (value) => bruteForceClass([value], K, low, high)),
        );
      },
    ),
    { numRuns: 400 },
  );
});

test("on the diagonal, the class is the brute-force float64 one, with means on and beside borders", (t) => {
  fc.assert(
    fc.property(
      spec.chain((s) =>
        fc.tuple(
          fc.constant(s),
          nearBorders(s.K, s.low, s.high),
          // Pairs of offsets ±a leave the mean where it is, up to their rounding.
          fc.array(fc.float({ noNaN: true, min: -4, max: 4 }), { maxLength: 20 }),
        ),
      ),
      ([{ K, low, high }, mean, offsets]) => {
        const y = Float32Array.from([mean, ...offsets.flatMap((a) => [mean + a, mean - a])]);
        const [label] = quantise(y, y.length, { classes: K, low, high, mode: "diagonal" });
        t.is(label, bruteForceClass(y, K, low, high));
      },
    ),
    { numRuns: 2000 },
  );
});

test("an exact tie goes to the lower class", (t) => {
  t.deepEqual(
    [...quantise(Float32Array.of(-0.75, -0.25, 0.25, 0.75), 1, studyQuantisation(5))],
    [0, 1, 2, 3],
  );
  t.deepEqual([...quantise(Float32Array.of(0, -0.5, 1, 0), 2, studyQuantisation(5))], [1, 3]);
});

test("numbers far outside the centroids get the end ones; what is not finite gets none", (t) => {
  const y = Float32Array.of(1e38, -1e38, 3, -3, Number.NaN, Number.POSITIVE_INFINITY);
  for (const quantisation of [studyQuantisation(10), soundQuantisation(10, { low: -1, high: 1 })]) {
    t.deepEqual([...quantise(y, 1, quantisation)], [9, 0, 9, 0, -1, -1]);
  }
});

test("a quantisation that is not valid is refused", (t) => {
  const y = Float32Array.of(1, 2, 3);
  const refused = (message: RegExp, call: () => unknown) =>
    t.throws(call, { instanceOf: PlateauError, message });
  refused(/classes 0 /, () => quantise(y, 1, studyQuantisation(0)));
  refused(/from 1 to 1 /, () => quantise(y, 1, { ...studyQuantisation(5), low: 1 }));
  refused(/mode: "diag"/, () => quantise(y, 1, { ...studyQuantisation(5), mode: "diag" as "diagonal" }));
  refused(/3 numbers are no vectors of 2/, () => quantise(y, 2, studyQuantisation(5)));
});
