import test from "ava";
import fc from "fast-check";
import { boundPieces } from "../../../src/analysis/lipschitz/bound-pieces.js";
import { bounded } from "../../../src/analysis/lipschitz/bounded.js";
import { networkBounds } from "../../../src/analysis/lipschitz/network-bounds.js";
import { pointwise } from "../../../src/targets/function.js";
import { buildYun } from "../../../src/theory/constructions/yun/build.js";
import { pieceValue } from "../../../src/theory/constructions/yun/layers.js";
import { yunModel } from "../../../src/theory/constructions/yun/model.js";

const number = fc.double({ min: -4, max: 4, noNaN: true });

test("values on an interval lie within the bounds of a function of pieces, which are attained", (t) => {
  fc.assert(
    fc.property(
      fc.tuple(number, number),
      fc.tuple(number, number, number),
      fc.tuple(number, number, number),
      fc.tuple(number, number),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 20, maxLength: 20 }),
      (ends, slopes, shifts, breaks, shares) => {
        const pieces = { breaks: [Math.min(...breaks), Math.max(...breaks)], slopes, shifts } as const;
        const [low, high] = [Math.min(...ends), Math.max(...ends)];
        const z = bounded(1, 1, Float64Array.of(low), Float64Array.of(high), { token: [1], whole: 1 });
        const found = boundPieces(z, pieces);
        const near = [...pieces.breaks, ...pieces.breaks.map((b) => b - 1e-12)];
        const points = [low, high, ...near, ...shares.map((share) => low + share * (high - low))];
        let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
        for (const x of points.filter((one) => one >= low && one <= high)) {
          const y = pieceValue(pieces, x);
          t.true(found.low[0] <= y && y <= found.high[0]);
          [least, most] = [Math.min(least, y), Math.max(most, y)];
        }
        t.true(least - found.low[0] < 1e-9 && found.high[0] - most < 1e-9);
        const same = pieces.breaks.every((b) => b <= low || b > high);
        if (same && low < high) t.true(Number.isFinite(found.whole));
        if (!same) t.is(found.whole, Number.POSITIVE_INFINITY);
      },
    ),
    { numRuns: 500 },
  );
});

test("through quantiser, hardmax and indicators: no sample of a model exceeds its bounds, and in a cell it is constant", (t) => {
  const f = pointwise({ name: "f", inputs: 2, outputs: 1, value: ([x, y]) => x - 3 * y + 0.25 });
  const built = buildYun(f, { dim: 1, inputTokens: 2, outputTokens: 1, cells: 2 }, [0, 0], [1, 1]);
  const model = yunModel(built);
  const bounds = networkBounds(model);
  const side = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.array(fc.tuple(side, side), { minLength: 2, maxLength: 2 }), fc.nat(), (sides, seed) => {
      const low = sides.map(([a, b]) => Math.fround(Math.min(a, b)));
      const high = sides.map(([a, b]) => Math.fround(Math.max(a, b)));
      const found = bounds(low, high, true);
      const x = Float32Array.from({ length: 32 }, (_, i) => {
        const share = ((seed * 7 + i * 13) % 17) / 16;
        return low[i % 2] + share * (high[i % 2] - low[i % 2]);
      });
      for (const y of model.predict(x)) {
        t.true(found.low[0] - 1e-6 <= y && y <= found.high[0] + 1e-6, `${y}: ${found.low}, ${found.high}`);
      }
    }),
    { numRuns: 100 },
  );
  const inside = bounds([0.55, 0.1], [0.95, 0.4], true);
  t.true(Math.abs(inside.low[0] - 0.75) < 1e-6 && Math.abs(inside.high[0] - 0.75) < 1e-6);
  const across = bounds([0.45, 0.1], [0.55, 0.4], true);
  t.true(across.low[0] <= 0.25 && across.high[0] >= 0.75);
});
