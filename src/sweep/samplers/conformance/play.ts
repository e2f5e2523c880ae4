import type { Parameters } from "../../space/parameter.js";
import type { Space } from "../../space/space.js";
import type { Direction, Observation } from "../../trial.js";
import type { SamplerContext, SamplerDefinition } from "../sampler.js";

/** A trial's value, of its parameters and number. */
export type Ended = Pick<Observation, "state" | "value">;
export type Objective = (parameters: Parameters, number: number) => Ended;

export interface Play {
  /** Of every trial, by number; null where the sampler had none left. */
  readonly suggestions: readonly (Parameters | null)[];
  /** What the sampler was told before each. */
  readonly observed: readonly (readonly Observation[])[];
  readonly pending: readonly (readonly Parameters[])[];
}

/** Plays a study: trial n is asked for when all up to n − lookahead have been observed, and none else. */
export function play(
  definition: SamplerDefinition,
  context: SamplerContext,
  { trials, lookahead, objective }: { trials: number; lookahead: number; objective: Objective },
): Play {
  const sampler = definition.create(context);
  const suggestions: (Parameters | null)[] = [];
  const observed: Observation[][] = [];
  const pending: Parameters[][] = [];
  for (let number = 0; number < trials; number++) {
    const news: Observation[] = [];
    const ended = number - lookahead;
    const parameters = ended >= 0 ? suggestions[ended] : null;
    if (definition.usesHistory && parameters) {
      news.push({ number: ended, parameters, step: 10, ...objective(parameters, ended) });
    }
    const running = suggestions.slice(Math.max(0, ended + 1)).filter((one) => one !== null);
    for (const trial of news) sampler.observe(deepFreeze(structuredClone(trial)));
    suggestions.push(structuredClone(sampler.suggest(number, deepFreeze(structuredClone(running)))));
    observed.push(news);
    pending.push(running);
  }
  return { suggestions, observed, pending };
}

/** Asks a new sampler for one trial of a play, after all that it had been told by then. */
export function replay(
  definition: SamplerDefinition,
  context: SamplerContext,
  { observed, pending }: Play,
  number: number,
): Parameters | null {
  const sampler = definition.create(context);
  for (const trial of observed.slice(0, number + 1).flat()) sampler.observe(trial);
  return sampler.suggest(number, pending[number]);
}

/**
 * Least where every parameter is a third of the way through its range: a bowl over numbers, and a fine for
 * each choice by its place. Of sums and products alone, so that it is the same on every engine.
 */
export function bowl(space: Space, direction: Direction = "minimize"): Objective {
  return (parameters) => {
    let value = 0;
    for (const parameter of space.parameters) {
      if (!Object.hasOwn(parameters, parameter.name)) continue;
      const off = parameter.encode(parameters[parameter.name]) - 1 / 3;
      value += off * off;
    }
    return { state: "complete", value: direction === "minimize" ? value : -value };
  };
}

function deepFreeze<T>(value: T): T {
  if (value !== null && typeof value === "object") {
    Object.values(value).forEach(deepFreeze);
    Object.freeze(value);
  }
  return value;
}
