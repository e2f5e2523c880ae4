import jsep, { type Expression } from "jsep";
import { PlateauError, quote } from "../../errors.js";
import type { Parameters, ParameterValue } from "./parameter.js";

/** What must hold among the parameters of a trial. */
export interface Constraint {
  readonly text: string;
  /** Whether it holds. True where it names a parameter that does not apply. */
  holds(values: Parameters): boolean;
}

const LENGTH_LIMIT = 500;
const DEPTH_LIMIT = 50;

/** What of jsep's parser class is used; its type declarations leave the class out. */
declare class Parser {
  readonly expr: string;
  index: number;
  constructor(text: string);
  parse(): Expression;
  gobbleToken(): Expression | false | undefined;
  throwError(message: string): never;
}
const { Jsep } = jsep as unknown as { Jsep: typeof Parser };

/** A subclass, so that hostile nesting ends before the stack does. */
class ConstraintParser extends Jsep {
  #depth = 0;

  override gobbleToken(): Expression | false | undefined {
    if (++this.#depth > DEPTH_LIMIT) this.throwError(`nested more than ${DEPTH_LIMIT} deep`);
    const node = super.gobbleToken();
    this.#depth--;
    return node;
  }
}

type Value = ParameterValue | undefined;
type Node = (values: Parameters) => Value;

const arithmetic: Record<string, (a: number, b: number) => number> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "%": (a, b) => a % b,
};
const comparisons: Record<string, (a: number, b: number) => boolean> = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};

/**
 * Reads a condition on parameters: names, numbers, "texts", true and false, joined by + - * / %,
 * < <= > >= == !=, && || !, and `a divides b`.
 * @param names the parameters that there are
 * @throws PlateauError `usage` quoting the text and what is wrong with it
 */
export function parseConstraint(text: string, names: ReadonlySet<string>): Constraint {
  const fail = (problem: string): never => {
    throw new PlateauError("usage", `space: constraint ${quote(text)}: ${problem}`);
  };
  if (text.length > LENGTH_LIMIT) fail(`${text.length} characters, at most ${LENGTH_LIMIT} are allowed`);
  // The one operator that jsep does not know stands between two whole sides.
  const sides = text.split(/\bdivides\b/);
  if (sides.length > 2) fail("`divides` stands there more than once");
  const used = new Set<string>();
  const [left, right] = sides.map((side) => compile(read(side, fail), names, used, fail));
  const condition: Node = right
    ? (values) => {
        const divisor = left(values);
        return typeof divisor === "number" && divisor !== 0 && Number(right(values)) % divisor === 0;
      }
    : left;
  return {
    text,
    holds(values) {
      for (const name of used) if (!Object.hasOwn(values, name)) return true;
      return condition(values) === true;
    },
  };
}

function read(text: string, fail: (problem: string) => never): Expression {
  try {
    return new ConstraintParser(text).parse();
  } catch (cause) {
    const { index, description } = cause as { index?: number; description?: string };
    if (index === undefined || description === undefined) throw cause;
    return fail(`${description.toLowerCase()} at character ${index + 1}`);
  }
}

function compile(
  node: Expression,
  names: ReadonlySet<string>,
  used: Set<string>,
  fail: (problem: string) => never,
): Node {
  const part = (child: unknown) => compile(child as Expression, names, used, fail);
  switch (node.type) {
    case "Literal": {
      const value = node["value"] as ParameterValue;
      return () => value;
    }
    case "Identifier":
    case "MemberExpression": {
      const name = nameOf(node, fail);
      if (!names.has(name)) fail(`${quote(name)} is no parameter (known: ${[...names].join(", ")})`);
      used.add(name);
      return (values) => values[name];
    }
    case "UnaryExpression": {
      const of = part(node["argument"]);
      if (node["operator"] === "!") return (values) => of(values) !== true;
      if (node["operator"] === "-") return (values) => -Number(of(values));
      return fail(`unknown operator ${quote(node["operator"])}`);
    }
    case "LogicalExpression":
    case "BinaryExpression":
      return binary(String(node["operator"]), part(node["left"]), part(node["right"]), fail);
    default:
      return fail('expected one condition, such as "heads divides dModel" or "warmup < steps"');
  }
}

function binary(operator: string, left: Node, right: Node, fail: (problem: string) => never): Node {
  if (operator === "&&") return (values) => left(values) === true && right(values) === true;
  if (operator === "||") return (values) => left(values) === true || right(values) === true;
  if (operator === "==" || operator === "===") return (values) => left(values) === right(values);
  if (operator === "!=" || operator === "!==") return (values) => left(values) !== right(values);
  const compare = Object.hasOwn(comparisons, operator) ? comparisons[operator] : undefined;
  if (compare) return (values) => compare(Number(left(values)), Number(right(values)));
  const compute = Object.hasOwn(arithmetic, operator) ? arithmetic[operator] : undefined;
  if (compute) return (values) => compute(Number(left(values)), Number(right(values)));
  return fail(`unknown operator ${quote(operator)}`);
}

/** Names with dots are read by jsep as members of objects. */
function nameOf(node: Expression, fail: (problem: string) => never): string {
  if (node.type === "Identifier") return String(node["name"]);
  if (node.type !== "MemberExpression" || node["computed"]) return fail("a name is expected before a dot");
  const { object, property } = node as unknown as { object: Expression; property: Expression };
  return `${nameOf(object, fail)}.${nameOf(property, fail)}`;
}
