import type { Expression } from "jsep";
import { PlateauError } from "../../errors.js";
import { Jsep } from "./jsep-parser.js";

/** A piece of an expression with the half-open interval of the text that it was read from. */
type Tree = Expression & { start: number; end: number };

const LENGTH_LIMIT = 2000;
const DEPTH_LIMIT = 100;

/**
 * jsep reads signs tighter than powers (−x² as (−x)²), `^` as a bitwise exclusive or, and tells no positions. This
 * reads a power together with its base, sign outside, and notes where every token starts and ends. A
 * subclass, because jsep's own settings are shared by all who use it.
 */
class MathParser extends Jsep {
  #depth = 0;

  override gobbleToken(): Expression | false | undefined {
    this.gobbleSpaces();
    const start = this.index;
    if (++this.#depth > DEPTH_LIMIT) this.throwError(`nested more than ${DEPTH_LIMIT} deep`);
    let node = super.gobbleToken();
    if (node) {
      node = this.#place(node, start);
      this.gobbleSpaces();
      const length = this.expr.startsWith("**", this.index) ? 2 : this.expr[this.index] === "^" ? 1 : 0;
      if (length > 0) {
        this.index += length;
        // The exponent's own powers come with it: 2^3^2 is 2^(3^2).
        const right = this.gobbleToken();
        if (!right) this.throwError("expected an exponent");
        const power = { type: "BinaryExpression", operator: "^", left: node, right: right as Expression };
        node = this.#place(power, start);
      }
    }
    this.#depth--;
    return node;
  }

  #place(node: Expression, start: number): Tree {
    const end = start + this.expr.slice(start, this.index).trimEnd().length;
    // A copy: a group's content keeps its own place.
    return { ...node, start, end };
  }
}

/**
 * The syntax trees of a list of expressions, separated by commas.
 * @throws PlateauError `usage` saying where the text is no expression, or that it is too long or too deep
 */
export function parse(text: string): Expression[] {
  if (text.length > LENGTH_LIMIT) {
    throw new PlateauError(
      "usage",
      `expression of ${text.length} characters: at most ${LENGTH_LIMIT} are allowed`,
    );
  }
  let tree: Expression;
  try {
    tree = new MathParser(text).parse();
  } catch (cause) {
    const { index, description } = cause as { index?: number; description?: string };
    if (index === undefined || description === undefined) throw cause;
    throw syntaxError(text, index, description);
  }
  return tree.type === "Compound" ? (tree["body"] as Expression[]) : [tree];
}

/** An error at a place of the text, counted from 1. */
export function syntaxError(text: string, index: number, problem: string): PlateauError {
  const shown = text.length > 80 ? "" : ` ${JSON.stringify(text)}`;
  const lower = problem.charAt(0).toLowerCase() + problem.slice(1);
  return new PlateauError("usage", `expression${shown}: ${lower} at character ${index + 1}`);
}
