import { Argument } from "commander";
import { PlateauError } from "../errors.js";
import { functions } from "../targets/expression/functions.js";
import { freeVariables } from "../targets/expression/variables.js";
import { findTarget, targetFamilies } from "../targets/registry.js";
import type { Target } from "../targets/target.js";
import { suggest } from "./completion/suggest.js";

/** What a shell offers for a target; an expression can stand there, too. */
export const targetNames: readonly string[] = targetFamilies.map(({ name }) => name);

export function targetArgument(flags: string, description: string): Argument {
  return suggest(new Argument(flags, description), targetNames);
}

export interface Named {
  readonly target: Target;
  /** What was assumed, for a note. */
  readonly assumed?: string;
}

/**
 * A target as a command is given it: by name, as an expression on a domain, or as an expression alone, whose
 * variables then run over [0, 1] each, in alphabetical order.
 * @throws PlateauError `usage`, `unknown-name`
 */
export function targetOf(text: string, domain?: string): Named {
  if (domain !== undefined) return { target: findTarget(`${text} on ${domain}`) };
  // abs(x - y) calls the function, not the target of that name with parameters.
  const [, called] = /^\s*(\w+)\s*\(/.exec(text) ?? [];
  if (called === undefined || !functions.has(called) || text.includes(" on ")) {
    try {
      return { target: findTarget(text) };
    } catch (error) {
      // A bare word is a name that is not known, not an expression.
      if (!(error instanceof PlateauError && error.code === "unknown-name")) throw error;
      if (text.includes(" on ") || /^\s*[\w-]+\s*$/.test(text)) throw error;
    }
  }
  const names = freeVariables(text);
  if (names.length === 0) {
    throw new PlateauError(
      "usage",
      `target ${text} has no variables: write x, or give a domain, such as --domain x=0:1`,
    );
  }
  const unit = names.map((name) => `${name}=0:1`).join(",");
  return {
    target: findTarget(`${text} on ${unit}`),
    assumed: `no domain was given: ${names.join(", ")} from 0 to 1 (--domain "${unit}")`,
  };
}
