import test from "ava";
import * as v from "valibot";
import { streamKey } from "../../../src/random/keys.js";
import { uniform64 } from "../../../src/random/uniform.js";
import { samplerConformance } from "../../../src/sweep/samplers/conformance.js";
import { samplers } from "../../../src/sweep/samplers/registry.js";
import type { Sampler, SamplerContext, SamplerDefinition } from "../../../src/sweep/samplers/sampler.js";
import type { Parameters } from "../../../src/sweep/space/parameter.js";

const settings: Record<string, Settings> = {
  grid: { options: { points: 4 }, seeded: false },
};
type Settings = NonNullable<globalThis.Parameters<typeof samplerConformance>[1]>;

for (const definition of samplers.values()) {
  for (const { name, run } of samplerConformance(definition, settings[definition.name])) {
    test(`${definition.name}: ${name}`, async (t) => {
      await t.notThrowsAsync(async () => run());
    });
  }
}

test("a shuffled grid conforms, seeds and all", async (t) => {
  const grid = samplers.get("grid")!;
  for (const { run } of samplerConformance(grid, { options: { points: 3, shuffle: true } })) await run();
  t.pass();
});

// A sampler that learns, as plain as can be: beside the best trial, or anywhere.
const schema = v.strictObject({});
function learner(change: (context: SamplerContext) => Partial<Sampler>): SamplerDefinition {
  return {
    name: "learner",
    description: "for tests",
    usesHistory: true,
    schema,
    create(context) {
      const { space, seed, direction } = context;
      const key = streamKey(seed, "test/learner");
      let best = Number.POSITIVE_INFINITY;
      let at: Parameters | undefined;
      const sampler: Sampler = {
        observe({ state, value, parameters }) {
          const loss = direction === "minimize" ? value : value === null ? null : -value;
          if (state === "complete" && loss !== null && loss < best) [best, at] = [loss, parameters];
        },
        suggest: (number) =>
          space.firstSatisfied((attempt) => {
            const u = uniform64(key, 256 * number, space.parameters.length, attempt);
            return space.parameters.map(({ name, encode }, i) =>
              at && attempt < 10 && Object.hasOwn(at, name)
                ? Math.min(1 - 2 ** -53, 0.9 * encode(at[name]) + 0.1 * u[i])
                : u[i],
            );
          }),
      };
      return { ...sampler, ...change(context) };
    },
  };
}

async function failures(definition: SamplerDefinition): Promise<string[]> {
  const failed: string[] = [];
  for (const { name, run } of samplerConformance(definition)) {
    try {
      await run();
    } catch (error) {
      failed.push(`${name}: ${(error as Error).message}`);
    }
  }
  return failed;
}

test("the suite passes a sampler that learns as it should", async (t) => {
  t.deepEqual(await failures(learner(() => ({}))), []);
});

const draw = ({ space, seed }: SamplerContext, number: number) =>
  space.firstSatisfied((attempt) =>
    uniform64(streamKey(seed, "x"), 256 * number, space.parameters.length, attempt),
  );

const broken: Record<string, [RegExp, (context: SamplerContext) => Partial<Sampler>]> = {
  "leaves the space": [
    /uniform: suggestions are in the space.*x is 99: expected a number from -2 to 3/,
    (context) => ({
      suggest: (number) => ({
        ...draw(context, number),
        ...(context.space.parameters[0].name === "x" && { x: 99 }),
      }),
    }),
  ],
  "gives names in another order": [
    /constants: suggestions are in the space.*beside what the space makes of it/,
    (context) => ({
      suggest: (number) => Object.fromEntries(Object.entries(draw(context, number)).reverse()),
    }),
  ],
  "counts calls": [
    /a trial's suggestion is its own.*asked for first/,
    (context) => {
      let calls = 0;
      return { suggest: () => draw(context, calls++) };
    },
  ],
  "hands out what it keeps": [
    /asked for twice/,
    (context) => {
      const kept = new Map<number, Parameters>();
      const suggest = (number: number) => {
        if (!kept.has(number)) kept.set(number, draw(context, number));
        return kept.get(number)!;
      };
      return { suggest };
    },
  ],
  "rolls dice": [
    /neither random numbers.*it calls random/,
    (context) => ({ suggest: () => draw(context, Math.floor(1000 * Math.random())) }),
  ],
  "uses the engine's logarithm": [
    /it calls log,/,
    (context) => ({ suggest: (number) => draw(context, Math.floor(Math.log(number + 1))) }),
  ],
  "forgets the direction": [
    /maximising −f suggests what minimising f does: trial/,
    (context) => {
      let sum = 0;
      return {
        observe: ({ value }) => void (sum += value ?? 0),
        suggest: () => draw(context, sum > 0 ? 1 : 0),
      };
    },
  ],
  "chokes on failures": [
    /nothing but failures and divergence is taken: .*toFixed/,
    (context) => ({
      observe: ({ value }) => void value!.toFixed(),
      suggest: (number) => draw(context, number),
    }),
  ],
  "ignores the seed": [
    /seeds 0 and 1 suggest the same/,
    (context) => ({ suggest: (number) => draw({ ...context, seed: 5 }, number) }),
  ],
  "goes on after its end": [
    /after null, its end, for trial 3/,
    (context) => ({ suggest: (number) => (number === 3 ? null : draw(context, number)) }),
  ],
  "has nothing to suggest": [/it suggested nothing at all/, () => ({ suggest: () => null })],
  "gives up silently": [
    /expected a PlateauError "usage", but it suggested null/,
    (context) => ({
      suggest(number) {
        try {
          return draw(context, number);
        } catch {
          return null;
        }
      },
    }),
  ],
  "changes what it is given": [
    /object is not extensible|read only/,
    (context) => ({
      observe: (trial) => void ((trial as { value: number | null }).value = 0),
      suggest: (number) => draw(context, number),
    }),
  ],
};

for (const [name, [expected, change]] of Object.entries(broken)) {
  test(`the suite finds a sampler that ${name}`, async (t) => {
    const found = await failures(learner(change));
    t.true(
      found.some((failure) => expected.test(failure)),
      found.join("\n"),
    );
  });
}
