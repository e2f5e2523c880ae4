import type { Expression } from "jsep";
import { PlateauError, quote } from "../../errors.js";
import { Jsep } from "../../targets/expression/jsep-parser.js";
import type { Parameter, Parameters, ParameterValue } from "./parameter.js";

/** What must hold among the parameters of a trial. */
export interface Constraint {
  readonly text: string;
  /** Whether it holds. True where it names a parameter that does not apply. */
  holds(values: Parameters): boolean;
}

const LENGTH_LIMIT = 500;
const DEPTH_LIMIT = 50;

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

/** What is known of a part before there are values: `mixed` may be anything. */
type Type = "number" | "text" | "truth" | "null" | "mixed";
interface Part {
  readonly type: Type;
  value(values: Parameters): ParameterValue;
}
type Fail = (problem: string) => never;

const arithmetic: Record<string, (a: number, b: number) => number> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "%": (a, b) => a % b,
};
// Of what jsep knows, this stands where "divides" belongs: below sums, above comparisons.
const DIVIDES = ">>>";
const comparisons: Record<string, (a: number, b: number) => boolean> = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  [DIVIDES]: (a, b) => b % a === 0,
};
const connectives: Record<string, (a: boolean, b: boolean) => boolean> = {
  "&&": (a, b) => a && b,
  "||": (a, b) => a || b,
};
const equalities: Record<string, boolean> = { "==": true, "===": true, "!=": false, "!==": false };

/**
 * Reads a condition on parameters: names, numbers, "texts", true, false and null, joined by + - * / %,
 * < <= > >= == !=, && || !, and `a divides b` (which binds like a comparison).
 * @param parameters those that there are, by name
 * @throws PlateauError `usage` quoting the text and what is wrong with it
 */
export function parseConstraint(text: string, parameters: ReadonlyMap<string, Parameter>): Constraint {
  const fail: Fail = (problem) => {
    throw new PlateauError("usage", `space: constraint ${quote(text)}: ${problem}`);
  };
  if (text.length > LENGTH_LIMIT) fail(`${text.length} characters, at most ${LENGTH_LIMIT} are allowed`);
  const used = new Set<string>();
  const condition = compile(read(text, fail), parameters, used, fail);
  if (condition.type !== "truth" && condition.type !== "mixed") {
    fail(`it is a ${condition.type}: expected a condition, such as "heads divides dModel"`);
  }
  return {
    text,
    holds(values) {
      for (const name of used) if (!Object.hasOwn(values, name)) return true;
      return condition.value(values) === true;
    },
  };
}

function read(text: string, fail: Fail): Expression {
  // Of the same length, so that jsep's positions are those of the text.
  const translated = text.replace(
    /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|(?<![\w.])divides(?![\w.])|>>>/g,
    (found) => {
      if (found === DIVIDES) fail(`unknown operator ${quote(found)}`);
      return found === "divides" ? DIVIDES.padEnd(found.length) : found;
    },
  );
  try {
    return new ConstraintParser(translated).parse();
  } catch (cause) {
    const { index, description } = cause as { index?: number; description?: string };
    if (index === undefined || description === undefined) throw cause;
    return fail(`${description.toLowerCase().replace(DIVIDES, "divides")} at character ${index + 1}`);
  }
}

function compile(
  node: Expression,
  parameters: ReadonlyMap<string, Parameter>,
  used: Set<string>,
  fail: Fail,
): Part {
  const part = (child: unknown) => compile(child as Expression, parameters, used, fail);
  switch (node.type) {
    case "Literal": {
      const value = node["value"] as ParameterValue;
      return { type: typeOf(value), value: () => value };
    }
    case "Identifier":
    case "MemberExpression": {
      const name = nameOf(node, fail);
      const parameter = parameters.get(name);
      if (!parameter) {
        return fail(`${quote(name)} is no parameter (known: ${[...parameters.keys()].join(", ")})`);
      }
      used.add(name);
      return { type: typeOfParameter(parameter), value: (values) => values[name] };
    }
    case "UnaryExpression": {
      const operator = String(node["operator"]);
      const of = part(node["argument"]);
      if (operator === "!") {
        demand("truth", operator, [of], fail);
        return { type: "truth", value: (values) => of.value(values) !== true };
      }
      if (operator !== "-") return fail(`unknown operator ${quote(operator)}`);
      demand("number", operator, [of], fail);
      return { type: "number", value: (values) => -numberOf(of.value(values)) };
    }
    case "LogicalExpression":
    case "BinaryExpression":
      return binary(String(node["operator"]), part(node["left"]), part(node["right"]), fail);
    default:
      return fail('expected one condition, such as "heads divides dModel" or "warmup < steps"');
  }
}

function binary(operator: string, left: Part, right: Part, fail: Fail): Part {
  if (Object.hasOwn(equalities, operator)) {
    const equal = equalities[operator];
    if (left.type !== right.type && left.type !== "mixed" && right.type !== "mixed") {
      fail(`${operator} between a ${left.type} and a ${right.type}, which are never equal`);
    }
    return { type: "truth", value: (values) => (left.value(values) === right.value(values)) === equal };
  }
  if (Object.hasOwn(connectives, operator)) {
    const connect = connectives[operator];
    demand("truth", operator, [left, right], fail);
    return {
      type: "truth",
      value: (values) => connect(left.value(values) === true, right.value(values) === true),
    };
  }
  const compare = Object.hasOwn(comparisons, operator) ? comparisons[operator] : undefined;
  const compute = Object.hasOwn(arithmetic, operator) ? arithmetic[operator] : undefined;
  const apply = compare ?? compute;
  if (!apply) return fail(`unknown operator ${quote(operator)}`);
  demand("number", operator, [left, right], fail);
  return {
    type: compare ? "truth" : "number",
    value: (values) => apply(numberOf(left.value(values)), numberOf(right.value(values))),
  };
}

/** What is no number compares with nothing. */
const numberOf = (value: ParameterValue) => (typeof value === "number" ? value : Number.NaN);

function demand(type: Type, operator: string, parts: readonly Part[], fail: Fail): void {
  const wrong = parts.find((part) => part.type !== type && part.type !== "mixed");
  if (!wrong) return;
  const written = operator === DIVIDES ? "divides" : operator;
  fail(`${written} is between ${type}s, not of a ${wrong.type}: use parentheses where parts belong together`);
}

function typeOf(value: ParameterValue): Type {
  if (value === null) return "null";
  return typeof value === "number" ? "number" : typeof value === "string" ? "text" : "truth";
}

function typeOfParameter({ values }: Parameter): Type {
  if (!values) return "number";
  const [first, ...others] = values.map(typeOf);
  return others.every((other) => other === first) ? first : "mixed";
}

/** Names with dots are read by jsep as members of objects. */
function nameOf(node: Expression, fail: Fail): string {
  if (node.type === "Identifier") return String(node["name"]);
  if (node.type !== "MemberExpression" || node["computed"] || node["optional"]) {
    return fail("a name is expected before a dot");
  }
  const { object, property } = node as unknown as { object: Expression; property: Expression };
  return `${nameOf(object, fail)}.${nameOf(property, fail)}`;
}
