// Samplers that learn against random search, and what a suggestion costs:
//   npm run build && node dist/bench/samplers.js [--seeds 50] [--trials 100] [--only cost] [--json]
// Regrets depend on the seeds alone and are the same everywhere; times are not.

import { tpe } from "../src/sweep/samplers/tpe.js";
import { Space } from "../src/sweep/space/space.js";
import { scriptOptions } from "../test/support/script-options.js";
import { standardFunctions } from "../test/sweep/functions.js";
import { compareWithRandom, create } from "../test/sweep/regret.js";

const { values } = scriptOptions(import.meta.url, {
  options: {
    seeds: { type: "string", default: "50" },
    trials: { type: "string", default: "100" },
    only: { type: "string" },
    json: { type: "boolean", default: false },
  },
});

const print = (row: Record<string, string | number>) =>
  console.log(values.json ? JSON.stringify(row) : Object.values(row).join("\t"));

if (values.only !== "cost") {
  const [seeds, trials] = [Number(values.seeds), Number(values.trials)];
  if (!values.json) console.log("function\tlookahead\ttpe\trandom\tlog10 ratio [95%]\twins");
  for (const lookahead of [1, 8]) {
    for (const f of standardFunctions) {
      const { regret, randomRegret, difference, wins } = compareWithRandom(tpe, f, {
        seeds,
        trials,
        lookahead,
      });
      const [value, low, high] = [difference.value, difference.low, difference.high].map((x) => x.toFixed(2));
      print({
        function: f.name,
        lookahead,
        tpe: regret.toPrecision(3),
        random: randomRegret.toPrecision(3),
        difference: `${value} [${low}, ${high}]`,
        wins: `${Math.round(wins * 100)}%`,
      });
    }
  }
}

/** Microseconds of suggest and observe together, median of many, with so many trials observed. */
function cost(name: string, observed: readonly number[]): number[] {
  const f = standardFunctions.find((one) => one.name === name)!;
  const sampler = create(tpe, new Space(f.space), { seed: 1 });
  const found: number[] = [];
  let number = 0;
  for (const count of observed) {
    const times: number[] = [];
    const drawn = create(tpe, new Space(f.space), { seed: 2, options: { startup: 2 ** 30 } });
    for (; number < count + 500; number++) {
      const start = performance.now();
      // Up to there the history is filled with random trials.
      const parameters = (number < count ? drawn : sampler).suggest(number, [])!;
      const suggested = performance.now();
      const value = f.value(parameters);
      const evaluated = performance.now();
      sampler.observe({ number, parameters, state: "complete", value, step: 1 });
      if (number >= count) times.push(suggested - start + performance.now() - evaluated);
    }
    found.push(1000 * times.toSorted((a, b) => a - b)[times.length >> 1]);
  }
  return found;
}

if (!values.json) console.log("cost, µs\tat 1,000\tat 100,000\tratio");
for (const { name } of standardFunctions) {
  // The first is a warm-up, until the code is compiled.
  const [, few, many] = cost(name, [500, 1000, 100_000]);
  print({ cost: name, few: few.toFixed(0), many: many.toFixed(0), ratio: (many / few).toFixed(2) });
}
