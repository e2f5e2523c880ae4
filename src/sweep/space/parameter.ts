import { PlateauError, quote } from "../../errors.js";
import { exp, log } from "../../targets/math.js";

/** What a parameter may be. */
export type ParameterValue = number | string | boolean | null;

/** The parameters of a trial by name; those that do not apply to it (`when`) are absent. */
export type Parameters = Readonly<Record<string, ParameterValue>>;

/** Applies only where other parameters have one of these values. */
export type When = Readonly<Record<string, ParameterValue | readonly ParameterValue[]>>;

/** How a parameter is described: a plain value is a constant, a list is a choice. */
export type ParameterSpec =
  | ParameterValue
  | readonly ParameterValue[]
  | { type: "uniform"; low: number; high: number; when?: When }
  | { type: "log-uniform"; low: number; high: number; when?: When }
  | { type: "integer"; low: number; high: number; step?: number; log?: boolean; when?: When }
  | { type: "choice"; values: readonly ParameterValue[]; when?: When }
  | { type: "constant"; value: ParameterValue; when?: When };

/** How a parameter varies. */
export type ParameterKind = "uniform" | "log-uniform" | "integer" | "choice" | "constant";

/** One parameter of a space. Every kind is a function of one number, uniform on [0, 1). */
export interface Parameter {
  readonly name: string;
  readonly kind: ParameterKind;
  readonly when?: When;
  /** How many values there are: Infinity where they are real numbers. */
  readonly cardinality: number;
  /** Numbers from low to high, by their logarithm where `log`; absent of choices and constants. */
  readonly range?: { readonly low: number; readonly high: number; readonly log: boolean };
  /** Of integers. */
  readonly step?: number;
  /** Of choices (in their order) and constants. */
  readonly values?: readonly ParameterValue[];
  /** The value at u, 0 ≤ u < 1. */
  decode(u: number): ParameterValue;
  /** A u, 0 ≤ u ≤ 1, whose value this is; of integers and choices the middle of them. */
  encode(value: ParameterValue): number;
  /** Whether the parameter can have this value. */
  has(value: unknown): boolean;
}

type Numeric = { low: number; high: number; step?: number; log?: boolean };

/** @throws PlateauError `usage` quoting what makes no sense of the description */
export function defineParameter(name: string, spec: ParameterSpec): Parameter {
  if (spec === null || typeof spec !== "object") return constant(name, spec as ParameterValue);
  if (Array.isArray(spec)) return choice(name, spec as readonly ParameterValue[]);
  const described = spec as Exclude<ParameterSpec, ParameterValue | readonly ParameterValue[]>;
  const { when } = described;
  switch (described.type) {
    case "uniform":
      return { ...uniform(name, described), when };
    case "log-uniform":
      return { ...logUniform(name, described), when };
    case "integer":
      return { ...integer(name, described), when };
    case "choice":
      return { ...choice(name, described.values), when };
    case "constant":
      return { ...constant(name, described.value), when };
  }
}

function uniform(name: string, given: Numeric): Parameter {
  const [low, high] = [plain(given.low), plain(given.high)];
  requireRange(name, low, high);
  return {
    name,
    kind: "uniform",
    cardinality: Number.POSITIVE_INFINITY,
    range: { low, high, log: false },
    decode: (u) => clamp(low + u * (high - low), low, high),
    encode: (value) => (Number(value) - low) / (high - low),
    has: (value) => typeof value === "number" && value >= low && value <= high,
  };
}

function logUniform(name: string, { low, high }: Numeric): Parameter {
  requireRange(name, low, high);
  requirePositive(name, low);
  const [from, to] = [log(low), log(high)];
  return {
    name,
    kind: "log-uniform",
    cardinality: Number.POSITIVE_INFINITY,
    range: { low, high, log: true },
    decode: (u) => clamp(exp(from + u * (to - from)), low, high),
    encode: (value) => clamp((log(Number(value)) - from) / (to - from), 0, 1),
    has: (value) => typeof value === "number" && value >= low && value <= high,
  };
}

