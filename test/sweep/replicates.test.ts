import test from "ava";
import fc from "fast-check";
import { streamKey } from "../../src/random/keys.js";
import { uniform64 } from "../../src/random/uniform.js";
import { meanOf, spreadOf, worse } from "../../src/sweep/replicates.js";
import { directions } from "../../src/sweep/trial.js";
import { cos, log } from "../../src/targets/math.js";

/** Standard normal numbers (Box & Muller 1958). */
function normals(name: string, count: number): Float64Array {
  const u = uniform64(streamKey(11, name), 0, 2 * count);
  return Float64Array.from({ length: count }, (_, i) => {
    return Math.sqrt(-2 * log(1 - u[2 * i])) * cos(2 * Math.PI * u[2 * i + 1]);
  });
}

const STUDIES = 4000;

/** The share of studies that are stopped at any look, and after how many seeds on average those are. */
function stops(name: string, shift: number, seeds: number, studies = STUDIES) {
  const noise = normals(name, studies * seeds * 3);
  let stopped = 0;
  let after = 0;
  for (let study = 0; study < studies; study++) {
    const values: number[] = [];
    const incumbent: number[] = [];
    for (let i = 0; i < seeds; i++) {
      const at = 3 * (study * seeds + i);
      // What a seed does to both is five times what it does to each.
      incumbent.push(5 * noise[at] + noise[at + 1]);
      values.push(5 * noise[at] + noise[at + 2] + shift);
    }
    for (let k = 1; k <= seeds; k++) {
      if (!worse(values.slice(0, k), incumbent, "minimize", { seeds }).worse) continue;
      stopped++;
      after += k;
      break;
    }
  }
  return { share: stopped / studies, after: after / stopped };
}

test("as good as the incumbent is stopped in at most 5%, at any number of seeds; better far less often", (t) => {
  // Of three seeds there is one look, so that the share is 5% itself: four standard errors above it.
  const most = 0.05 + 4 * Math.sqrt((0.05 * 0.95) / STUDIES);
  for (const seeds of [3, 5, 10]) {
    const { share } = stops(`equal/${seeds}`, 0, seeds);
    t.true(share <= most, `${seeds} seeds: ${share}`);
    t.true(share > 0.005, `${seeds} seeds: ${share}, so the test is no test`);
    t.true(stops(`equal/${seeds}`, -2, seeds).share < share / 4);
  }
});

test("what is worse is stopped the more often and the sooner, the worse it is", (t) => {
  const found = [0, 1, 2, 4, 8].map((shift) => stops("power", shift, 5));
  for (let i = 1; i < found.length; i++) {
    t.true(found[i].share > found[i - 1].share, JSON.stringify(found));
  }
  t.true(found[4].share > 0.99, JSON.stringify(found));
  t.true(found[4].after < found[2].after, JSON.stringify(found));
});

test("a known answer", (t) => {
  // Differences 1, 2, 3: t = 2·√3/1 on two degrees of freedom.
  const look = worse([11, 12, 13], [10, 10, 10, 10, 10], "minimize", { seeds: 5 });
  t.is(look.difference, 2);
  t.true(Math.abs(look.p! - (0.5 - Math.sqrt(12) / (2 * Math.sqrt(14)))) < 1e-12);
  t.true(Math.abs(look.level - 0.05 / 3) < 1e-15);
  t.false(look.worse);
  t.true(worse([11, 12, 13], [10, 10, 10, 10, 10], "minimize", { seeds: 5, level: 0.3 }).worse);
});

test("no scatter: the sign test's p, whatever rounding adds", (t) => {
  const same = worse([0.3, 0.4], [0.2, 0.3, 0.1], "minimize", { seeds: 5 });
  t.is(same.p, 0.25);
  t.false(same.worse);
  const many = worse(new Array(8).fill(2), new Array(20).fill(1), "minimize", { seeds: 20, level: 0.1 });
  t.is(many.p, 2 ** -8);
  t.true(many.worse);
  t.is(worse([1, 2, 3], [1, 2, 3], "minimize", { seeds: 5 }).p, 1);
  t.is(worse([0, 1, 2], [1, 2, 3], "minimize", { seeds: 5 }).p, 1);
});

