import test from "ava";
import fc from "fast-check";
import type { ParameterSpec, Parameters } from "../../../src/sweep/space/parameter.js";
import { MOST_ATTEMPTS, MOST_PARAMETERS, Space, type SpaceInput } from "../../../src/sweep/space/space.js";
import { discreteSpaces } from "../samplers/spaces.js";

const optimizers: SpaceInput = {
  parameters: {
    momentum: { type: "uniform", low: 0, high: 1, when: { optimizer: "sgd", nesterov: true } },
    nesterov: { type: "choice", values: [true, false], when: { optimizer: ["sgd", "rmsprop"] } },
    optimizer: ["sgd", "adam", "rmsprop"],
    layers: { type: "integer", low: 2, high: 8, step: 2 },
  },
};

test("conditions are followed whatever the order in which parameters are given", (t) => {
  const space = new Space(optimizers);
  t.deepEqual(space.decode([0.5, 0, 0, 0]), { momentum: 0.5, nesterov: true, optimizer: "sgd", layers: 2 });
  t.deepEqual(space.decode([0.5, 0.9, 0, 0]), { nesterov: false, optimizer: "sgd", layers: 2 });
  t.deepEqual(space.decode([0.5, 0, 0.4, 0.99]), { optimizer: "adam", layers: 8 });
  t.deepEqual(space.decode([0.5, 0, 0.9, 0]), { nesterov: true, optimizer: "rmsprop", layers: 2 });
  t.deepEqual(Object.keys(space.decode([0, 0, 0, 0])), ["momentum", "nesterov", "optimizer", "layers"]);
  const [momentum, nesterov] = space.parameters;
  t.true(space.applies(momentum, { optimizer: "sgd", nesterov: true }));
  t.false(space.applies(momentum, { optimizer: "sgd" }));
  t.false(space.applies(momentum, {}));
  t.true(space.applies(nesterov, { optimizer: "rmsprop" }));
});

test("any point of any space is accepted, as it is, once its constraints hold", (t) => {
  const u = fc.array(fc.double({ min: 0, max: 1 - 2 ** -53, noNaN: true }), { minLength: 6, maxLength: 6 });
  fc.assert(
    fc.property(discreteSpaces, u, (input, point) => {
      const space = new Space(input);
      const values = space.decode(point);
      if (!space.satisfied(values)) {
        t.throws(() => space.accept(values), { code: "usage", message: /does not hold$/ });
        return;
      }
      t.is(JSON.stringify(space.accept(values)), JSON.stringify(values));
      const backwards = Object.fromEntries(Object.entries(values).reverse());
      t.is(JSON.stringify(space.accept(backwards)), JSON.stringify(values));
      // A condition holds of a value exactly where the parameter is there.
      for (const parameter of space.parameters) {
        t.is(space.applies(parameter, values), Object.hasOwn(values, parameter.name));
      }
    }),
    { numRuns: 300 },
  );
});

test("spaces are plain data: from their own input, by way of JSON, the same space", (t) => {
  const space = new Space({ ...optimizers, constraints: ["layers > 2"] });
  const again = new Space(JSON.parse(JSON.stringify(space.input)));
  t.deepEqual(again.input, space.input);
  t.deepEqual(again.decode([0.3, 0.3, 0.3, 0.3]), space.decode([0.3, 0.3, 0.3, 0.3]));
});

