/**
 * Every way plateau fails on purpose. The code is stable; the message quotes the offending value,
 * says where it came from, and what to do.
 */
export const errorCodes = [
  "usage", // an argument or option is not valid
  "unknown-name", // a target, op, measure … that no registry holds
  "shape-mismatch", // tensors that do not fit together
  "format", // a file that is not what it claims to be
  "io", // the file system refused
  "permission", // Deno was not given what this takes
  "memory", // more bytes than WebAssembly or the machine has
  "threads", // worker threads end before they have begun
  "simd", // the engine lacks an instruction set
  "study", // a study file that is none, is damaged, newer, or holds another study than the one asked for
  "run-directory", // a folder that is not a run, or that already holds one
  "time-limit", // a trial, or a search, that ran for longer than it may
  "diverged", // loss or gradient became NaN or infinite
  // Stopped by the caller's AbortSignal, whose reason is the `cause`. Everything that takes a signal rejects so, and
  // nothing returns half a result: what was done by then has been told on the way (`onCheckpoint` of training has what
  // it continues from, `onMeasure` what was measured) or is stored (trials of a study, cells of an experiment).
  "aborted",
  "internal", // a defect of plateau
] as const;

/** The code of an error that plateau throws on purpose: stable, where its message may change. */
export type ErrorCode = (typeof errorCodes)[number];

/** Characters of a message: what it quotes may be a stranger's, and libraries quote whole files. */
const LONGEST = 4000;

/** Every error that plateau throws on purpose: `code` is stable, the message is for people. */
export class PlateauError extends Error {
  override readonly name = "PlateauError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message.length > LONGEST ? `${message.slice(0, LONGEST - 1)}…` : message, options);
    this.code = code;
  }
}

/**
 * An `unknown-name` error that lists the valid names.
 * @param more what else is taken that has no name
 */
export function unknownName(
  what: string,
  value: unknown,
  known: readonly string[],
  more?: string,
): PlateauError {
  const others = more === undefined ? "" : `; ${more}`;
  return new PlateauError(
    "unknown-name",
    `unknown ${what}: ${quote(value)}${didYouMean(value, known)} (known: ${known.join(", ")}${others})`,
  );
}

/** ", did you mean Price?" where a name differs from one that is known by upper and lower case alone; else "". */
export function didYouMean(value: unknown, known: readonly string[]): string {
  const text = String(value).toLowerCase();
  const near = known.find((name) => [text, JSON.stringify(text)].includes(name.toLowerCase()));
  return near === undefined || near === value ? "" : `, did you mean ${near}?`;
}

/** A value as a message shows it: short, on one line. */
export function quote(value: unknown): string {
  const text = written(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

function written(value: unknown): string {
  if (typeof value === "number") return String(value);
  if (typeof value === "bigint") return `${value}n`;
  try {
    return (JSON.stringify(value, marked) ?? String(value)).replace(MARKED, "$1");
  } catch {
    // It holds itself or a bigint, or nests deeper than the stack.
    return kindOf(value);
  }
}

// JSON has null for numbers that it cannot write.
const MARKED = /"\\u0000(NaN|-?Infinity)\\u0000"/g;
const marked = (_: string, value: unknown) =>
  typeof value === "number" && !Number.isFinite(value) ? `\0${value}\0` : value;

/** What kind of thing a value is, where its content would be too much: "an array", "a Float64Array". */
export function kindOf(value: unknown): string {
  if (typeof value === "function") return "a function";
  if (value === null || typeof value !== "object") return quote(value);
  const name = Array.isArray(value) ? "array" : (value.constructor?.name ?? "object");
  return `${/^[aeio]/i.test(name) ? "an" : "a"} ${name === "Object" ? "object" : name}`;
}
