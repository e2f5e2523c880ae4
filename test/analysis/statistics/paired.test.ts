import test from "ava";
import { pairedDifference } from "../../../src/analysis/statistics/paired.js";
import { streamKey } from "../../../src/random/keys.js";
import { uniform64 } from "../../../src/random/uniform.js";

const losses = (seed: number, n: number, of: (u: number) => number) =>
  uniform64(streamKey(seed, "losses"), 0, n).map(of);
const same = (value: number) => value;

test("equal losses differ by nothing, with no width; swapping the two changes the sign", (t) => {
  const a = [losses(1, 200, same)];
  const b = [losses(2, 200, same)];
  t.deepEqual(pairedDifference(a, a, Math.sqrt, { seed: 0 }), { value: 0, low: 0, high: 0 });
  const one = pairedDifference(a, b, Math.sqrt, { seed: 0 });
  const other = pairedDifference(b, a, Math.sqrt, { seed: 0 });
  t.true(Math.abs(one.value + other.value) < 1e-15);
  t.true(Math.abs(one.low + other.high) < 1e-15 && Math.abs(one.high + other.low) < 1e-15);
  t.true(one.low <= one.value && one.value <= one.high);
});

test("pairing removes what both share: the interval is that of the differences", (t) => {
  // b is a and a little more, itself uniform on [0, 0.01): the mean difference has deviation 0.01/√(12n).
  const n = 1000;
  const a = losses(3, n, (u) => 10 * u);
  const more = losses(4, n, (u) => 0.01 * u);
  const b = a.map((value, i) => value + more[i]);
  const { value, low, high } = pairedDifference([b], [a], same, { seed: 1 });
  const deviation = 0.01 / Math.sqrt(12 * n);
  t.true(Math.abs(value - 0.005) < 4 * deviation);
  t.true(Math.abs((high - low) / (2 * 1.96 * deviation) - 1) < 0.15);
});

test("95% intervals hold the true difference about 95% of the time", (t) => {
  let held = 0;
  const rounds = 300;
  for (let round = 0; round < rounds; round++) {
    const a = losses(100 + round, 150, same);
    const b = losses(5000 + round, 150, (u) => 0.2 + u);
    const { low, high } = pairedDifference([a], [b], same, { seed: round, resamples: 300 });
    if (low <= -0.2 && -0.2 <= high) held++;
  }
  // A binomial share of 0.95 has deviation 0.0126 over 300.
  t.true(Math.abs(held / rounds - 0.95) < 0.04, `${held / rounds}`);
});

test("runs that differ from seed to seed widen the interval", (t) => {
  const b = [losses(8, 400, same)];
  const runs = [0, 0.3, 0.6].map((shift) => b[0].map((value) => value + shift));
  const one = pairedDifference(runs.slice(0, 1), b, same, { seed: 2 });
  const all = pairedDifference(runs, b, same, { seed: 2 });
  t.deepEqual(one, { value: 0, low: 0, high: 0 });
  t.true(Math.abs(all.value - 0.3) < 1e-12);
  t.true(all.low < 0.1 && all.high > 0.5);
});
