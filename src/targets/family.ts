import { PlateauError, quote } from "../errors.js";
import { buildTarget } from "./define.js";
import type { Target, TargetDefinition } from "./target.js";

/** A number that a family of targets is chosen by. */
export interface TargetParameter {
  readonly name: string;
  readonly description: string;
  readonly default: number;
  readonly least: number;
  readonly most: number;
  /** Whole numbers only. */
  readonly whole?: boolean;
}

/** What `family` is called with: a number for each parameter. */
export type TargetValues<P extends string = string> = Readonly<Record<P, number>>;

/** Targets by name and parameters: `sine(3)`, `weierstrass(a=0.5, b=3)`, `sine`. */
export interface TargetFamily {
  readonly name: string;
  /** One line. */
  readonly description: string;
  readonly parameters: readonly TargetParameter[];
  /** @throws PlateauError `usage` where a value is not allowed, naming what is */
  make(values?: Partial<TargetValues>): Target;
}

/** Rows of a target that no study gives sizes to. */
const sizes = { train: 100_000, validation: 10_000, test: 10_000 };

interface FamilyDefinition<P extends string> {
  readonly name: string;
  readonly description: string;
  readonly parameters: { readonly [name in P]: Omit<TargetParameter, "name"> };
  /** All but what follows from the family; numbers a token: 1. */
  define(
    values: TargetValues<P>,
  ): Omit<TargetDefinition, "name" | "description" | "sizes" | "dim"> &
    Partial<Pick<TargetDefinition, "description">>;
}

/** A family of targets from their definition for given parameters. */
export function targetFamily<P extends string = never>(definition: FamilyDefinition<P>): TargetFamily {
  const { name, description } = definition;
  const parameters = Object.entries<Omit<TargetParameter, "name">>(definition.parameters).map(
    ([key, parameter]) => ({ name: key, ...parameter }),
  );
  return {
    name,
    description,
    parameters,
    make(given = {}) {
      const values = Object.fromEntries(
        parameters.map((parameter) => [parameter.name, checked(name, parameter, given[parameter.name])]),
      ) as TargetValues<P>;
      const list = Object.values<number>(values).join(", ");
      const full = parameters.length > 0 ? `${name}(${list})` : name;
      return buildTarget({ description, sizes, dim: 1, ...definition.define(values), name: full });
    },
  };
}

/** A target that is the only one of its kind. */
export function single(target: Target): TargetFamily {
  const { name, description } = target;
  return { name, description, parameters: [], make: () => target };
}

/** How a family's name is written with its parameters: `weierstrass(a=0.5, b=3)`. */
export function signature({ name, parameters }: TargetFamily): string {
  if (parameters.length === 0) return name;
  return `${name}(${parameters.map((parameter) => `${parameter.name}=${parameter.default}`).join(", ")})`;
}

function checked(family: string, parameter: TargetParameter, value = parameter.default): number {
  const { name, least, most, whole } = parameter;
  if (value >= least && value <= most && (!whole || Number.isInteger(value))) return value;
  throw new PlateauError("usage", `target ${family}: ${name} is ${quote(value)}: ${allowed(parameter)}`);
}

function allowed({ description, least, most, whole }: TargetParameter): string {
  return `${description}, ${whole ? "a whole number" : "a number"} from ${least} to ${most}`;
}

/**
 * The values that `0.5, 3` or `a=0.5, b=3` gives to a family's parameters, in order or by name.
 * @throws PlateauError `usage`
 */
export function parseValues({ name, parameters }: TargetFamily, text: string): Partial<TargetValues> {
  const known = parameters.map((parameter) => `${parameter.name} (${allowed(parameter)})`).join("; ");
  const refuse = (what: string) =>
    new PlateauError(
      "usage",
      `target ${name}(${text}): ${what}; ${known ? `its parameters: ${known}` : "it has no parameters"}`,
    );
  const values: Record<string, number> = Object.create(null);
  const parts = text.trim() === "" ? [] : text.split(",");
  if (parts.length > parameters.length) throw refuse(`${parts.length} parameters given`);
  parts.forEach((part, i) => {
    const [left, right, ...rest] = part.split("=").map((side) => side.trim());
    const key = right === undefined ? parameters[i].name : left;
    const written = right ?? left;
    if (rest.length > 0 || !parameters.some((parameter) => parameter.name === key)) {
      throw refuse(`unknown parameter ${quote(key)}`);
    }
    if (key in values) throw refuse(`${key} is given twice`);
    if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(written)) {
      throw refuse(`${quote(written)} is no number`);
    }
    values[key] = Number(written);
  });
  return values;
}
