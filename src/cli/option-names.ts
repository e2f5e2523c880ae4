import { PlateauError } from "../errors.js";

/** What an option is called, by the field of a configuration that it sets: trainRows is --train-rows. */
export function flagOf(field: string): string {
  return `--${field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/**
 * Does something with options that were given, and calls them in errors what they are called on the command line.
 * @param others flags of fields that are not named by them
 */
export function namingOptions<T>(
  work: () => T,
  given: Readonly<Record<string, unknown>>,
  others: Readonly<Record<string, string>> = {},
): T {
  const named = (text: string, field: string, flag: string) =>
    Object.hasOwn(given, field) ? flag.replace("$", others[field] ?? flagOf(field)) : text;
  try {
    return work();
  } catch (error) {
    if (!(error instanceof PlateauError)) throw error;
    const message = error.message
      // A list's element is quoted: where it stands there says no more.
      .replace(/^\w+: (\w+)(?:\.\w+)* (?:is )?/, (all, field) => named(all, field, "$ "))
      .replace(/(?<=: )(\w+) is (?=.* there, )/, (all, field) => named(all, field, "$ is "));
    throw new PlateauError(error.code, message, { cause: error });
  }
}
