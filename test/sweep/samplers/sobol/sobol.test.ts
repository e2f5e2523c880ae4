import test from "ava";
import { samplers } from "../../../../src/sweep/samplers/registry.js";
import { sobol } from "../../../../src/sweep/samplers/sobol/sobol.js";
import type { ParameterSpec, Parameters } from "../../../../src/sweep/space/parameter.js";
import { Space, type SpaceInput } from "../../../../src/sweep/space/space.js";

const make = (input: SpaceInput, seed = 1) =>
  sobol.create({ space: new Space(input), seed, direction: "minimize", options: {} });
const unit = { type: "uniform", low: 0, high: 1 } as const;

test("2^m trials fill every cell of integers and choices evenly", (t) => {
  const { suggest } = make({
    parameters: {
      fixed: 1,
      k: { type: "integer", low: 1, high: 8 },
      one: { type: "integer", low: 3, high: 3 },
      c: ["a", "b", "c", "d"],
    },
  });
  const counts = new Map<string, number>();
  for (let n = 0; n < 64; n++) {
    const key = JSON.stringify(suggest(n, []));
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  // What has one value takes no dimension, so these two have the first two.
  t.is(counts.size, 32);
  t.true([...counts.values()].every((count) => count === 2));
});

test("as many parameters as a space may have", (t) => {
  const parameters = Object.fromEntries(
    Array.from({ length: 256 }, (_, i): [string, ParameterSpec] => [`p${i}`, unit]),
  );
  const values = Object.values(make({ parameters }).suggest(3, [])!);
  t.is(new Set(values).size, 256);
});

test("constraints: trial n takes the n-th point that satisfies them, whatever was asked before", (t) => {
  const constrained = { parameters: { x: unit, y: unit }, constraints: ["x + y < 0.3"] };
  const free = make({ parameters: constrained.parameters });
  const expected: Parameters[] = [];
  for (let n = 0; expected.length < 40; n++) {
    const point = free.suggest(n, []) as { x: number; y: number };
    if (point.x + point.y < 0.3) expected.push(point);
  }
  const sampler = make(constrained);
  for (const n of [0, 1, 2, 5, 5, 30, 39, 3, 4]) t.deepEqual(sampler.suggest(n, []), expected[n]);
  t.deepEqual(make(constrained).suggest(39, []), expected[39]);
});

test("a condition that fails leaves its coordinate out, and the others as they are", (t) => {
  const when = { kind: "a" };
  const plain = make({ parameters: { kind: ["a", "b"], x: unit, y: unit } });
  const conditional = make({ parameters: { kind: ["a", "b"], x: { ...unit, when }, y: unit } });
  for (let n = 0; n < 16; n++) {
    const { x, ...others } = plain.suggest(n, [])!;
    t.deepEqual(
      conditional.suggest(n, []),
      others["kind"] === "a" ? { kind: "a", x, y: others["y"] } : others,
    );
  }
});

test("the sequence ends after 2^32 points", (t) => {
  const { suggest } = make({ parameters: { x: unit } });
  t.truthy(suggest(2 ** 32 - 1, []));
  t.is(suggest(2 ** 32, []), null);
});

test("known answers: a seed means the same trials for ever", (t) => {
  const { suggest } = make(
    { parameters: { x: unit, rate: { type: "log-uniform", low: 1e-5, high: 1 } } },
    42,
  );
  t.deepEqual(
    [0, 1, 2, 1e6].map((n) => suggest(n, [])),
    [
      { x: 0.48855875560548156, rate: 0.00005443263905394944 },
      { x: 0.6246862934203818, rate: 0.014798441318076299 },
      { x: 0.7582024246221408, rate: 0.00031697470208265165 },
      { x: 0.47937253455165774, rate: 0.00022118468495929222 },
    ],
  );
});

test("the registry holds grid, random and sobol", (t) => {
  for (const name of ["grid", "random", "sobol"]) t.is(samplers.get(name)?.name, name);
});
