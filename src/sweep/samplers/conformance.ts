import { requireArguments } from "../../arguments.js";
import { PlateauError, quote } from "../../errors.js";
import { check } from "../../validate.js";
import type { ConformanceCase } from "../conformance.js";
import type { Parameters } from "../space/parameter.js";
import { Space, type SpaceInput } from "../space/space.js";
import type { Direction } from "../trial.js";
import { withoutEngine } from "./conformance/engine.js";
import { bowl, type Objective, type Play, play, replay } from "./conformance/play.js";
import { conformanceSpaces, unsatisfiable } from "./conformance/spaces.js";
import type { SamplerContext, SamplerDefinition } from "./sampler.js";

/** How a sampler is made for its conformance cases. */
export interface SamplerConformanceOptions {
  /** Options to make the sampler with, checked by its own schema. */
  readonly options?: unknown;
  /** Whether suggestions depend on the seed; a grid's need not. */
  readonly seeded?: boolean;
  /** Trials of a play: more where a sampler begins to learn late. */
  readonly trials?: number;
}

/**
 * What every sampler has to hold, whoever wrote it, as cases for any test runner:
 * `for (const { name, run } of samplerConformance(mine)) test(name, run)`.
 * Samplers that use history are told of trials as a study tells them, with different lookaheads.
 * @throws PlateauError `usage` where the options are not valid by the sampler's own schema
 */
export function* samplerConformance(
  definition: SamplerDefinition,
  asked: SamplerConformanceOptions = {},
): Iterable<ConformanceCase> {
  requireArguments("samplerConformance", {
    definition: [definition, "SamplerDefinition: name description usesHistory schema"],
    asked: [asked, "object?"],
  });
  const { options = {}, seeded = true, trials = 40 } = asked;
  const checked = () => check(`sampler ${definition.name}`, definition.schema, structuredClone(options));
  const context = (space: Space, seed = 1, direction: Direction = "minimize"): SamplerContext => ({
    space,
    seed,
    direction,
    options: checked(),
  });
  const playIn = (space: Space, objective: Objective, lookahead = 4, seed = 1): Play =>
    play(definition, context(space, seed), { trials, lookahead, objective });

  for (const [name, input] of Object.entries(conformanceSpaces)) {
    yield* inSpace(name, input);
  }

  function* inSpace(name: string, input: SpaceInput): Iterable<ConformanceCase> {
    const make = () => new Space(structuredClone(input));
    for (const lookahead of definition.usesHistory ? [1, 4, 16] : [1]) {
      yield {
        name: `${name}: suggestions are in the space${definition.usesHistory ? `, lookahead ${lookahead}` : ""}`,
        run() {
          const space = make();
          const { suggestions } = playIn(space, bowl(space), lookahead);
          demandInSpace(space, suggestions);
        },
      };
    }
    yield {
      name: `${name}: a trial's suggestion is its own, whatever was asked before`,
      run() {
        const space = make();
        const whole = playIn(space, bowl(space));
        const again = playIn(make(), bowl(space));
        for (let number = 0; number < trials; number++) {
          const expected = whole.suggestions[number];
          demandSame(again.suggestions[number], expected, `trial ${number} of two samplers made alike`);
          if (number % 7 !== 6) continue;
          const alone = replay(definition, context(make()), whole, number);
          demandSame(alone, expected, `trial ${number}, asked for first`);
        }
      },
    };
    yield {
      name: `${name}: asking again, or changing what was given, changes nothing`,
      run() {
        const space = make();
        const whole = playIn(space, bowl(space));
        const sampler = definition.create(context(space));
        for (let number = 0; number < trials; number++) {
          for (const trial of whole.observed[number]) sampler.observe(trial);
          const first = sampler.suggest(number, whole.pending[number]);
          demandSame(first, whole.suggestions[number], `trial ${number}`);
          for (const key of Object.keys(first ?? {})) Reflect.deleteProperty(first!, key);
          const second = sampler.suggest(number, whole.pending[number]);
          demandSame(second, whole.suggestions[number], `trial ${number}, asked for twice`);
        }
      },
    };
    yield {
      name: `${name}: neither random numbers, clocks nor the engine's own functions are used`,
      run() {
        const space = make();
        const expected = playIn(space, bowl(space)).suggestions;
        const found = withoutEngine(() => playIn(make(), bowl(space)).suggestions);
        for (const [number, one] of found.entries()) demandSame(one, expected[number], `trial ${number}`);
      },
    };
    yield {
      name: `${name}: maximising −f suggests what minimising f does`,
      run() {
        const space = make();
        const down = playIn(space, bowl(space)).suggestions;
        const up = play(definition, context(space, 1, "maximize"), {
          trials,
          lookahead: 4,
          objective: bowl(space, "maximize"),
        }).suggestions;
        for (const [number, one] of up.entries()) demandSame(one, down[number], `trial ${number}`);
      },
    };
    for (const [kind, objective] of Object.entries(mishaps)) {
      yield {
        name: `${name}: ${kind}`,
        run() {
          const space = make();
          demandInSpace(space, playIn(space, objective(space)).suggestions);
        },
      };
    }
  }

  if (seeded) {
    yield {
      name: "seeds differ",
      run() {
        const space = new Space(conformanceSpaces["everything"]);
        const seen = new Map<string, number>();
        for (const seed of [0, 1, 2, 3, 2 ** 32, 2 ** 53 - 1]) {
          const text = JSON.stringify(playIn(space, bowl(space), 4, seed).suggestions);
          const other = seen.get(text);
          if (other !== undefined) throw new Error(`seeds ${other} and ${seed} suggest the same`);
          seen.set(text, seed);
        }
      },
    };
  }
  if (!definition.usesHistory) {
    yield {
      name: "a trial far away is answered",
      run() {
        const space = new Space(conformanceSpaces["choices"]);
        const found = definition.create(context(space)).suggest(1_000_000, []);
        if (found !== null) demandInSpace(space, [found]);
      },
    };
  }
  yield {
    name: "constraints that nothing satisfies are an error of usage",
    run() {
      const space = new Space(unsatisfiable);
      let found: unknown;
      try {
        found = definition.create(context(space)).suggest(0, []);
      } catch (error) {
        if (error instanceof PlateauError && error.code === "usage") return;
        throw new Error(`expected a PlateauError "usage", but it threw ${error}`, { cause: error });
      }
      throw new Error(`expected a PlateauError "usage", but it suggested ${quote(found)}`);
    },
  };
  if (definition.usesHistory) {
    yield {
      name: "trials that others chose are learned from",
      run() {
        const space = new Space(conformanceSpaces["uniform"]);
        const sampler = definition.create(context(space));
        for (const [number, x] of [-2, 3, 0, 0.5].entries()) {
          sampler.observe({ number, parameters: { x, y: 1e-9 }, state: "complete", value: x * x, step: 1 });
        }
        demandInSpace(space, [sampler.suggest(4, [{ x: 3, y: 0 }])]);
      },
    };
  }
}

