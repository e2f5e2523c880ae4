import { bootstrap, type Estimate } from "../../src/analysis/statistics/bootstrap.js";
import { streamKey } from "../../src/random/keys.js";
import { uniform64 } from "../../src/random/uniform.js";
import type { Sampler, SamplerDefinition } from "../../src/sweep/samplers/sampler.js";
import type { Parameters } from "../../src/sweep/space/parameter.js";
import { Space } from "../../src/sweep/space/space.js";
import type { Direction, Observation } from "../../src/sweep/trial.js";
import { log } from "../../src/targets/math.js";
import { check } from "../../src/validate.js";
import type { StandardFunction } from "./functions.js";

export interface Minimisation {
  readonly seed: number;
  readonly trials: number;
  /** Trial n is suggested when trial n − lookahead has ended, and no later one. */
  readonly lookahead: number;
}

/** A sampler with its options' defaults. */
export function create(
  definition: SamplerDefinition,
  space: Space,
  {
    seed = 0,
    direction = "minimize",
    options = {},
  }: { seed?: number; direction?: Direction; options?: object },
): Sampler {
  return definition.create({
    space,
    seed,
    direction,
    options: check("options", definition.schema, options),
  });
}

/** How far the best of a sampler's trials stays above the least value that there is. */
export function regret(sampler: Sampler, f: StandardFunction, { trials, lookahead }: Minimisation): number {
  const running: { trial: Observation; parameters: Parameters }[] = [];
  let best = Number.POSITIVE_INFINITY;
  for (let number = 0; number < trials; number++) {
    if (running.length === lookahead) sampler.observe(running.shift()!.trial);
    const parameters = sampler.suggest(
      number,
      running.map((one) => one.parameters),
    )!;
    const value = f.value(parameters);
    best = Math.min(best, value);
    running.push({ parameters, trial: { number, parameters, state: "complete", value, step: 1 } });
  }
  return best - f.minimum;
}

/** The same of independent draws from the space: what a sampler has to beat. */
export function randomRegret(f: StandardFunction, { seed, trials }: Minimisation): number {
  const space = new Space(f.space);
  const key = streamKey(seed, "random search");
  const size = space.parameters.length;
  const suggest = (number: number) =>
    space.firstSatisfied((attempt) => uniform64(key, attempt * size, size, number));
  return regret({ suggest, observe() {} }, f, { seed, trials, lookahead: 1 });
}

export interface Comparison {
  /** Medians over the seeds. */
  readonly regret: number;
  readonly randomRegret: number;
  /** Mean over the seeds of log₁₀ of the sampler's regret less that of random search: −1 is ten times nearer. */
  readonly difference: Estimate;
  /** Share of the seeds on which the sampler came nearer. */
  readonly wins: number;
}

/** A sampler and random search on a function, paired by seed, with a 95% bootstrap interval over the seeds. */
export function compareWithRandom(
  definition: SamplerDefinition,
  f: StandardFunction,
  { seeds, trials, lookahead, options }: { seeds: number; options?: object } & Omit<Minimisation, "seed">,
): Comparison {
  const space = new Space(f.space);
  const own = new Float64Array(seeds);
  const random = new Float64Array(seeds);
  for (let seed = 0; seed < seeds; seed++) {
    own[seed] = regret(create(definition, space, { seed, options }), f, { seed, trials, lookahead });
    random[seed] = randomRegret(f, { seed, trials, lookahead });
  }
  const differences = own.map((value, i) => log(value / random[i]) / log(10));
  const mean = (indices: ArrayLike<number>) => {
    let sum = 0;
    for (let i = 0; i < seeds; i++) sum += differences[indices[i]];
    return sum / seeds;
  };
  return {
    regret: own.toSorted()[seeds >> 1],
    randomRegret: random.toSorted()[seeds >> 1],
    difference: { value: mean([...own.keys()]), ...bootstrap(seeds, mean, { name: f.name }) },
    wins: differences.filter((d) => d < 0).length / seeds,
  };
}