test("accept names what is wrong, and quotes it", (t) => {
  const space = new Space({ ...optimizers, constraints: ["layers < 8"] });
  const refuses = (given: unknown, message: string) =>
    t.is(t.throws(() => space.accept(given as Parameters), { code: "usage" })?.message, message);
  const good = { optimizer: "adam", layers: 4 };
  t.deepEqual(space.accept(good), good);
  t.deepEqual(space.accept(Object.assign(Object.create(null), good)), good);
  refuses({ layers: 4 }, "parameters: optimizer is missing");
  refuses({ optimizer: "adam" }, "parameters: layers is missing");
  refuses(
    { optimizer: "Adam", layers: 4 },
    'parameters: optimizer is "Adam": expected one of ["sgd","adam","rmsprop"]',
  );
  refuses(
    { ...good, layers: 3 },
    "parameters: layers is 3: expected a whole number from 2 to 8 in steps of 2",
  );
  refuses(
    { ...good, layers: "4" },
    'parameters: layers is "4": expected a whole number from 2 to 8 in steps of 2',
  );
  refuses({ ...good, depth: 4 }, 'parameters: "depth" is no parameter of the space');
  refuses(
    { ...good, nesterov: true },
    'parameters: nesterov does not apply here (when {"optimizer":["sgd","rmsprop"]}): leave it out',
  );
  refuses(
    { layers: 4, optimizer: "sgd", nesterov: true, momentum: 2 },
    "parameters: momentum is 2: expected a number from 0 to 1",
  );
  refuses({ ...good, layers: 8 }, 'parameters: "layers < 8" does not hold');
  refuses(
    JSON.parse('{"optimizer":"adam","layers":4,"__proto__":{"x":1}}'),
    'parameters: "__proto__" is no parameter of the space',
  );
  refuses(null, "parameters: null is no object of values by name");
  refuses([1], "parameters: [1] is no object of values by name");
  refuses("adam", 'parameters: "adam" is no object of values by name');
  t.throws(() => new Space({ parameters: { c: 3 } }).accept({ c: 4 }), {
    message: "parameters: c is 4: expected 3",
  });
});

const refusesSpace = test.macro((t, input: unknown, message: RegExp) => {
  t.throws(() => new Space(input as SpaceInput), { code: "usage", message });
});
const when = (of: string, value: unknown): ParameterSpec => ({
  type: "choice",
  values: [1, 2],
  when: { [of]: value as 1 },
});

for (const [title, input, message] of [
  ["no parameters", { parameters: {} }, /^space: it has no parameters/],
  ["no object", 3, /^space is 3/],
  ["nothing", null, /^space is null/],
  ["a list of parameters", { parameters: [1, 2] }, /is no name of a parameter|parameters is/],
  ["an unknown key", { parameters: { a: 1 }, constraint: [] }, /^space: constraint is no option/],
  ["an unknown type", { parameters: { a: { type: "normal", low: 0, high: 1 } } }, /^space: parameters\.a/],
  [
    "an option of another type",
    { parameters: { a: { type: "uniform", low: 0, high: 1, step: 1 } } },
    /^space: parameters\.a/,
  ],
  ["a range without its end", { parameters: { a: { type: "uniform", low: 0 } } }, /^space: parameters\.a/],
  [
    "a constraint that is no text",
    { parameters: { a: 1 }, constraints: [3] },
    /^space: constraints\.0 is 3: expected a text such as/,
  ],
  [
    "a bad constraint",
    { parameters: { a: 1 }, constraints: ["b < 1"] },
    /^space: constraint "b < 1": "b" is no parameter/,
  ],
  [
    "a name with blanks",
    { parameters: { "a b": 1 } },
    /^space: "a b" is no name of a parameter: use letters, digits, _ and dots/,
  ],
  ["a number for a name", { parameters: { 1: 1 } }, /^space: "1" is no name/],
  ["an empty name", { parameters: { "": 1 } }, /^space: "" is no name/],
  ["a name that ends in a dot", { parameters: { "a.": 1 } }, /^space: "a\." is no name/],
  [
    "a word of constraints",
    { parameters: { divides: 1 } },
    /^space: "divides" is no name of a parameter: that word is reserved/,
  ],
  ["true", { parameters: { "true.x": 1 } }, /that word is reserved/],
  // valibot would leave these out without a word.
  [
    "__proto__",
    JSON.parse('{"parameters":{"a":1,"__proto__":{"type":"constant","value":1}}}'),
    /^space: "__proto__" is no name/,
  ],
  ["constructor", { parameters: { a: 1, constructor: 2 } }, /^space: "constructor" is no name/],
  ["a path to a prototype", { parameters: { "a.constructor.prototype.b": 2 } }, /that word is reserved/],
  [
    "a condition on a prototype",
    { parameters: { a: 1, b: when("constructor", 1) } },
    /^space: "constructor" is no name/,
  ],
  [
    "a condition on nothing",
    { parameters: { a: when("b", 1) } },
    /^space: "a" applies when "b" …, which is no parameter/,
  ],
  [
    "a condition on itself",
    { parameters: { a: when("a", 1) } },
    /^space: whether "a" applies depends, by way of others, on itself/,
  ],
  [
    "a circle",
    { parameters: { a: when("b", 1), b: when("c", 1), c: when("a", 1) } },
    /^space: whether "a" applies depends/,
  ],
  [
    "a value that is never",
    { parameters: { a: [1, 2], b: when("a", [1, 3]) } },
    /^space: "b" applies when "a" is 3, which it never is/,
  ],
  [
    "null that is never",
    { parameters: { a: [1, 2], b: when("a", [null]) } },
    /"a" is null, which it never is/,
  ],
  ["no value at all", { parameters: { a: [1, 2], b: when("a", []) } }, /"a" is \[\], which it never is/],
  [
    "one real number",
    { parameters: { x: { type: "uniform", low: 0, high: 1 }, b: when("x", 0.5) } },
    /"x" is 0\.5, but that is any real number/,
  ],
] as const) {
  test(`refused: ${title}`, refusesSpace, input, message);
}

