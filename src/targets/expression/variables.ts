import type { Expression } from "jsep";
import { constants, functions } from "./functions.js";
import { parse } from "./parse.js";

/**
 * The names in a list of expressions that stand for numbers to be given, in alphabetical order.
 * @throws PlateauError `usage` where the text is no expression
 */
export function freeVariables(text: string): string[] {
  const found = new Set<string>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    else if (typeof value === "object" && value !== null) {
      const tree = value as Expression;
      if (tree.type === "Identifier") found.add(tree["name"] as string);
      for (const part of Object.values(tree)) visit(part);
    }
  };
  visit(parse(text));
  return [...found].filter((name) => !functions.has(name) && !constants.has(name)).sort();
}