/** What may happen to trials other than that they end with sensible values. */
const mishaps: Readonly<Record<string, (space: Space) => Objective>> = {
  "trials of every state are taken": (space) => (parameters, number) => {
    const ended = bowl(space)(parameters, number);
    const state = (["complete", "pruned", "diverged", "failed"] as const)[number % 4];
    return { state, value: state === "complete" || state === "pruned" ? ended.value : null };
  },
  "nothing but failures and divergence is taken": () => (_, number) => ({
    state: number % 2 === 0 ? "diverged" : "failed",
    value: null,
  }),
  "nothing but pruned trials is taken": (space) => (parameters, number) => ({
    ...bowl(space)(parameters, number),
    state: "pruned",
  }),
  "values that are all the same are taken": () => () => ({ state: "complete", value: 0 }),
  "values of any size are taken": () => (_, number) => ({
    state: "complete",
    value: [1e308, -1e308, 5e-324, 0, -0, 1][number % 6],
  }),
};

/** Suggestions are what the space accepts, whole, in its order; after the last there are none. */
function demandInSpace(space: Space, suggestions: readonly (Parameters | null)[]): void {
  let ended: number | undefined;
  for (const [number, found] of suggestions.entries()) {
    if (found === undefined) throw new Error(`trial ${number}: it suggested undefined`);
    if (found === null) {
      ended ??= number;
      continue;
    }
    if (ended !== undefined) {
      throw new Error(
        `trial ${number}: it suggested ${quote(found)} after null, its end, for trial ${ended}`,
      );
    }
    demandSame(found, space.accept(found), `trial ${number} beside what the space makes of it`);
  }
  if (ended === 0) throw new Error("it suggested nothing at all in a space that can be satisfied");
}

/** As texts, as the order of names is a part of it, and −0 is none. */
function demandSame(found: Parameters | null, expected: Parameters | null, what: string): void {
  const [a, b] = [JSON.stringify(found), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${what}: it suggested ${a}, expected ${b}`);
}
