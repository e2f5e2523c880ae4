import { PlateauError, quote } from "../../errors.js";
import { nestedBeyond } from "../../nesting.js";
import type { Parameters } from "../space/parameter.js";
import { type TrialError, type TrialState, trialStates } from "../trial.js";
import type { Connection, Row } from "./connection.js";
import type { StoredTrial } from "./storage.js";

/** How many trials of a study are in each state. */
export function countStates(connection: Connection, study: number): Record<TrialState, number> {
  const states = Object.fromEntries(trialStates.map((state) => [state, 0])) as Record<TrialState, number>;
  const rows = connection.rows(
    "SELECT state, count(*) AS n FROM trials WHERE study = ? GROUP BY state",
    study,
  );
  for (const row of rows) {
    const found = new StoredRow(row, `a trial in ${quote(connection.where)}`);
    states[found.oneOf("state", trialStates)] = found.whole("n");
  }
  return states;
}

/**
 * What rows hold may be another program's, or damaged in a way that SQLite takes no notice of: whatever is read is
 * held to its kind.
 */
export class StoredRow {
  readonly #row: Row;
  readonly #what: string;

  /** @param what names the row in messages, with the file */
  constructor(row: Row, what: string) {
    this.#row = row;
    this.#what = what;
  }

  /** @throws PlateauError `study` unless it is a whole number */
  whole(name: string): number {
    const value = this.#row[name];
    return Number.isSafeInteger(value) ? (value as number) : this.#refuse(name);
  }

  /** @throws PlateauError `study` unless it is a number or nothing */
  number(name: string): number | null {
    const value = this.#row[name];
    return value === null || typeof value === "number" ? value : this.#refuse(name);
  }

  /** @throws PlateauError `study` unless it is a text or nothing */
  text(name: string): string | null {
    const value = this.#row[name];
    return value === null || typeof value === "string" ? value : this.#refuse(name);
  }

  /** @throws PlateauError `study` unless it is one of these texts */
  oneOf<T extends string>(name: string, known: readonly T[]): T {
    const value = this.#row[name];
    return known.includes(value as T) ? (value as T) : this.#refuse(name);
  }

  /** @throws PlateauError `study` unless it is the JSON of what `holds` says */
  json<T>(name: string, holds: (value: unknown) => value is T): T {
    let value: unknown;
    try {
      value = JSON.parse(this.text(name) ?? "");
    } catch (cause) {
      return this.#refuse(name, cause);
    }
    return !nestedBeyond(value) && holds(value) ? value : this.#refuse(name);
  }

  #refuse(name: string, cause?: unknown): never {
    const value = this.#row[name];
    const shown = typeof value === "object" && value !== null ? "bytes" : quote(value);
    throw new PlateauError(
      "study",
      `${this.#what} is damaged: its ${name} is ${shown}, which plateau never writes: restore a copy`,
      { cause },
    );
  }
}

const isNumbers = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((one) => Number.isSafeInteger(one) && one >= 0);
export const isAnything = (_: unknown): _ is unknown => true;
export const isParameters = (value: unknown): value is Parameters =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every((one) => one === null || typeof one !== "object");

/**
 * What `toTrial` reads, by name: of `*` libsql would take the names from the file, and where a damaged one is no UTF-8 it
 * ends the process.
 */
export const TRIAL = [
  ...["number", "state", "parameters", "seeds", "failures", "step", "value", "deviation", "low", "high"],
  ...["error_code", "error_message", "error_step", "seconds", "started", "ended", "plateau", "engine"],
].join(", ");

/** A row of `trials`, of the columns of `TRIAL`. @param where names the file */
export function toTrial(row: Row, where: string): StoredTrial {
  const stored = new StoredRow(row, `trial ${quote(row["number"])} in ${quote(where)}`);
  const code = stored.text("error_code");
  const step = stored.number("error_step");
  return {
    number: stored.whole("number"),
    state: stored.oneOf("state", trialStates),
    parameters: stored.json("parameters", isParameters),
    seeds: stored.json("seeds", isNumbers),
    failures: stored.whole("failures"),
    step: stored.whole("step"),
    value: stored.number("value"),
    deviation: stored.number("deviation"),
    low: stored.number("low"),
    high: stored.number("high"),
    error:
      code === null
        ? null
        : {
            code: code as TrialError["code"],
            message: String(stored.text("error_message")),
            ...(step === null ? {} : { step }),
          },
    seconds: stored.number("seconds"),
    started: stored.text("started"),
    ended: stored.text("ended"),
    plateau: stored.text("plateau"),
    engine: stored.text("engine"),
  };
}

/** SQLite has no NaN. */
export const stored = (value: number): number | null => (Number.isNaN(value) ? null : value);
export const loaded = (value: number | null): number => value ?? Number.NaN;
