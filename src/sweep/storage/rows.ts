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
  for (const { state, n } of rows) states[state as TrialState] = Number(n);
  return states;
}

/** A row of `trials`. */
export function toTrial(row: Row): StoredTrial {
  const number = (name: string) => (row[name] === null ? null : Number(row[name]));
  const text = (name: string) => (row[name] === null ? null : String(row[name]));
  const step = number("error_step");
  return {
    number: Number(row["number"]),
    state: row["state"] as TrialState,
    parameters: JSON.parse(String(row["parameters"])) as Parameters,
    seeds: JSON.parse(String(row["seeds"])) as number[],
    failures: Number(row["failures"]),
    step: Number(row["step"]),
    value: number("value"),
    deviation: number("deviation"),
    low: number("low"),
    high: number("high"),
    error:
      row["error_code"] === null
        ? null
        : {
            code: row["error_code"] as TrialError["code"],
            message: String(row["error_message"]),
            ...(step === null ? {} : { step }),
          },
    seconds: number("seconds"),
    started: text("started"),
    ended: text("ended"),
    plateau: text("plateau"),
    engine: text("engine"),
  };
}

/** SQLite has no NaN. */
export const stored = (value: number): number | null => (Number.isNaN(value) ? null : value);
export const loaded = (value: unknown): number => (value === null ? Number.NaN : Number(value));
