import test from "ava";
import * as v from "valibot";
import { prunerConformance } from "../../../src/sweep/pruners/conformance.js";
import { median } from "../../../src/sweep/pruners/median.js";
import type { Judge, PrunerDefinition } from "../../../src/sweep/pruners/pruner.js";
import { findPruner, pruners } from "../../../src/sweep/pruners/registry.js";
import type { ReportedTrial } from "../../../src/sweep/trial.js";

/** Options that make each pruner stop some of the made-up trials; of those without defaults, the least. */
const variants: Record<string, { options?: unknown; mirrored?: unknown }[]> = {
  none: [{}],
  median: [{}, { options: { startupTrials: 0, warmupSteps: 3, intervalSteps: 4, minTrials: 8 } }],
  asha: [{}, { options: { reduction: 2, minResource: 2.5, maxResource: 30, bracket: 1 } }],
  hyperband: [{}, { options: { reduction: 2, minResource: 1, maxResource: 40 } }],
  threshold: [
    { options: { upper: 2 }, mirrored: { lower: -2 } },
    { options: { upper: 2, lower: 0.4, fromStep: 7 }, mirrored: { lower: -2, upper: -0.4, fromStep: 7 } },
  ],
  divergence: [{}, { options: { factor: 1.5, patience: 2 } }],
};

test("every pruner is tried", (t) => {
  t.deepEqual(Object.keys(variants).sort(), [...pruners.keys()].sort());
  t.throws(() => findPruner("medain"), { message: /unknown pruner: "medain"/ });
});

for (const [name, settings] of Object.entries(variants)) {
  for (const [i, options] of settings.entries()) {
    for (const one of prunerConformance(findPruner(name), options)) {
      test(`${one.name} (${i + 1})`, (t) => t.notThrows(() => one.run()));
    }
  }
}

/** A pruner of one rule, to be caught by the case that names it. */
function pruner(
  begin: (history: ReportedTrial[], number: number, sign: number) => Judge,
  usesHistory = true,
): PrunerDefinition {
  return {
    name: "mutant",
    description: "breaks one rule",
    usesHistory,
    schema: v.strictObject({}),
    create: ({ direction }) => {
      const history: ReportedTrial[] = [];
      return {
        observe: (trial) => void history.push(trial),
        begin: (number) => begin(history, number, direction === "minimize" ? 1 : -1),
      };
    },
  };
}

let instances = 0;
const mutants: Record<string, [PrunerDefinition, RegExp]> = {
  "remembers across instances": [
    pruner(() => () => (++instances % 1009 === 0 ? "stop" : "continue"), false),
    /fresh instances/,
  ],
  "reads history at the decision": [
    pruner((history) => (step, value) => {
      const last = history.findLast(({ state }) => state === "complete");
      return last && value > 2 * last.reports[step - 1].value ? "stop" : "continue";
    }),
    /was observed when its trial began/,
  ],
  "counts reports, also of an earlier attempt": [
    pruner(() => {
      let count = 0;
      return () => (++count > 45 ? "stop" : "continue");
    }, false),
    /reports again/,
  ],
  "forgets the direction": [
    pruner(() => (_, value) => (value > 1.5 ? "stop" : "continue"), false),
    /maximise/,
  ],
  "breaks on no reports": [
    pruner((history) => {
      const lasts = history.slice(-1).map(({ reports }) => reports[reports.length - 1].step);
      return () => (lasts[0] < 0 ? "stop" : "continue");
    }),
    /NaN/,
  ],
  "rolls dice": [pruner(() => () => (Math.random() < 0 ? "stop" : "continue"), false), /chance/],
  "looks at the clock": [pruner(() => () => (Date.now() < 0 ? "stop" : "continue"), false), /chance/],
  "stops the best": [
    pruner((history, _, sign) => {
      const ends = history.filter(({ state }) => state === "complete").map(({ value }) => sign * value!);
      const better = Math.min(...ends) - 0.2;
      return (step, value) => (step > 30 && sign * value > better ? "stop" : "continue");
    }),
    /the best trial so far/,
  ],
  "needs history": [
    pruner((history) => {
      const [first] = history;
      return () => (first.number < 0 ? "stop" : "continue");
    }, false),
    /nothing was observed/,
  ],
  "answers something else": [pruner(() => () => "prune" as never, false), /fresh/],
};

for (const [what, [mutant, caught]] of Object.entries(mutants)) {
  test(`conformance catches a pruner that ${what}`, (t) => {
    const failures = [...prunerConformance(mutant)].filter(({ run }) => {
      try {
        run();
        return false;
      } catch (error) {
        t.true((error as Error).message.length > 10);
        return true;
      }
    });
    t.true(
      failures.some(({ name }) => caught.test(name)),
      failures.map(({ name }) => name).join("\n") || "nothing was caught",
    );
  });
}

test("conformance leaves clocks and chance as they were", (t) => {
  const before = [Math.random, Date, performance.now, crypto.getRandomValues, process.hrtime];
  for (const { run } of prunerConformance(median)) run();
  t.deepEqual([Math.random, Date, performance.now, crypto.getRandomValues, process.hrtime], before);
});
