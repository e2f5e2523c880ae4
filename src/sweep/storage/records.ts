import type { Connection } from "./connection.js";
import { stored } from "./rows.js";
import type { Breakdown, TrialRecord } from "./storage.js";

/** What is stored of a trial beside itself and what it told. */
export function recordOf(
  db: Connection,
  study: number,
  number: number,
): Pick<TrialRecord, "breakdowns" | "checkpoint"> {
  const breakdowns: Breakdown[] = db
    .rows(
      "SELECT at, code, message FROM failures WHERE study = ? AND number = ? ORDER BY failure",
      study,
      number,
    )
    .map(({ at, code, message }) => ({ at: String(at), code: String(code), message: String(message) }));
  const kept = db.row("SELECT seconds, bytes FROM checkpoints WHERE study = ? AND number = ?", study, number);
  if (!kept) return { breakdowns };
  const bytes = kept["bytes"] as Uint8Array | null;
  return {
    breakdowns,
    checkpoint: { seconds: Number(kept["seconds"]), ...(bytes ? { bytes: new Uint8Array(bytes) } : {}) },
  };
}

/** Writes a trial and all that belongs to it, in place of what there is of that number. */
export function adoptRecord(db: Connection, study: number, record: TrialRecord): void {
  const { number, state, error, checkpoint } = record;
  // With it goes what it told.
  db.run("DELETE FROM trials WHERE study = ? AND number = ?", study, number);
  db.run(
    `INSERT INTO trials (study, number, state, parameters, seeds, value, deviation, low, high, step, failures,
     error_code, error_message, error_step, seconds, started, ended, plateau, engine)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    study,
    number,
    state === "running" ? "waiting" : state,
    JSON.stringify(record.parameters),
    JSON.stringify(record.seeds),
    record.value,
    record.deviation,
    record.low,
    record.high,
    record.step,
    record.failures,
    error?.code ?? null,
    error?.message ?? null,
    error?.step ?? null,
    record.seconds,
    record.started,
    record.ended,
    record.plateau,
    record.engine,
  );
  for (const { replicate, step, value } of record.reports) {
    db.run(
      "INSERT INTO reports (study, number, replicate, step, value) VALUES (?, ?, ?, ?, ?)",
      study,
      number,
      replicate,
      step,
      stored(value),
    );
  }
  for (const [place, { seed, value, result }] of record.replicates.entries()) {
    db.run(
      "INSERT INTO replicates (study, number, replicate, seed, value, result) VALUES (?, ?, ?, ?, ?, ?)",
      study,
      number,
      place,
      seed,
      stored(value),
      result === undefined ? null : JSON.stringify(result),
    );
  }
  for (const [failure, { at, code, message }] of record.breakdowns.entries()) {
    db.run(
      "INSERT INTO failures (study, number, failure, at, code, message) VALUES (?, ?, ?, ?, ?, ?)",
      study,
      number,
      failure,
      at,
      code,
      message,
    );
  }
  if (!checkpoint) return;
  db.run(
    "INSERT INTO checkpoints (study, number, seconds, bytes) VALUES (?, ?, ?, ?)",
    study,
    number,
    checkpoint.seconds,
    checkpoint.bytes ?? null,
  );
}
