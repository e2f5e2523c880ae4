import * as v from "valibot";
import { PlateauError, quote } from "../../errors.js";
import { check } from "../../validate.js";
import { type Constraint, parseConstraint } from "./constraint.js";
import {
  defineParameter,
  type Parameter,
  type ParameterSpec,
  type Parameters,
  plain,
  type When,
} from "./parameter.js";

/** A space as users write it, in code, JSON or YAML. */
export interface SpaceInput {
  readonly parameters: Readonly<Record<string, ParameterSpec>>;
  /** Conditions such as "heads divides dModel" or "warmup < steps": all must hold. See `parseConstraint`. */
  readonly constraints?: readonly string[];
}

/** Draws that a sampler makes to satisfy constraints before it gives up. */
export const MOST_ATTEMPTS = 10_000;
/** Parameters that a space may have. */
export const MOST_PARAMETERS = 256;

const scalar = v.union([v.number(), v.string(), v.boolean(), v.null_()]);
const when = v.optional(v.record(v.string(), v.union([scalar, v.array(scalar)])));
const parameterSchema = v.union(
  [
    scalar,
    v.array(scalar),
    v.variant("type", [
      v.strictObject({ type: v.literal("uniform"), low: v.number(), high: v.number(), when }),
      v.strictObject({ type: v.literal("log-uniform"), low: v.number(), high: v.number(), when }),
      v.strictObject({
        type: v.literal("integer"),
        low: v.number(),
        high: v.number(),
        step: v.optional(v.number()),
        log: v.optional(v.boolean()),
        when,
      }),
      v.strictObject({ type: v.literal("choice"), values: v.array(scalar), when }),
      v.strictObject({ type: v.literal("constant"), value: scalar, when }),
    ]),
  ],
  "expected a value, a list of values, or an object with type uniform, log-uniform, integer (each with low and high), choice (values) or constant (value)",
);
const spaceSchema = v.strictObject({
  parameters: v.record(v.string(), parameterSchema),
  constraints: v.optional(v.array(v.string('expected a text such as "heads divides dModel"')), []),
});

/** The parameters that a sweep varies, which of them apply when, and what must hold among them. */
export class Space {
  /** In the order in which they were given. */
  readonly parameters: readonly Parameter[];
  readonly constraints: readonly Constraint[];
  /** What it was made of: plain data. */
  readonly input: SpaceInput;
  /** Indices of `parameters`, those that `when` asks for before those that ask. */
  readonly #order: readonly number[];
  /** Whether there are parameters that do not always apply. */
  readonly #conditional: boolean;

  /** @throws PlateauError `usage` naming the parameter or constraint that makes no sense */
  constructor(input: SpaceInput) {
    // Before valibot, which leaves out what it thinks dangerous without a word.
    for (const [name, spec] of Object.entries(Object((input as Partial<SpaceInput> | null)?.parameters))) {
      requireName(name);
      Object.keys(Object((spec as { when?: When } | null)?.when)).forEach(requireName);
    }
    const checked = check("space", spaceSchema, input);
    const names = Object.keys(checked.parameters);
    if (names.length === 0) throw new PlateauError("usage", "space: it has no parameters: give at least one");
    if (names.length > MOST_PARAMETERS) {
      throw new PlateauError(
        "usage",
        `space: ${names.length} parameters, at most ${MOST_PARAMETERS} are allowed`,
      );
    }
    this.input = checked as SpaceInput;
    this.parameters = names.map((name) => defineParameter(name, checked.parameters[name] as ParameterSpec));
    this.#order = inOrder(this.parameters);
    this.#conditional = this.parameters.some(({ when }) => when !== undefined);
    const byName = new Map(this.parameters.map((parameter) => [parameter.name, parameter]));
    this.constraints = checked.constraints.map((text) => parseConstraint(text, byName));
  }

  /**
   * The parameters at a point of the unit cube, those left out that do not apply.
   * @param u a number in [0, 1) for each of `parameters`
   */
  decode(u: ArrayLike<number>): Parameters {
    if (!this.#conditional) {
      const found: Record<string, Parameters[string]> = {};
      for (let i = 0; i < this.parameters.length; i++) {
        found[this.parameters[i].name] = this.parameters[i].decode(u[i]);
      }
      return found;
    }
    const values = new Map<string, Parameters[string]>();
    for (const i of this.#order) {
      const parameter = this.parameters[i];
      if (applies(parameter, values)) values.set(parameter.name, parameter.decode(u[i]));
    }
    return this.#inGivenOrder(values);
  }

  /** Whether all constraints hold. One that names a parameter that does not apply holds. */
  satisfied(values: Parameters): boolean {
    return this.constraints.every(({ holds }) => holds(values));
  }

  /** Whether a parameter applies beside the values of others. */
  applies(parameter: Parameter, values: Parameters): boolean {
    return applies(parameter, new Map(Object.entries(values)));
  }