test("as many parameters as are allowed, and no more", (t) => {
  const parameters = (n: number) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`p${i}`, i]));
  t.is(new Space({ parameters: parameters(MOST_PARAMETERS) }).parameters.length, MOST_PARAMETERS);
  t.throws(() => new Space({ parameters: parameters(MOST_PARAMETERS + 1) }), {
    code: "usage",
    message: "space: 257 parameters, at most 256 are allowed",
  });
  // A chain of conditions, last first: as deep as it can be.
  const chain = Object.fromEntries(
    Array.from({ length: MOST_PARAMETERS }, (_, k): [string, ParameterSpec] => {
      const i = MOST_PARAMETERS - 1 - k;
      return [`p${i}`, i === 0 ? [1, 2] : when(`p${i - 1}`, 1)];
    }),
  );
  t.is(
    Object.keys(new Space({ parameters: chain }).decode(new Float64Array(MOST_PARAMETERS))).length,
    MOST_PARAMETERS,
  );
});

test("names that objects inherit are names like any other", (t) => {
  const space = new Space({
    parameters: {
      toString: [1, 2],
      hasOwnProperty: { type: "choice", values: [3], when: { toString: 1 } } as ParameterSpec,
      "model.valueOf": 4,
    },
    constraints: ["toString < 3", "model.valueOf == 4"],
  });
  t.deepEqual(Object.entries(space.decode([0.9, 0, 0])), [
    ["toString", 2],
    ["model.valueOf", 4],
  ]);
  t.throws(() => space.accept({} as Parameters), { message: "parameters: toString is missing" });
});

test("the first draw that satisfies the constraints is taken; after enough of them it is given up", (t) => {
  const space = new Space({
    parameters: { k: { type: "integer", low: 1, high: 10 } },
    constraints: ["k > 7"],
  });
  const draws: number[] = [];
  const found = space.firstSatisfied((attempt) => {
    draws.push(attempt);
    return [attempt / 10];
  });
  t.deepEqual(found, { k: 8 });
  t.deepEqual(draws, [0, 1, 2, 3, 4, 5, 6, 7]);
  let count = 0;
  t.throws(() => space.firstSatisfied(() => [0 * ++count]), {
    code: "usage",
    message: /^space: none of 10000 draws satisfies the constraints \("k > 7"\): loosen them/,
  });
  t.is(count, MOST_ATTEMPTS);
});

test("−0 is 0, so that what is stored and read again is the same", (t) => {
  const space = new Space({
    parameters: {
      c: [-0, 1],
      d: -0,
      k: { type: "integer", low: -0, high: 3 },
      x: { type: "uniform", low: -0, high: 1 },
    },
  });
  for (const values of [space.decode([0, 0, 0, 0]), space.accept({ c: -0, d: -0, k: -0, x: -0 })]) {
    for (const value of Object.values(values)) t.true(Object.is(value, 0));
  }
});
