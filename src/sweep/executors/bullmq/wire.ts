import { createHash } from "node:crypto";
import * as v from "valibot";
import { errorCodes, PlateauError, quote } from "../../../errors.js";
import { canonicalJson } from "../../../formats/canonical-json.js";
import { MOST_LEVELS, nestedBeyond } from "../../../nesting.js";
import { check, flag, nonNegative, seedNumber, whole } from "../../../validate.js";
import type { Replicate, TrialError } from "../../trial.js";
import type { JobOutcome, TrialJob } from "../executor.js";
import { MOST_DEPTH, MOST_MESSAGE, MOST_NAME, MOST_NODES } from "./limits.js";

import { plainText } from "./plain-text.js";

// What travels: JSON of plain data, checked wherever it arrives. No code, no path, no URL.

/** Numbers that JSON would not give back as they were. */
const special = ["NaN", "Infinity", "-Infinity", "-0"] as const;
const number = v.pipe(
  v.union([v.number(), v.picklist(special)], "expected a number"),
  v.transform((value) => Number(value)),
);
const sent = (value: number): number | string =>
  Number.isFinite(value) && !Object.is(value, -0) ? value : Object.is(value, -0) ? "-0" : String(value);

const name = v.pipe(v.string("expected a name"), v.minLength(1), v.maxLength(MOST_NAME));
const place = whole(0, 1000);
const text = v.pipe(v.string("expected a text"), v.maxLength(MOST_MESSAGE), v.transform(plainText));

const error = v.strictObject({
  code: v.picklist(errorCodes),
  message: text,
  step: v.exactOptional(whole(0)),
});

const jobFields = v.strictObject({
  study: name,
  number: seedNumber,
  objective: name,
  parameters: v.record(
    v.pipe(v.string(), v.maxLength(MOST_NAME)),
    v.union([number, v.string(), v.boolean(), v.null()], "expected a number, a text, true, false or null"),
  ),
  task: v.unknown(),
  seeds: v.pipe(v.array(seedNumber), v.minLength(1), v.maxLength(1000)),
  /** Values of the seeds that are done. */
  done: v.pipe(v.array(number), v.maxLength(1000)),
  checkpointEvery: v.pipe(number, v.minValue(0)),
  timeLimit: v.pipe(number, v.gtValue(0)),
  seconds: v.exactOptional(nonNegative),
  /** Whether the trial has to wait for what the driver says: it may be "stop". */
  answers: flag,
  /** Whether nothing may run beside it until it has saved something. */
  alone: v.exactOptional(flag),
  /** Digest of the objective's module. */
  module: v.exactOptional(name),
});
const jobSchema = v.pipe(
  jobFields,
  v.check(
    ({ seeds, done }) => done.length <= seeds.length,
    "expected no more seeds that are done than seeds",
  ),
);

/** A trial as it is sent. */
export type SentJob = v.InferOutput<typeof jobSchema>;

/** A trial as text. What its first seeds gave stays behind, but for how much it was. */
export function encodeJob(
  { number: n, parameters, task, seeds, done, checkpointEvery, timeLimit, seconds }: TrialJob,
  more: Pick<SentJob, "study" | "objective" | "answers" | "alone" | "module">,
): string {
  return JSON.stringify({
    ...more,
    number: n,
    parameters: Object.fromEntries(
      Object.entries(parameters).map(([key, value]) => [
        key,
        typeof value === "number" ? sent(value) : value,
      ]),
    ),
    task,
    seeds,
    done: done.map(({ value }) => sent(value)),
    checkpointEvery: sent(checkpointEvery),
    timeLimit: sent(timeLimit),
    ...(seconds === undefined ? {} : { seconds }),
  });
}

/** @throws PlateauError `format` */
export function decodeJob(json: string): SentJob {
  return decode("the trial", jobSchema, plainJson(json));
}

/** The trial that was sent, for an executor of this machine. */
export function trialJob(job: SentJob, checkpoint: Uint8Array | undefined): TrialJob {
  const { number: n, parameters, task, seeds, done, seconds, checkpointEvery, timeLimit } = job;
  return {
    ...{ number: n, parameters, task: task ?? null, seeds, checkpointEvery, timeLimit },
    ...(seconds === undefined ? {} : { seconds }),
    done: done.map((value, i) => ({ seed: seeds[i], value })),
    ...(checkpoint ? { checkpoint } : {}),
  };
}

