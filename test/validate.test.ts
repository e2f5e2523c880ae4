import test from "ava";
import * as v from "valibot";
import { kindOf, PlateauError } from "../src/errors.js";
import { check, flag, oneOf, whole } from "../src/validate.js";

const schema = v.strictObject({
  rows: whole(1),
  name: v.string(),
  list: v.optional(v.array(whole(0))),
  inner: v.optional(v.strictObject({ kind: oneOf(["a", "b"]), on: flag })),
});
const good = { rows: 1, name: "x" };

const refused: [input: unknown, message: string][] = [
  [{ name: "x" }, "it: rows is missing: expected a whole number"],
  [{ rows: 1 }, "it: name is missing: expected a string"],
  [{ rows: undefined, name: "x" }, "it: rows is missing: expected a whole number"],
  [{ ...good, inner: { on: true } }, "it: inner.kind is missing: expected one of a, b"],
  [{ rows: [], name: "x" }, "it: rows is []: expected a whole number"],
  [{ rows: { a: 1 }, name: "x" }, 'it: rows is {"a":1}: expected a whole number'],
  [{ ...good, name: ["x"] }, 'it: name is ["x"]: expected a string'],
  [{ ...good, list: 3 }, "it: list is 3: expected an array"],
  [{ ...good, list: [0, -1] }, "it: list.1 is -1: expected at least 0"],
  [{ ...good, inner: null }, "it: inner is null: expected an object"],
  [{ ...good, other: 1 }, "it: other is no option (known: rows, name, list, inner)"],
  [[], "it is []: expected an object"],
  ["x", 'it is "x": expected an object'],
  [undefined, "it is missing: expected an object"],
];

test("what does not fit is quoted with its path and with what was expected", (t) => {
  for (const [input, message] of refused) {
    t.throws(() => check("it", schema, input), { instanceOf: PlateauError, code: "usage", message });
  }
});

test("what fits is taken as it is", (t) => {
  t.deepEqual(check("it", schema, good), good);
});

test("kinds of values are named, not shown", (t) => {
  t.deepEqual(
    [[1], new Float64Array(1), {}, new Map(), Object.create(null), null, undefined, 3].map(kindOf),
    ["an array", "a Float64Array", "an object", "a Map", "an object", "null", "undefined", "3"],
  );
});
