import type { Expression } from "jsep";
import { comparisons, constants, functions, operators } from "./functions.js";

/**
 * The number that an expression without variables has when it runs, in float64: what `compile` computes.
 * @returns undefined where there is a variable, or no finite number
 */
export function folded(tree: Expression): number | undefined {
  const value = fold(tree);
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}

function fold(tree: Expression): number | undefined {
  switch (tree.type) {
    case "Literal":
      return tree["value"] as number;
    case "Identifier":
      return constants.get(tree["name"] as string);
    case "UnaryExpression": {
      const inner = folded(tree["argument"] as Expression);
      return inner === undefined || tree["operator"] === "+" ? inner : -inner;
    }
    case "BinaryExpression":
      return applied(operators, tree["operator"], [tree["left"], tree["right"]]);
    case "CallExpression":
      return applied(functions, (tree["callee"] as Expression)["name"], tree["arguments"]);
    case "ConditionalExpression": {
      const test = tree["test"] as Expression;
      const [left, right] = [folded(test["left"] as Expression), folded(test["right"] as Expression)];
      if (left === undefined || right === undefined) return undefined;
      const holds = comparisons.get(test["operator"] as string)!(left, right);
      return folded(tree[holds ? "consequent" : "alternate"] as Expression);
    }
    default:
      return undefined;
  }
}

function applied(table: typeof functions, name: unknown, parts: unknown): number | undefined {
  const fn = table.get(name as string);
  const values = (parts as Expression[]).map(folded);
  const [a, b = 0] = values;
  if (!fn || a === undefined || values.includes(undefined)) return undefined;
  return fn.problem?.(a, b) === undefined ? fn.value(a, b) : undefined;
}