  /**
   * Holds parameters that a user chose to the space.
   * @returns them in the space's own order
   * @throws PlateauError `usage` naming the first that is missing, unknown, out of range or unsatisfied
   */
  accept(given: Parameters): Parameters {
    const fail = (problem: string): never => {
      throw new PlateauError("usage", `parameters: ${problem}`);
    };
    if (given === null || typeof given !== "object" || Array.isArray(given)) {
      fail(`${quote(given)} is no object of values by name`);
    }
    const values = new Map<string, Parameters[string]>();
    for (const i of this.#order) {
      const parameter = this.parameters[i];
      const { name } = parameter;
      const present = Object.hasOwn(given, name);
      if (!applies(parameter, values)) {
        if (present) fail(`${name} does not apply here (when ${quote(parameter.when)}): leave it out`);
        continue;
      }
      if (!present) fail(`${name} is missing`);
      if (!parameter.has(given[name])) fail(`${name} is ${quote(given[name])}: ${expected(parameter)}`);
      values.set(name, plain(given[name]));
    }
    for (const name of Object.keys(given)) {
      if (!values.has(name)) fail(`${quote(name)} is no parameter of the space`);
    }
    const accepted = this.#inGivenOrder(values);
    const broken = this.constraints.find(({ holds }) => !holds(accepted));
    if (broken) fail(`${quote(broken.text)} does not hold`);
    return accepted;
  }

  /**
   * The first of many draws that satisfies the constraints.
   * @param draw the point of the unit cube of an attempt, counted from 0
   * @throws PlateauError `usage` after `MOST_ATTEMPTS` draws
   */
  firstSatisfied(draw: (attempt: number) => ArrayLike<number>): Parameters {
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      const values = this.decode(draw(attempt));
      if (this.satisfied(values)) return values;
    }
    throw this.unsatisfiable();
  }

  /** The error to throw where no draw satisfies the constraints. */
  unsatisfiable(): PlateauError {
    const list = this.constraints.map(({ text }) => quote(text)).join(", ");
    return new PlateauError(
      "usage",
      `space: none of ${MOST_ATTEMPTS} draws satisfies the constraints (${list}): loosen them, or narrow the ranges`,
    );
  }

  #inGivenOrder(values: ReadonlyMap<string, Parameters[string]>): Parameters {
    const found: Record<string, Parameters[string]> = {};
    for (const { name } of this.parameters) if (values.has(name)) found[name] = values.get(name)!;
    return found;
  }
}

const WORD = /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/;
/** Parts of names that reach into an object's prototype where names become paths of objects. */
const DANGEROUS = new Set(["__proto__", "prototype", "constructor"]);
/** What means something else in a constraint. */
const RESERVED = new Set(["true", "false", "null", "this", "divides"]);

function requireName(name: string): void {
  const parts = name.split(".");
  if (WORD.test(name) && !RESERVED.has(parts[0]) && !parts.some((part) => DANGEROUS.has(part))) return;
  const why = WORD.test(name) ? "that word is reserved" : "use letters, digits, _ and dots";
  throw new PlateauError("usage", `space: ${quote(name)} is no name of a parameter: ${why}`);
}

/** What a parameter may be, for messages. */
function expected({ kind, range, step, values }: Parameter): string {
  if (values) return `expected ${values.length > 1 ? `one of ${quote(values)}` : quote(values[0])}`;
  const { low, high } = range!;
  if (kind !== "integer") return `expected a number from ${low} to ${high}`;
  return `expected a whole number from ${low} to ${high}${step === 1 ? "" : ` in steps of ${step}`}`;
}

function applies({ when }: Parameter, values: ReadonlyMap<string, unknown>): boolean {
  return Object.entries(when ?? {}).every(([name, wanted]) => {
    if (!values.has(name)) return false;
    const list: readonly unknown[] = Array.isArray(wanted) ? wanted : [wanted];
    return list.includes(values.get(name));
  });
}

function inOrder(parameters: readonly Parameter[]): number[] {
  const index = new Map(parameters.map(({ name }, i) => [name, i]));
  const order: number[] = [];
  const state = new Uint8Array(parameters.length);
  const visit = (i: number) => {
    if (state[i] === 2) return;
    const { name, when } = parameters[i];
    if (state[i] === 1) {
      throw new PlateauError(
        "usage",
        `space: whether ${quote(name)} applies depends, by way of others, on itself`,
      );
    }
    state[i] = 1;
    for (const [other, wanted] of Object.entries(when ?? {})) {
      const at = index.get(other);
      if (at === undefined) {
        throw new PlateauError(
          "usage",
          `space: ${quote(name)} applies when ${quote(other)} …, which is no parameter`,
        );
      }
      const list: readonly unknown[] = Array.isArray(wanted) ? wanted : [wanted];
      if (parameters[at].cardinality === Number.POSITIVE_INFINITY) {
        throw new PlateauError(
          "usage",
          `space: ${quote(name)} applies when ${quote(other)} is ${quote(wanted)}, but that is any real number: make it a choice or an integer`,
        );
      }
      const foreign = list.filter((value) => !parameters[at].has(value));
      if (list.length === 0 || foreign.length > 0) {
        throw new PlateauError(
          "usage",
          `space: ${quote(name)} applies when ${quote(other)} is ${quote(list.length === 0 ? wanted : foreign[0])}, which it never is`,
        );
      }
      visit(at);
    }
    state[i] = 2;
    order.push(i);
  };
  for (let i = 0; i < parameters.length; i++) visit(i);
  return order;
}
