import { PlateauError, quote } from "../../errors.js";
import type { StudyDefinition } from "../definition.js";
import { type Shard, shardOf } from "../shard.js";
import { type Observation, type Replicate, type Report, type TrialState, trialStates } from "../trial.js";
import type { Connection, Row } from "./connection.js";
import { recordOf } from "./records.js";
import { countStates, isAnything, isParameters, loaded, StoredRow, TRIAL, toTrial } from "./rows.js";
import type { StoredTrial, TrialProgress, TrialRecord } from "./storage.js";

/** Rows read at a time: a reader that leaves in the middle holds nothing open. */
const PAGE = 1000;
const OPEN = "state IN ('waiting', 'running')";

/** What is read of a study in SQLite: nothing here changes anything. */
export class StudyFacts {
  readonly definition: StudyDefinition;
  readonly plateau: string;
  protected readonly db: Connection;
  protected readonly id: number;
  protected readonly shard: Shard;

  constructor(db: Connection, id: number, definition: StudyDefinition, plateau: string) {
    this.db = db;
    this.id = id;
    this.definition = definition;
    this.plateau = plateau;
    this.shard = shardOf(definition);
  }

  count(): number {
    const last = this.db.value("SELECT max(number) FROM trials WHERE study = ?", this.id);
    if (last === null) return 0;
    const { index, count } = this.shard;
    const number = this.#stored({ number: last }, "the last trial of study", this.definition.name).whole(
      "number",
    );
    return 1 + (number - (index - 1)) / count;
  }

  states(): Record<TrialState, number> {
    return countStates(this.db, this.id);
  }

  firstOpen(): number | undefined {
    const found = this.db.value(`SELECT min(number) FROM trials WHERE study = ? AND ${OPEN}`, this.id);
    return found === null || found === undefined ? undefined : Number(found);
  }

  progress(number: number): TrialProgress {
    const kept = this.db.row(
      "SELECT seconds, bytes FROM checkpoints WHERE study = ? AND number = ?",
      this.id,
      number,
    );
    const bytes = kept?.["bytes"] as Uint8Array | null | undefined;
    if (typeof bytes === "string" || typeof bytes === "number") {
      throw new PlateauError(
        "study",
        `trial ${number} in ${quote(this.db.where)} is damaged: its checkpoint is no bytes: restore a copy`,
      );
    }
    const seconds = kept && this.#stored(kept, "the checkpoint of trial", number).number("seconds");
    return {
      replicates: this.replicates(number),
      reports: this.reports(number),
      // A view of Node's own kind may lie anywhere in a larger buffer: readers want bytes of their own.
      ...(bytes ? { checkpoint: new Uint8Array(bytes) } : {}),
      seconds: seconds ?? 0,
    };
  }

  trial(number: number): StoredTrial | undefined {
    const row = this.db.row(`SELECT ${TRIAL} FROM trials WHERE study = ? AND number = ?`, this.id, number);
    return row && toTrial(row, this.db.where);
  }

  *trials(states?: readonly TrialState[]): Iterable<StoredTrial> {
    const wanted = states ? `AND state IN (${states.map(() => "?").join(", ")})` : "";
    const sql = `SELECT ${TRIAL} FROM trials WHERE study = ? AND number > ? ${wanted} ORDER BY number LIMIT ${PAGE}`;
    for (let last = -1; ; ) {
      const rows = this.db.rows(sql, this.id, last, ...(states ?? []));
      for (const row of rows) yield toTrial(row, this.db.where);
      if (rows.length < PAGE) return;
      last = Number(rows.at(-1)!["number"]);
    }
  }

  *observations(first: number, last: number): Iterable<Observation> {
    const sql = `SELECT number, parameters, state, value, step FROM trials
      WHERE study = ? AND number BETWEEN ? AND ? ORDER BY number LIMIT ${PAGE}`;
    for (let from = first; from <= last; from += PAGE) {
      const rows = this.db.rows(sql, this.id, from, last);
      for (const row of rows) {
        const found = this.#stored(row, "trial", row["number"]);
        const state = found.oneOf("state", trialStates);
        if (state === "waiting" || state === "running") return;
        yield {
          number: found.whole("number"),
          parameters: found.json("parameters", isParameters),
          state,
          value: found.number("value"),
          step: found.whole("step"),
        };
      }
      if (rows.length < PAGE) return;
    }
  }

  reports(number: number): Report[] {
    const rows = this.db.rows(
      "SELECT replicate, step, value FROM reports WHERE study = ? AND number = ? ORDER BY replicate, step",
      this.id,
      number,
    );
    return rows.map((row) => {
      const found = this.#stored(row, "a report of trial", number);
      return {
        replicate: found.whole("replicate"),
        step: found.whole("step"),
        value: loaded(found.number("value")),
      };
    });
  }

  replicates(number: number): Replicate[] {
    const rows = this.db.rows(
      "SELECT seed, value, result FROM replicates WHERE study = ? AND number = ? ORDER BY replicate",
      this.id,
      number,
    );
    return rows.map((row) => {
      const found = this.#stored(row, "a seed of trial", number);
      return {
        seed: found.whole("seed"),
        value: loaded(found.number("value")),
        ...(row["result"] === null ? {} : { result: found.json("result", isAnything) }),
      };
    });
  }

  #stored(row: Row, what: string, number: unknown): StoredRow {
    return new StoredRow(row, `${what} ${quote(number)} in ${quote(this.db.where)}`);
  }

  best(): StoredTrial | undefined {
    const order = this.definition.direction === "minimize" ? "ASC" : "DESC";
    const row = this.db.row(
      `SELECT ${TRIAL} FROM trials WHERE study = ? AND state = 'complete' AND value IS NOT NULL ORDER BY value ${order}, number LIMIT 1`,
      this.id,
    );
    return row && toTrial(row, this.db.where);
  }

  record(number: number): TrialRecord | undefined {
    const trial = this.trial(number);
    if (!trial) return undefined;
    const { replicates, reports } = this.progress(number);
    return { ...trial, replicates, reports, ...recordOf(this.db, this.id, number) };
  }
}
