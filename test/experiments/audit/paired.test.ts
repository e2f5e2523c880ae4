import test from "ava";
import { contrastEffect, factorial } from "../../../src/experiments/audit/factorial.js";
import { meanOverSeeds, pairedMean } from "../../../src/experiments/audit/paired.js";
import { streamKey } from "../../../src/random/keys.js";
import { uniform64 } from "../../../src/random/uniform.js";

/** Numbers that are nearly normal, with standard deviation 1: sums of twelve uniform ones (Irwin–Hall). */
function normals(count: number, name: string): Float64Array {
  const draws = uniform64(streamKey(7, name), 0, 12 * count);
  return Float64Array.from(
    { length: count },
    (_, i) => draws.subarray(12 * i, 12 * (i + 1)).reduce((a, b) => a + b) - 6,
  );
}

// 1,000 audits of a switch whose effect is known: by the binomial distribution, 95% coverage gives 930 to 970 with
// probability 0.996.
const AUDITS = 1000;
const LOW = 930;
const HIGH = 970;

for (const seeds of [3, 5, 10]) {
  test(`95% intervals over ${seeds} paired seeds hold a planted effect 95 times in 100`, (t) => {
    const noise = normals(3 * seeds * AUDITS, `paired/${seeds}`);
    let held = 0;
    for (let audit = 0; audit < AUDITS; audit++) {
      const at = (i: number, which: number) => noise[(3 * audit + which) * seeds + i];
      const shared = Array.from({ length: seeds }, (_, i) => 5 * at(i, 0));
      const study = shared.map((value, i) => value + 0.1 * at(i, 1));
      const alternative = shared.map((value, i) => value + 0.4 + 0.1 * at(i, 2));
      const { low, high } = pairedMean(alternative, study)!;
      if (low <= 0.4 && high >= 0.4) held++;
    }
    t.true(held >= LOW && held <= HIGH, `${held} of ${AUDITS}`);
  });
}

test("effects of a factorial design hold planted ones 95 times in 100, and those of nothing 0", (t) => {
  const plan = factorial([..."ABCDEFGH"]);
  const planted = new Map([
    ["B", 0.3],
    ["G", -0.2],
  ]);
  const seeds = 5;
  const noise = normals(seeds * 16 * AUDITS, "factorial");
  const held = new Map(plan.contrasts.map(({ names }) => [names[0], 0]));
  for (let audit = 0; audit < AUDITS; audit++) {
    const values = Array.from({ length: seeds }, (_, s) =>
      plan.runs.map((levels, run) => {
        const signal = plan.factors.reduce(
          (sum, factor, f) => sum + (levels[f] * (planted.get(factor) ?? 0)) / 2,
          0,
        );
        return signal + 0.2 * noise[(audit * seeds + s) * 16 + run];
      }),
    );
    for (const { names, signs } of plan.contrasts) {
      const { low, high } = meanOverSeeds(values.map((one) => contrastEffect(signs, one)))!;
      const truth = planted.get(names[0]) ?? 0;
      if (low <= truth && high >= truth) held.set(names[0], held.get(names[0])! + 1);
    }
  }
  // Fifteen contrasts are looked at: wider bounds, so that all of them hold with probability 0.99.
  for (const [name, count] of held) t.true(count >= 925 && count <= 975, `${name}: ${count} of ${AUDITS}`);
});

test("a seed that one side lacks is left out, and one seed has no interval", (t) => {
  const found = pairedMean([1, null, 3, 5], [0, 7, 1, 2])!;
  t.is(found.seeds, 3);
  t.is(found.value, 2);
  t.is(found.study, 1);
  t.is(found.alternative, 3);
  t.is(pairedMean([1, null], [0, 0]), undefined);
});
