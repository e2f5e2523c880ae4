import { kindOf, PlateauError } from "./errors.js";

// Programs without types hand over anything. What is no schema's to check (functions of targets, models, tasks and other
// things that plateau itself made) is held to its kind where it comes in, so that a mistake is named there.

/**
 * What an argument has to be, in words: `text`, `number`, `flag`, `function`, `numbers` (an array or a typed array),
 * `list`, `object`, `signal`, `anything`; `Task: f target`, an object with these fields, and what it is called; `list of Row: x y`. With `?`
 * behind it, it may be left out.
 */
export type Kind = string;

/**
 * @param call whose arguments they are
 * @param given each with its kind, by name
 * @throws PlateauError `usage` naming the first that is of another kind
 */
export function requireArguments(
  call: string,
  given: Readonly<Record<string, readonly [value: unknown, kind: Kind]>>,
): void {
  for (const [name, [value, kind]] of Object.entries(given)) {
    const optional = kind.endsWith("?");
    if (optional && value === undefined) continue;
    const wanted = optional ? kind.slice(0, -1) : kind;
    if (isOf(value, wanted)) continue;
    throw new PlateauError("usage", `${call}: ${name} is ${kindOf(value)}: expected ${worded(wanted)}`);
  }
}

/**
 * Holds a bag of options to what there is, and each option to its kind.
 * @param call whose options they are
 * @param kinds of all options that there are, by name
 * @throws PlateauError `usage` naming the first that is none, or is of another kind
 */
export function requireOptions(call: string, options: unknown, kinds: Readonly<Record<string, Kind>>): void {
  requireArguments(call, { options: [options, "object?"] });
  const given = (options ?? {}) as Readonly<Record<string, unknown>>;
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(kinds, name)) continue;
    const known = Object.keys(kinds).join(", ");
    throw new PlateauError("usage", `${call}: ${name} is no option (known: ${known})`);
  }
  const fields = Object.entries(kinds).map(([name, kind]) => [name, [given[name], kind]] as const);
  requireArguments(call, Object.fromEntries(fields));
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

const simple: Readonly<Record<string, readonly [is: (value: unknown) => boolean, words: string]>> = {
  text: [(value) => typeof value === "string", "a text"],
  number: [(value) => typeof value === "number", "a number"],
  flag: [(value) => typeof value === "boolean", "true or false"],
  function: [(value) => typeof value === "function", "a function"],
  numbers: [isNumbers, "numbers, in an array or a typed array"],
  bytes: [(value) => value instanceof Uint8Array, "a Uint8Array"],
  floats: [(value) => value instanceof Float32Array, "a Float32Array"],
  doubles: [(value) => value instanceof Float64Array, "a Float64Array"],
  list: [Array.isArray, "a list"],
  signal: [
    (value) => isObject(value) && typeof value["aborted"] === "boolean",
    "an AbortSignal, or an object whose `aborted` is true or false",
  ],
  anything: [() => true, "anything"],
  object: [(value) => isObject(value) && !Array.isArray(value), "an object"],
};

function isNumbers(value: unknown): boolean {
  if (Array.isArray(value)) return value.every((one) => typeof one === "number");
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

const LIST = "list of ";

function isOf(value: unknown, kind: Kind): boolean {
  if (kind in simple) return simple[kind][0](value);
  if (kind.startsWith(LIST)) {
    return Array.isArray(value) && value.every((one) => isOf(one, kind.slice(LIST.length)));
  }
  return isObject(value) && fieldsOf(kind).every((field) => value[field] !== undefined);
}

const fieldsOf = (kind: Kind): string[] =>
  kind
    .slice(kind.indexOf(":") + 1)
    .trim()
    .split(" ");

function worded(kind: Kind): string {
  if (kind in simple) return simple[kind][1];
  if (kind.startsWith(LIST)) return `a list, each ${worded(kind.slice(LIST.length))}`;
  const name = kind.slice(0, kind.indexOf(":"));
  return `${/^[AEIO]/.test(name) ? "an" : "a"} ${name}, which has ${fieldsOf(kind).join(", ")}`;
}