/** What decides a trial's bits: two attempts at it agree in it. */
export function digestOf({ parameters, task, seeds }: TrialJob, objective: string): string {
  const whatever = { objective, parameters, task, seeds } as Parameters<typeof canonicalJson>[0];
  return createHash("sha256").update(canonicalJson(whatever)).digest("hex").slice(0, 32);
}

const outcome = v.variant("kind", [
  v.strictObject({ kind: v.picklist(["done", "stopped", "aborted"]) }),
  v.strictObject({ kind: v.literal("diverged"), error }),
  v.strictObject({ kind: v.literal("failed"), error, again: flag }),
]);
const seq = whole(1);
const eventSchema = v.variant("kind", [
  /** The attempt has run on this engine for so many seconds. */
  v.strictObject({ kind: v.literal("ran"), seq, engine: name, seconds: nonNegative }),
  v.strictObject({ kind: v.literal("report"), seq, replicate: place, step: whole(1), value: number }),
  v.strictObject({
    ...{ kind: v.literal("replicate"), seq, place, seed: seedNumber, value: number },
    // Nobody could read it again in the study's file.
    result: v.optional(
      v.pipe(
        v.unknown(),
        v.check((one) => !nestedBeyond(one), `expected ${MOST_LEVELS} levels at most`),
      ),
    ),
  }),
  /** There is a checkpoint to be had. */
  v.strictObject({ kind: v.literal("checkpoint"), seq, place }),
  /** Something that people should know. */
  v.strictObject({ kind: v.literal("note"), seq, text }),
  v.strictObject({ kind: v.literal("outcome"), seq, outcome }),
]);

/** What a worker says of a trial: numbered, from 1. */
export type SentEvent = v.InferOutput<typeof eventSchema>;
type Unnumbered<E> = E extends unknown ? Omit<E, "seq"> : never;
export type WorkerEvent = Unnumbered<SentEvent>;

export function encodeEvent(event: WorkerEvent, at: number): string {
  const numbered = { ...event, seq: at };
  if ("value" in numbered) return JSON.stringify({ ...numbered, value: sent(numbered.value) });
  if (numbered.kind === "outcome") return JSON.stringify({ ...numbered, outcome: short(numbered.outcome) });
  return JSON.stringify(numbered);
}

/** @throws PlateauError `format` */
export function decodeEvent(json: string): SentEvent {
  return decode("what a worker says", eventSchema, parsed(json));
}

/** A result as it is stored: nothing where JSON has nothing for it. */
export function replicateOf({ seed, value, result }: Extract<SentEvent, { kind: "replicate" }>): Replicate {
  return { seed, value, ...(result === undefined ? {} : { result }) };
}

/** Errors may quote what they like. */
function short(ended: JobOutcome): JobOutcome {
  if (!("error" in ended)) return ended;
  const { code, message, step } = ended.error;
  const cut = message.length > MOST_MESSAGE ? `${message.slice(0, MOST_MESSAGE - 1)}…` : message;
  const trimmed: TrialError = { code, message: cut, ...(step === undefined ? {} : { step }) };
  return { ...ended, error: trimmed };
}

function decode<S extends v.GenericSchema>(what: string, schema: S, value: unknown): v.InferOutput<S> {
  try {
    return check(what, schema, value);
  } catch (cause) {
    throw new PlateauError("format", (cause as Error).message, { cause });
  }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new PlateauError("format", `${quote(json)} is no JSON`, { cause });
  }
}

/** JSON of no more values, and no deeper ones, than a trial has, none of them by a name that objects inherit by. */
function plainJson(json: string): unknown {
  const value = parsed(json);
  let nodes = 0;
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MOST_DEPTH)
      throw new PlateauError("format", `values lie deeper than ${MOST_DEPTH} in each other`);
    const next: unknown[] = [];
    for (const one of level) {
      if (typeof one !== "object" || one === null) continue;
      if (Object.hasOwn(one, "__proto__")) throw new PlateauError("format", 'a field is called "__proto__"');
      for (const inner of Object.values(one)) next.push(inner);
    }
    nodes += next.length;
    if (nodes > MOST_NODES) throw new PlateauError("format", `more than ${MOST_NODES} values`);
    level = next;
  }
  return value;
}
