import * as v from "valibot";
import { PlateauError, quote } from "../errors.js";
import { check, count, whole } from "../validate.js";
import { buildTarget } from "./define.js";
import { type BatchFunction, pointwise } from "./function.js";
import { outward } from "./ranges.js";
import { isKnown } from "./registry.js";
import { seenRange } from "./seen-range.js";
import type { Range, Sample, Split, Target, TargetDefinition } from "./target.js";

/** A function of your own with its domain: what `defineTarget` makes a target of. */
export interface TargetInput {
  /** What results call it: no name of plateau's own. */
  readonly name: string;
  /** An interval for each input token. Data are uniform on their box. */
  readonly domain: readonly (readonly [low: number, high: number])[];
  /** Output tokens. Default 1. */
  readonly outputs?: number;
  /**
   * f(x) of x [tokens], in float64: a number where there is one output, else `outputs` numbers. A function of x alone,
   * the same each time. Engines differ in the last bits of Math.exp and the like, and so will results then.
   */
  readonly value: (x: Float64Array) => number | ArrayLike<number>;
  /** The Jacobian [outputs, tokens] at x: for one output the gradient (a number where there is one token). */
  readonly jacobian?: (x: Float64Array) => number | ArrayLike<number>;
  /**
   * An interval that holds every output; quantisation spans it. Default: what the function takes on 4096 seeded points
   * and the box's two end points, widened by a twentieth either way: a good guess, no bound.
   */
  readonly range?: readonly [low: number, high: number];
  /** One line. */
  readonly description?: string;
  /** How smooth it is: "analytic", "C^0, Hölder 1/2". Default "not known". */
  readonly smoothness?: string;
  /** Numbers of a token unless another is asked for: as many copies of the function side by side. Default 1. */
  readonly dim?: number;
  /** Samples of each part. Default 100,000 to train, 10,000 to validate and to test. */
  readonly sizes?: Partial<Readonly<Record<Split, number>>>;
}

const text = v.pipe(
  v.string("expected a text"),
  v.regex(/^\S([^\n]{0,198}\S)?$/u, "expected 1 to 200 characters"),
);
const interval = v.pipe(
  v.tuple([v.number("expected a number"), v.number("expected a number")], "expected [low, high]"),
  v.check(
    ([low, high]) => Number.isFinite(Math.fround(low)) && Number.isFinite(Math.fround(high)) && low < high,
    "expected [low, high], finite, low below high",
  ),
);
const callback = v.function("expected a function of x");
const schema = v.strictObject({
  name: text,
  domain: v.pipe(
    v.array(interval, "expected a list of intervals, [[low, high], …]"),
    v.minLength(1, "expected an interval for each input token"),
  ),
  outputs: v.optional(whole(1, 65536), 1),
  value: callback,
  jacobian: v.optional(callback),
  range: v.optional(interval),
  description: v.optional(text, "a function of the user's own"),
  smoothness: v.optional(text, "not known"),
  dim: v.optional(whole(1, 65536), 1),
  sizes: v.optional(
    v.strictObject({ train: v.optional(count), validation: v.optional(count), test: v.optional(count) }),
    {},
  ),
});

/**
 * A target from a function of your own: trained on by `run`, analysed, bounded and constructed as plateau's are. What
 * is stored of a run says which function it was (`ownTarget`), and asks for it when it is continued or repeated.
 * @throws PlateauError `usage` where a part is missing or makes no sense, the name is one of plateau's, or the function
 * has no finite value somewhere
 */
export function defineTarget(input: TargetInput): Target {
  const { domain, range, sizes, ...checked } = check("target", schema, input);
  const { name, outputs, jacobian } = checked;
  if (isKnown(name)) {
    throw new PlateauError(
      "usage",
      `target: name is ${quote(name)}, which plateau has a target of: choose another`,
    );
  }
  const draws = domain.map(([low, high]): Range => ({ low, high }));
  const inputs = draws.length;
  const f = pointwise({
    name,
    inputs,
    outputs,
    value: input.value,
    ...(jacobian ? { jacobian: input.jacobian } : {}),
  });
  const value = (x: Float64Array, y: Float64Array) => y.set(f.evaluate(x, 1));
  return buildTarget({
    ...checked,
    own: true,
    inputs,
    draws,
    sizes: { train: 100_000, validation: 10_000, test: 10_000, ...defined(sizes) },
    range: range ? outward(range[0], range[1]) : seenRange(`target ${name}`, { value, outputs }, draws),
    value,
    ...(f.vjp ? { pullback: adding(f.vjp) } : {}),
  });
}

/** A pullback, which adds to a gradient. */
function adding(vjp: NonNullable<BatchFunction["vjp"]>): TargetDefinition["pullback"] {
  return (x, w, g) => {
    const gradient = vjp(x, w, 1);
    for (let i = 0; i < g.length; i++) g[i] += gradient[i];
  };
}

/** Without fields that are there and undefined. */
const defined = (sizes: Partial<Record<Split, number | undefined>>): Partial<Record<Split, number>> =>
  Object.fromEntries(Object.entries(sizes).filter(([, size]) => size !== undefined));

/** What is stored of a target that no name finds again: enough to see whether another is the same. */
export interface TargetRecord {
  readonly inputs: number;
  readonly outputs: number;
  readonly domain: readonly (readonly [low: number, high: number])[];
  readonly range: readonly [low: number, high: number];
  /** Outputs of the first training rows under seed 0: null where a number is none. */
  readonly values: readonly (number | null)[];
}

const RECORDED = 16;

/** The record of a target of the user's own. */
export function recordOf({ inputs, outputs, draws, range, sample }: Target): TargetRecord {
  const { y }: Sample = sample("train", { start: 0, count: RECORDED }, 1, 0);
  return {
    inputs,
    outputs,
    domain: draws.map(({ low, high }) => [low, high] as const),
    range: [range.low, range.high],
    values: Array.from(y, (value) => (Number.isFinite(value) ? value : null)),
  };
}

/** Whether a value is a target, of plateau's own or made by `defineTarget`. */
export function isTarget(value: unknown): value is Target {
  const { name, sample, fill, asFunction, domainOf } = (value ?? {}) as Partial<Target>;
  return (
    typeof name === "string" && [sample, fill, asFunction, domainOf].every((one) => typeof one === "function")
  );
}
