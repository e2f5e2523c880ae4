import { PlateauError, quote } from "../../errors.js";
import type { Range } from "../target.js";
import { constants, functions } from "./functions.js";

const NUMBER = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?`;
const SIDE = new RegExp(String.raw`^\s*(\S+?)\s*=\s*(${NUMBER})\s*:\s*(${NUMBER})\s*$`, "i");
const VARIABLE_LIMIT = 256;
const LENGTH_LIMIT = 8192;

/** A variable of an expression, and the interval that it is drawn from. */
export interface Variable extends Range {
  readonly name: string;
}

/**
 * Reads `x=-1:1,y=0:2`: the variables of an expression in the order of its input tokens.
 * @throws PlateauError `usage`
 */
export function parseDomain(text: string): Variable[] {
  if (text.length > LENGTH_LIMIT) {
    throw new PlateauError(
      "usage",
      `domain of ${text.length} characters: at most ${LENGTH_LIMIT} are allowed`,
    );
  }
  const sides = text.split(",");
  if (sides.length > VARIABLE_LIMIT) {
    throw new PlateauError(
      "usage",
      `domain of ${sides.length} variables: at most ${VARIABLE_LIMIT} are allowed`,
    );
  }
  const variables = sides.map((side) => {
    const [, name, low, high] = SIDE.exec(side) ?? [];
    if (name === undefined) {
      throw new PlateauError("usage", `domain ${quote(side)}: expected name=low:high, such as x=-1:1`);
    }
    return { name, low: Number(low), high: Number(high) };
  });
  variables.forEach(({ name, low, high }, i) => {
    const refuse = (why: string) => new PlateauError("usage", `domain ${quote(sides[i].trim())}: ${why}`);
    if (!/^[a-z_]\w*$/i.test(name)) throw refuse(`${quote(name)} is no name of letters and digits`);
    if (functions.has(name) || constants.has(name) || ["this", "true", "false", "null"].includes(name)) {
      throw refuse(`the name ${name} is taken`);
    }
    if (variables.findIndex((other) => other.name === name) < i) throw refuse(`${name} is given twice`);
    const [from, to] = [Math.fround(low), Math.fround(high)];
    if (!(Number.isFinite(from) && Number.isFinite(to) && from < to)) {
      throw refuse("low must be finite and below high, in float32");
    }
  });
  return variables;
}
