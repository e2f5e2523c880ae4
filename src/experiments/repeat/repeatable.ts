import * as v from "valibot";
import { PlateauError, quote } from "../../errors.js";
import { nestedBeyond } from "../../nesting.js";

/** What is stored in a report for `plateau repeat`: plain JSON. */
export interface Repeatable {
  /** Of the registry of what can be repeated. */
  readonly kind: string;
  readonly plateau: string;
  /** With every default filled in. */
  readonly config: unknown;
  /** SHA-256 of the results. */
  readonly fingerprint: string;
  /** Of parts of the results, by name: where results differ, they tell which. The first digits of their SHA-256. */
  readonly parts?: Readonly<Record<string, string>>;
}

const schema = v.strictObject({
  kind: v.pipe(v.string(), v.regex(/^[a-z][a-z-]{0,40}$/)),
  plateau: v.pipe(v.string(), v.regex(/^[0-9A-Za-z.+-]{1,40}$/)),
  config: v.unknown(),
  fingerprint: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  parts: v.optional(v.record(v.string(), v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)))),
});

/** Characters of the text: no report of ours comes near. */
const LONGEST = 2 ** 24;
/** Arrays and objects inside each other: what looks at them calls itself. */
const DEEPEST = 100;

/**
 * What a text says is to be repeated. It may be a stranger's: its configuration is still to be parsed by its kind.
 * @param source what to call it in errors
 * @throws PlateauError `format`
 */
export function parseRepeatable(text: string, source: string): Repeatable {
  const refuse = (problem: string, cause?: unknown) =>
    new PlateauError("format", `${source}: what it holds for plateau repeat ${problem}`, { cause });
  if (text.length > LONGEST) throw refuse(`has ${text.length} characters, at most ${LONGEST} are read`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw refuse("is no JSON", cause);
  }
  if (nestedBeyond(value, DEEPEST)) throw refuse("is nested deeper than any report has it");
  const found = v.safeParse(schema, value, { abortEarly: true });
  if (!found.success) {
    const [issue] = found.issues;
    throw refuse(`has ${v.getDotPath(issue) ?? "in all"} ${quote(issue.input)}, which no report has`);
  }
  return found.output;
}