/** low, low + step, … up to high; with `log`, n has the probability of [n − ½, n + ½] on a logarithmic scale. */
function integer(name: string, { step = 1, log: logarithmic = false, ...given }: Numeric): Parameter {
  const [low, high] = [plain(given.low), plain(given.high)];
  for (const [what, value] of Object.entries({ low, high, step })) {
    if (Number.isSafeInteger(value)) continue;
    throw refuse(name, `${what} is ${quote(value)}: expected a whole number`);
  }
  if (low > high) throw refuse(name, `low is ${low}, above high (${high})`);
  if (high - low >= Number.MAX_SAFE_INTEGER) {
    throw refuse(name, `from ${low} to ${high} is too far for exact whole numbers`);
  }
  if (step < 1) throw refuse(name, `step is ${step}: expected at least 1`);
  const cardinality = Math.floor((high - low) / step) + 1;
  const last = low + (cardinality - 1) * step;
  const base = {
    name,
    kind: "integer" as const,
    cardinality,
    step,
    range: { low, high: last, log: logarithmic },
  };
  const has = (value: unknown) =>
    typeof value === "number" && value >= low && value <= last && Number.isInteger((value - low) / step);
  if (!logarithmic) {
    return {
      ...base,
      decode: (u) => low + step * Math.min(cardinality - 1, Math.floor(u * cardinality)),
      encode: (value) => ((Number(value) - low) / step + 0.5) / cardinality,
      has,
    };
  }
  requirePositive(name, low);
  if (step !== 1) throw refuse(name, "log and step together make no sense: leave out one of them");
  const [from, to] = [log(low - 0.5), log(high + 0.5)];
  return {
    ...base,
    decode: (u) => clamp(Math.round(exp(from + u * (to - from))), low, high),
    encode: (value) => (log(Number(value)) - from) / (to - from),
    has,
  };
}

function choice(name: string, given: readonly ParameterValue[]): Parameter {
  if (!Array.isArray(given) || given.length === 0) {
    throw refuse(name, `values is ${quote(given)}: expected a list of at least one`);
  }
  const values: readonly ParameterValue[] = given.map(plain);
  for (const [i, value] of values.entries()) {
    requireValue(name, value);
    if (values.indexOf(value) !== i) throw refuse(name, `${quote(value)} stands twice among its values`);
  }
  return {
    name,
    kind: "choice",
    cardinality: values.length,
    values,
    decode: (u) => values[Math.min(values.length - 1, Math.floor(u * values.length))],
    encode: (value) => (values.indexOf(value) + 0.5) / values.length,
    has: (value) => values.includes(value as ParameterValue),
  };
}

function constant(name: string, given: ParameterValue): Parameter {
  const value = plain(given);
  requireValue(name, value);
  return {
    name,
    kind: "constant",
    cardinality: 1,
    values: [value],
    decode: () => value,
    encode: () => 0.5,
    has: (other) => other === value,
  };
}

/** 0 for −0, which JSON does not know: what is stored and read again must be the same value. */
export function plain<V>(value: V): V {
  return value === 0 ? (0 as V) : value;
}

const clamp = (x: number, low: number, high: number) => Math.min(high, Math.max(low, x));

function requireRange(name: string, low: number, high: number): void {
  for (const [what, value] of Object.entries({ low, high })) {
    if (Number.isFinite(value)) continue;
    throw refuse(name, `${what} is ${quote(value)}: expected a finite number`);
  }
  if (!(low < high)) throw refuse(name, `low is ${low}, not below high (${high})`);
  if (!Number.isFinite(high - low)) throw refuse(name, `from ${low} to ${high} is too far for float64`);
}

function requirePositive(name: string, low: number): void {
  if (low > 0) return;
  throw refuse(name, `low is ${low}: a logarithmic range begins above 0`);
}

function requireValue(name: string, value: unknown): void {
  const kind = typeof value;
  if (value === null || kind === "string" || kind === "boolean" || Number.isFinite(value)) return;
  throw refuse(name, `${quote(value)} is no value: expected a finite number, a string, true, false or null`);
}

function refuse(name: string, problem: string): PlateauError {
  return new PlateauError("usage", `space: parameter ${quote(name)}: ${problem}`);
}
