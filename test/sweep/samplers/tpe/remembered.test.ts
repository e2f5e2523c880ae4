import test from "ava";
import fc from "fast-check";
import { Pending } from "../../../../src/sweep/samplers/tpe/pending.js";
import { Point } from "../../../../src/sweep/samplers/tpe/point.js";
import { remembering } from "../../../../src/sweep/samplers/tpe/remember.js";
import { tpe } from "../../../../src/sweep/samplers/tpe.js";
import type { Parameters } from "../../../../src/sweep/space/parameter.js";
import { Space, type SpaceInput } from "../../../../src/sweep/space/space.js";
import type { Observation } from "../../../../src/sweep/trial.js";
import { create } from "../../regret.js";

test("a point's memory is what would be found anew", (t) => {
  const asked = fc.array(fc.tuple(fc.nat(2), fc.integer({ min: 1, max: 4 })), { maxLength: 40 });
  fc.assert(
    fc.property(asked, (questions) => {
      const point = new Point(Float64Array.of(3, Number.NaN, 5));
      const find = (place: number, width: number) => (Number.isNaN(place) ? -width : 100 * place + width);
      for (const [axis, width] of questions) {
        t.is(point.remembered(axis, width, find), find(point.places[axis], width));
      }
    }),
  );
});

test("two widths in turns are found once each", (t) => {
  const point = new Point(Float64Array.of(0.5));
  let found = 0;
  for (let i = 0; i < 10; i++) point.remembered(0, i % 2, () => ++found);
  t.is(found, 2);
});

test("a function that remembers gives what the plain one does, and forgets", (t) => {
  fc.assert(
    fc.property(fc.array(fc.nat(5), { maxLength: 40 }), fc.integer({ min: 1, max: 3 }), (asked, most) => {
      const square = remembering((x) => [x * x], most);
      for (const x of asked) t.deepEqual(square(x), [x * x]);
    }),
  );
  let found = 0;
  const counting = remembering(() => ++found, 2);
  t.deepEqual([1, 2, 1, 3, 1].map(counting), [1, 2, 1, 3, 4]);
});

test("points of pending trials are those of their parameters, whatever was pending before", (t) => {
  const all = Array.from({ length: 30 }, (_, x): Parameters => ({ x }));
  const window = fc.tuple(fc.nat(20), fc.nat(10), fc.nat(12));
  fc.assert(
    fc.property(fc.array(window, { maxLength: 20 }), (windows) => {
      const pending = new Pending(({ x }) => new Point(Float64Array.of(Number(x))));
      // Numbers do not have to be those of the parameters: other runs may have had others.
      for (const [start, count, first] of windows) {
        const given = all.slice(start, start + count);
        t.deepEqual(
          pending.points(given, first).map(({ places }) => places[0]),
          given.map(({ x }) => x),
        );
      }
    }),
  );
});

const spaces: Record<string, SpaceInput> = {
  plain: {
    parameters: {
      x: { type: "uniform", low: 0, high: 1 },
      rate: { type: "log-uniform", low: 1e-5, high: 0.1 },
      layers: { type: "integer", low: 1, high: 6 },
      heads: [1, 2, 4, 8],
    },
  },
  conditional: {
    parameters: {
      rule: ["left", "right", "none"],
      depth: { type: "integer", low: 1, high: 6, when: { rule: ["left", "right"] } },
      rate: { type: "log-uniform", low: 1e-4, high: 1, when: { rule: "left" } },
      width: { type: "integer", low: 16, high: 4096, step: 8, when: { rule: "right" } },
      size: { type: "integer", low: 1, high: 100, log: true },
    },
  },
  constrained: {
    parameters: {
      a: { type: "integer", low: 1, high: 300 },
      b: { type: "integer", low: 1, high: 64, log: true },
    },
    constraints: ["a > b"],
  },
};

for (const [name, input] of Object.entries(spaces)) {
  test(`${name}: whatever was asked before, a sampler suggests what one does that remembers nothing`, (t) => {
    const space = new Space(input);
    const randomly = create(tpe, space, { seed: 99 });
    // Not of this study: numbers are what counts. Enough that only a part of those that are pending counts.
    const drawn = Array.from({ length: 420 }, (_, number) => randomly.suggest(number, [])!);
    const ended = (number: number, value: number): Observation => ({
      ...{ number, parameters: drawn[number], step: number % 5 },
      ...(value > 0.9 ? { state: "diverged", value: null } : { state: "complete", value }),
    });
    const steps = fc.array(fc.tuple(fc.nat(3), fc.nat(330), fc.double({ min: 0, max: 1, noNaN: true })), {
      minLength: 3,
      maxLength: 8,
    });
    fc.assert(
      fc.property(steps, fc.nat(1000), (asked, seed) => {
        const sampler = create(tpe, space, { seed });
        const told: Observation[] = [];
        const tell = (count: number, value: number) => {
          for (let i = 0; i < count; i++) {
            const one = ended(told.length, (value + 0.37 * told.length) % 1);
            told.push(one);
            sampler.observe(one);
          }
        };
        tell(12, 0.5);
        for (const [news, count, value] of asked) {
          tell(news, value);
          const pending = drawn.slice(told.length, told.length + count);
          const number = told.length + pending.length;
          const fresh = create(tpe, space, { seed });
          for (const one of told) fresh.observe(one);
          t.deepEqual(sampler.suggest(number, pending), fresh.suggest(number, structuredClone(pending)));
        }
      }),
      { numRuns: 12 },
    );
  });
}