test("seeds that are no numbers, and too few or all of them", (t) => {
  const options = { seeds: 4 };
  t.true(worse([1, Number.NaN], [1, 2, 3, 4], "minimize", options).worse);
  t.true(worse([Number.NEGATIVE_INFINITY], [1, 2, 3, 4], "minimize", options).worse);
  t.deepEqual(worse([Number.NaN], [Number.NaN], "minimize", options), {
    worse: false,
    difference: null,
    p: null,
    level: 0.025,
  });
  const { NaN: nan } = Number;
  t.deepEqual(
    worse([9, 1, 3], [nan, 0, 1, 5], "minimize", options),
    worse([1, 3], [0, 1, 5], "minimize", options),
  );
  t.deepEqual(
    [worse([], [1, 2], "minimize", options).p, worse([5], [1], "minimize", options).p],
    [null, null],
  );
  t.false(worse([9, 8, 9, 8], [1, 1, 1, 1.1], "minimize", options).worse, "there is no seed left to save");
  t.false(worse([9, 8], [1, 1.1], "minimize", { seeds: 2 }).worse);
});

const finite = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 });

test("property: maximising negated values is minimising; seeds are paired by place", (t) => {
  fc.assert(
    fc.property(fc.array(fc.tuple(finite, finite), { minLength: 1, maxLength: 8 }), (pairs) => {
      const [values, incumbent] = [pairs.map(([a]) => a), pairs.map(([, b]) => b)];
      const options = { seeds: 9 };
      const look = worse(values, incumbent, "minimize", options);
      t.deepEqual(
        worse(
          values.map((a) => -a),
          incumbent.map((b) => -b),
          "maximize",
          options,
        ),
        look,
      );
      if (look.p !== null) t.true(look.p >= 0 && look.p <= 1);
      t.is(look.worse, look.p !== null && look.p <= look.level);
      t.deepEqual(JSON.parse(JSON.stringify(look)), look);
      // Neither can be worse than the other at once.
      t.false(look.worse && worse(values, incumbent, "maximize", options).worse);
    }),
  );
});

test("mean, deviation and interval of known values; of one, or of no numbers, none", (t) => {
  const spread = spreadOf([1, 2, 3, 4, 5])!;
  t.is(spread.value, 3);
  t.true(Math.abs(spread.deviation - Math.sqrt(2.5)) < 1e-15);
  t.true(Math.abs(spread.high - (3 + 2.7764 * Math.sqrt(0.5))) < 1e-12);
  t.true(Math.abs(spread.low + spread.high - 6) < 1e-12);
  t.deepEqual(spreadOf([2, 2]), { value: 2, low: 2, high: 2, deviation: 0 });
  for (const none of [[], [1], [1, Number.NaN], [1, Number.POSITIVE_INFINITY]])
    t.is(spreadOf(none), undefined);
  t.true(Number.isNaN(meanOf([1, Number.NaN])));
});

test("95% intervals hold the mean in 95% of cases", (t) => {
  for (const seeds of [2, 5]) {
    const noise = normals(`cover/${seeds}`, 4000 * seeds);
    let held = 0;
    for (let i = 0; i < 4000; i++) {
      const { low, high } = spreadOf([...noise.subarray(i * seeds, (i + 1) * seeds)])!;
      if (low <= 0 && high >= 0) held++;
    }
    // Four standard errors of a share of 4000.
    t.true(Math.abs(held / 4000 - 0.95) < 0.0138, `${seeds} seeds: ${held / 4000}`);
  }
});

test("both directions know which side is worse", (t) => {
  const [high, low] = [
    [5, 6, 5.5],
    [1, 1.1, 1.2],
  ];
  for (const direction of directions) {
    const [bad, good] = direction === "minimize" ? [high, low] : [low, high];
    t.true(worse(bad, good, direction, { seeds: 5 }).worse);
    t.false(worse(good, bad, direction, { seeds: 5 }).worse);
  }
});
