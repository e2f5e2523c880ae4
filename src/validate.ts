import * as v from "valibot";
import { PlateauError, quote } from "./errors.js";

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

export const seedNumber = whole(0);
export const flag = v.boolean("expected true or false");

/** One of some names. */
export const oneOf = <const T extends readonly string[]>(names: T) =>
  v.picklist(names, `expected one of ${names.join(", ")}`);

/**
 * Checks `input` and fills in defaults.
 * @throws PlateauError `usage`: `what: path is value: what was expected`
 */
export function check<S extends v.GenericSchema>(what: string, schema: S, input: unknown): v.InferOutput<S> {
  const result = v.safeParse(schema, input, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = (issue.path ?? []).map(({ key }) => String(key)).join(".");
  const name = path ? `${what}: ${path}` : what;
  if (issue.type === "strict_object" && issue.expected === "never") {
    const known = "entries" in schema ? ` (known: ${Object.keys(schema.entries as object).join(", ")})` : "";
    throw new PlateauError("usage", `${name} is no option${known}`);
  }
  throw new PlateauError("usage", `${name} is ${quote(issue.input)}: ${issue.message}`);
}
