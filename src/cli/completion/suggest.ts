import type { Argument, Option } from "commander";

const suggested = new WeakMap<object, readonly string[]>();

/**
 * Names values that a shell offers for an option or an argument which takes others, too, or which checks them
 * later, in words of its own. What commander itself holds to `choices` needs none.
 */
export function suggest<T extends Option | Argument>(to: T, values: Iterable<string>): T {
  suggested.set(to, [...values]);
  return to;
}

/** What a shell offers; nothing where anything can stand. */
export function suggestionsOf(of: Option | Argument): readonly string[] | undefined {
  return of.argChoices ?? suggested.get(of);
}
