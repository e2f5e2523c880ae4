import test from "ava";
import { bootstrap } from "../../../src/analysis/statistics/bootstrap.js";
import { bootstrapAll } from "../../../src/analysis/statistics/bootstrap-all.js";
import { streamKey } from "../../../src/random/keys.js";
import { uniform64 } from "../../../src/random/uniform.js";

const values = uniform64(streamKey(1, "values"), 0, 50);

test("draws are those of the plain bootstrap, statistic by statistic", async (t) => {
  const options = { seed: 9, name: "mean", resamples: 200 };
  const mean = bootstrap(50, (rows) => rows.reduce((sum, i) => sum + values[i], 0) / 50, options);
  const most = bootstrap(50, (rows) => rows.reduce((top, i) => Math.max(top, values[i]), 0), options);
  const found = await bootstrapAll(
    50,
    (counts) => [
      counts.reduce((sum, times, i) => sum + times * values[i], 0) / 50,
      counts.reduce((top, times, i) => (times > 0 ? Math.max(top, values[i]) : top), 0),
      counts[0] === 0 ? Number.NaN : 1,
    ],
    options,
  );
  // Sums are taken in another order.
  t.true(Math.abs(found[0]!.low - mean.low) < 1e-14 && Math.abs(found[0]!.high - mean.high) < 1e-14);
  t.deepEqual(found[1], most);
  t.is(found[2], null, "a statistic that is not finite in some resample has no interval");
});

test("an abort is heard between resamples", async (t) => {
  let resamples = 0;
  const pace = (share: number) => {
    if (share >= 0.5) throw new Error("stop");
    return undefined;
  };
  const statistic = () => [++resamples];
  await t.throwsAsync(bootstrapAll(5, statistic, { name: "x", resamples: 100, pace }), { message: "stop" });
  t.is(resamples, 50);
});
