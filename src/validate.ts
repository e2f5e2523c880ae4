import * as v from "valibot";
import { kindOf, PlateauError, quote } from "./errors.js";

// Building blocks of the schemas that descriptions and options are checked by, once, at the edge.
// valibot rather than zod: it loads in 10 ms, zod in 100 (node -e 'import("…")', medians of three).

/** A whole number in [least, most]. */
export const whole = (least: number, most: number = Number.MAX_SAFE_INTEGER) =>
  v.pipe(
    v.number("expected a whole number"),
    v.integer("expected a whole number"),
    v.minValue(least, `expected at least ${least}`),
    v.maxValue(most, `expected at most ${most}`),
  );

/** Sizes of models and data. */
export const count = whole(1, 2 ** 24);

export const positive = v.pipe(
  v.number("expected a number above 0"),
  v.finite("expected a finite number"),
  v.gtValue(0, "expected a number above 0"),
);

/** A number in [least, most]. */
export const within = (least: number, most: number) =>
  v.pipe(
    v.number(`expected a number from ${least} to ${most}`),
    v.minValue(least, `expected a number from ${least} to ${most}`),
    v.maxValue(most, `expected a number from ${least} to ${most}`),
  );

/** A number in [0, 1): a probability that leaves something over. */
export const share = v.pipe(
  v.number("expected a number from 0 to below 1"),
  v.minValue(0, "expected a number from 0 to below 1"),
  v.ltValue(1, "expected a number below 1"),
);

export const nonNegative = v.pipe(
  v.number("expected a number, 0 or more"),
  v.finite("expected a finite number"),
  v.minValue(0, "expected a number, 0 or more"),
);

/** A number above 0 that float32 holds with all its digits, `least` or more. */
export const float32 = (least = 2 ** -126) =>
  v.pipe(
    positive,
    v.minValue(least, `expected a number from ${least.toPrecision(3)} up: float32 holds no smaller ones`),
    v.maxValue(MOST_FLOAT32, "expected a number up to 3.40e+38: float32 holds no larger ones"),
  );

/** The largest float32. */
export const MOST_FLOAT32 = 3.4028234663852886e38;

export const seedNumber = whole(0);
export const flag = v.boolean("expected true or false");

/** One of some names. */
export const oneOf = <const T extends readonly string[]>(names: T) =>
  v.picklist(names, `expected one of ${names.join(", ")}`);

/** @throws PlateauError `usage` unless `value` is a Float32Array */
export function requireFloats(name: string, value: unknown): asserts value is Float32Array {
  if (value instanceof Float32Array) return;
  throw new PlateauError("usage", `${name} is ${kindOf(value)}: expected a Float32Array`);
}

/** @throws PlateauError `usage` unless `value` is an object, and no array */
export function requireObject<T extends object>(what: string, value: T): T {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new PlateauError("usage", `${what} is ${kindOf(value)}: expected an object`);
}

/**
 * Checks `input` and fills in defaults.
 * @throws PlateauError `usage`: `what: path is value: what was expected`, or `what: path is missing: …`
 */
export function check<S extends v.GenericSchema>(what: string, schema: S, input: unknown): v.InferOutput<S> {
  // valibot takes an array for an object without keys.
  if ("entries" in schema && Array.isArray(input)) {
    throw new PlateauError("usage", `${what} is ${quote(input)}: expected an object`);
  }
  const result = v.safeParse(schema, input, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const keys = (issue.path ?? []).map(({ key }) => String(key));
  const path = keys.join(".");
  const name = path ? `${what}: ${path}` : what;
  if (issue.type === "strict_object" && issue.expected === "never") {
    const known = "entries" in schema ? ` (known: ${Object.keys(schema.entries as object).join(", ")})` : "";
    throw new PlateauError("usage", `${name} is no option${known}`);
  }
  if (issue.input === undefined) {
    const wanted = expectedAt(schema, keys);
    throw new PlateauError("usage", `${name} is missing${wanted ? `: ${wanted}` : ""}`);
  }
  throw new PlateauError("usage", `${name} is ${quote(issue.input)}: ${expectation(issue)}`);
}

/** What a schema expects at a path, in its own words; undefined where it is no object of schemas. */
function expectedAt(schema: v.GenericSchema, keys: readonly string[]): string | undefined {
  type Node = { entries?: Record<string, v.GenericSchema>; wrapped?: Node };
  let at: v.GenericSchema | undefined = schema;
  for (const key of keys) {
    const node: Node | undefined = at as Node | undefined;
    at = (node?.wrapped ?? node)?.entries?.[key];
  }
  const found = at && v.safeParse(at, undefined);
  return found?.issues && expectation(found.issues[0]);
}

const nouns: Record<string, string> = {
  Object: "an object",
  Array: "an array",
  string: "a string",
  number: "a number",
  boolean: "true or false",
};

/** The words of the schema, or where it has none of its own, what type valibot expected. */
function expectation({ message, expected }: v.BaseIssue<unknown>): string {
  if (!message.startsWith("Invalid ") || expected === null) return message;
  return `expected ${nouns[expected] ?? expected}`;
}
