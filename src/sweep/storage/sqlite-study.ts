import { PlateauError, quote } from "../../errors.js";
import { version } from "../../version.js";
import type { StudyDefinition } from "../definition.js";
import { type Shard, shardOf, trialNumber } from "../shard.js";
import type { Parameters } from "../space/parameter.js";
import {
  type Ending,
  type Observation,
  type Replicate,
  type Report,
  type TrialError,
  type TrialState,
  trialStates,
} from "../trial.js";
import type { Connection, Row } from "./connection.js";
import { engineName, isGone, newOwner, ownerText, retire, retirements } from "./owner.js";
import { adoptRecord, recordOf } from "./records.js";
import { countStates, isAnything, isParameters, loaded, StoredRow, stored, toTrial } from "./rows.js";
import type { Owner, StoredTrial, StudyStorage, TrialProgress, TrialRecord } from "./storage.js";

/** Rows read at a time: a reader that leaves in the middle holds nothing open. */
const PAGE = 1000;
/** How soon trials are looked for again that processes have left which have ended. */
const LOOK_MILLISECONDS = 200;
const OPEN = "state IN ('waiting', 'running')";

export class SqliteStudy implements StudyStorage {
  readonly definition: StudyDefinition;
  readonly plateau: string;
  readonly #db: Connection;
  readonly #id: number;
  readonly #shard: Shard;
  /** When trials that were left were looked for in vain: all that run have to be looked at. */
  #looked: { readonly at: number; readonly retirements: number } | undefined;

  constructor(db: Connection, id: number, definition: StudyDefinition, plateau: string) {
    this.#db = db;
    this.#id = id;
    this.definition = definition;
    this.plateau = plateau;
    this.#shard = shardOf(definition);
  }

  count(): number {
    const last = this.#db.value("SELECT max(number) FROM trials WHERE study = ?", this.#id);
    if (last === null) return 0;
    const { index, count } = this.#shard;
    return 1 + (Number(last) - (index - 1)) / count;
  }

  /** The number that the next trial has to have. */
  #next(): number {
    return trialNumber(this.#shard, this.count());
  }

  states(): Record<TrialState, number> {
    return countStates(this.#db, this.#id);
  }

  firstOpen(): number | undefined {
    const found = this.#db.value(`SELECT min(number) FROM trials WHERE study = ? AND ${OPEN}`, this.#id);
    return found === null || found === undefined ? undefined : Number(found);
  }

  add(
    number: number,
    { parameters, seeds }: { parameters: Parameters; seeds: readonly number[] },
    owner: Owner,
  ): boolean {
    return this.#db.transaction(() => {
      this.#requireThere();
      if (this.#next() !== number) return false;
      this.#db.run(
        "INSERT INTO trials (study, number, state, parameters, seeds, started, owner, heartbeat) VALUES (?, ?, 'running', ?, ?, ?, ?, ?)",
        this.#id,
        number,
        JSON.stringify(parameters),
        JSON.stringify(seeds),
        new Date().toISOString(),
        ownerText(owner),
        Date.now(),
      );
      return true;
    });
  }

  #requireThere(): void {
    if (this.#db.value("SELECT 1 FROM studies WHERE id = ?", this.#id) !== undefined) return;
    throw new PlateauError("study", `study ${quote(this.definition.name)} was removed while it was run`);
  }

  claim(owner: Owner, limit: number): StoredTrial | undefined {
    const find = () => Math.min(this.#waiting(), this.#abandoned(owner));
    // Mostly there is none: a transaction would lock the file for nothing.
    if (find() >= limit) return undefined;
    return this.#db.transaction(() => {
      const free = find();
      if (free >= limit) return undefined;
      this.#db.run(
        "UPDATE trials SET state = 'running', owner = ?, heartbeat = ?, started = coalesce(started, ?) WHERE study = ? AND number = ?",
        ownerText(owner),
        Date.now(),
        new Date().toISOString(),
        this.#id,
        free,
      );
      return this.trial(free);
    });
  }

  /** The least number, Infinity where there is none. */
  #waiting(): number {
    const found = this.#db.value(
      // That there is no value says nothing new, but to SQLite: that trials_by_value has them in order.
      "SELECT number FROM trials WHERE study = ? AND state = 'waiting' AND value IS NULL ORDER BY number LIMIT 1",
      this.#id,
    );
    return found === undefined ? Number.POSITIVE_INFINITY : Number(found);
  }

  #abandoned(asker: Owner): number {
    const looked = { at: performance.now(), retirements: retirements() };
    const last = this.#looked;
    if (last && last.retirements === looked.retirements && looked.at - last.at < LOOK_MILLISECONDS) {
      return Number.POSITIVE_INFINITY;
    }
    const running = this.#db.rows(
      "SELECT number, owner, heartbeat FROM trials WHERE study = ? AND state = 'running' AND value IS NULL ORDER BY number",
      this.#id,
    );
    const found = running.find((row) => isGone(String(row["owner"]), Number(row["heartbeat"]), asker));
    this.#looked = found ? undefined : looked;
    return found ? Number(found["number"]) : Number.POSITIVE_INFINITY;
  }

  heartbeat(owner: Owner): void {
    this.#db.run(
      `UPDATE trials SET heartbeat = ? WHERE study = ? AND state = 'running' AND owner = ?`,
      Date.now(),
      this.#id,
      ownerText(owner),
    );
  }

  report(number: number, { replicate, step, value }: Report, owner: Owner): boolean {
    return this.#db.transaction(() => {
      const mine = this.#db.run(
        "UPDATE trials SET step = ? WHERE study = ? AND number = ? AND state = 'running' AND owner = ?",
        step,
        this.#id,
        number,
        ownerText(owner),
      );
      if (mine === 0) return false;
      this.#db.run(
        "INSERT OR REPLACE INTO reports (study, number, replicate, step, value) VALUES (?, ?, ?, ?, ?)",
        this.#id,
        number,
        replicate,
        step,
        stored(value),
      );
      return true;
    });
  }

  replicate(number: number, replicate: number, { seed, value, result }: Replicate, owner: Owner): boolean {
    return this.#owned(number, owner, () => {
      this.#db.run(
        "INSERT OR REPLACE INTO replicates (study, number, replicate, seed, value, result) VALUES (?, ?, ?, ?, ?, ?)",
        this.#id,
        number,
        replicate,
        seed,
        stored(value),
        result === undefined ? null : JSON.stringify(result),
      );
      // The seconds stay: they count, whatever the next seed is stopped at.
      this.#db.run("UPDATE checkpoints SET bytes = NULL WHERE study = ? AND number = ?", this.#id, number);
    });
  }

  checkpoint(number: number, seconds: number, bytes: Uint8Array, owner: Owner): boolean {
    return this.#owned(number, owner, () => {
      this.#db.run(
        "INSERT OR REPLACE INTO checkpoints (study, number, seconds, bytes) VALUES (?, ?, ?, ?)",
        this.#id,
        number,
        seconds,
        bytes,
      );
    });
  }

  /** Writes about a trial as long as it is its owner's. */
  #owned(number: number, owner: Owner, write: () => void): boolean {
    return this.#db.transaction(() => {
      const mine = this.#db.value(
        "SELECT 1 FROM trials WHERE study = ? AND number = ? AND state = 'running' AND owner = ?",
        this.#id,
        number,
        ownerText(owner),
      );
      if (mine === undefined) return false;
      write();
      return true;
    });
  }

  progress(number: number): TrialProgress {
    const kept = this.#db.row(
      "SELECT seconds, bytes FROM checkpoints WHERE study = ? AND number = ?",
      this.#id,
      number,
    );
    const bytes = kept?.["bytes"] as Uint8Array | null | undefined;
    if (typeof bytes === "string" || typeof bytes === "number") {
      throw new PlateauError(
        "study",
        `trial ${number} in ${quote(this.#db.where)} is damaged: its checkpoint is no bytes: restore a copy`,
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

  finish(
    number: number,
    { state, value, spread, error, seconds, engine = engineName() }: Ending,
    owner: Owner,
  ): boolean {
    return this.#db.transaction(() => {
      const changed = this.#db.run(
        `UPDATE trials SET state = ?, value = ?, deviation = ?, low = ?, high = ?, error_code = ?, error_message = ?,
         error_step = ?, seconds = ?, ended = ?, plateau = ?, engine = ?, owner = NULL, heartbeat = NULL
         WHERE study = ? AND number = ? AND state = 'running' AND owner = ?`,
        state,
        value,
        spread?.deviation ?? null,
        spread?.low ?? null,
        spread?.high ?? null,
        error?.code ?? null,
        error?.message ?? null,
        error?.step ?? null,
        seconds,
        new Date().toISOString(),
        version,
        engine,
        this.#id,
        number,
        ownerText(owner),
      );
      if (changed === 0) return false;
      this.#db.run("DELETE FROM checkpoints WHERE study = ? AND number = ?", this.#id, number);
      if (state === "failed" && error) this.#recordFailure(number, error);
      return true;
    });
  }

  release(number: number, owner: Owner, error?: TrialError): void {
    this.#db.transaction(() => {
      const changed = this.#db.run(
        `UPDATE trials SET state = 'waiting', owner = NULL, heartbeat = NULL, failures = failures + ?
         WHERE study = ? AND number = ? AND state = 'running' AND owner = ?`,
        error ? 1 : 0,
        this.#id,
        number,
        ownerText(owner),
      );
      if (changed > 0 && error) this.#recordFailure(number, error);
    });
  }

  retryFailed(): number {
    return this.#db.transaction(() => {
      const failed = this.#db.rows(
        "SELECT number FROM trials WHERE study = ? AND state = 'failed'",
        this.#id,
      );
      for (const { number } of failed) {
        // What it reported before it failed is reported again, to the same bits.
        this.#db.run(
          `UPDATE trials SET state = 'waiting', failures = 0, value = NULL, error_code = NULL, error_message = NULL,
           error_step = NULL, seconds = NULL, ended = NULL WHERE study = ? AND number = ?`,
          this.#id,
          Number(number),
        );
      }
      return failed.length;
    });
  }

  trial(number: number): StoredTrial | undefined {
    const row = this.#db.row("SELECT * FROM trials WHERE study = ? AND number = ?", this.#id, number);
    return row && toTrial(row, this.#db.where);
  }

  *trials(states?: readonly TrialState[]): Iterable<StoredTrial> {
    const wanted = states ? `AND state IN (${states.map(() => "?").join(", ")})` : "";
    const sql = `SELECT * FROM trials WHERE study = ? AND number > ? ${wanted} ORDER BY number LIMIT ${PAGE}`;
    for (let last = -1; ; ) {
      const rows = this.#db.rows(sql, this.#id, last, ...(states ?? []));
      for (const row of rows) yield toTrial(row, this.#db.where);
      if (rows.length < PAGE) return;
      last = Number(rows.at(-1)!["number"]);
    }
  }

  *observations(first: number, last: number): Iterable<Observation> {
    const sql = `SELECT number, parameters, state, value, step FROM trials
      WHERE study = ? AND number BETWEEN ? AND ? ORDER BY number LIMIT ${PAGE}`;
    for (let from = first; from <= last; from += PAGE) {
      const rows = this.#db.rows(sql, this.#id, from, last);
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
    const rows = this.#db.rows(
      "SELECT replicate, step, value FROM reports WHERE study = ? AND number = ? ORDER BY replicate, step",
      this.#id,
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
    const rows = this.#db.rows(
      "SELECT seed, value, result FROM replicates WHERE study = ? AND number = ? ORDER BY replicate",
      this.#id,
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
    return new StoredRow(row, `${what} ${quote(number)} in ${quote(this.#db.where)}`);
  }

  best(): StoredTrial | undefined {
    const order = this.definition.direction === "minimize" ? "ASC" : "DESC";
    const row = this.#db.row(
      `SELECT * FROM trials WHERE study = ? AND state = 'complete' AND value IS NOT NULL ORDER BY value ${order}, number LIMIT 1`,
      this.#id,
    );
    return row && toTrial(row, this.#db.where);
  }

  record(number: number): TrialRecord | undefined {
    const trial = this.trial(number);
    if (!trial) return undefined;
    const { replicates, reports } = this.progress(number);
    return { ...trial, replicates, reports, ...recordOf(this.#db, this.#id, number) };
  }

  adopt(records: Iterable<TrialRecord>): void {
    this.#db.transaction(() => {
      this.#requireThere();
      let next = this.#next();
      for (const record of records) {
        if (record.number === next) next += this.#shard.count;
        else this.#requireOpen(record.number, next);
        adoptRecord(this.#db, this.#id, record);
      }
    });
  }

  #requireOpen(number: number, next: number): void {
    const refuse = (why: string) =>
      new PlateauError("study", `trial ${number} cannot be taken over into ${quote(this.#db.where)}: ${why}`);
    const row = this.#db.row(
      "SELECT state, owner, heartbeat FROM trials WHERE study = ? AND number = ?",
      this.#id,
      number,
    );
    if (!row) throw refuse(`the next trial there is ${next}`);
    if (row["state"] === "waiting" || row["state"] === "failed") return;
    if (row["state"] !== "running") throw refuse("it has ended there");
    const owner = String(row["owner"]);
    const asker = newOwner();
    retire(asker);
    if (isGone(owner, Number(row["heartbeat"]), asker)) return;
    const [host, pid] = owner.split(" ");
    throw refuse(`process ${pid} on ${host} runs it: stop that first`);
  }

  #recordFailure(number: number, { code, message }: TrialError): void {
    this.#db.run(
      `INSERT INTO failures (study, number, failure, at, code, message) VALUES (?, ?,
       (SELECT count(*) FROM failures WHERE study = ? AND number = ?), ?, ?, ?)`,
      this.#id,
      number,
      this.#id,
      number,
      new Date().toISOString(),
      code,
      message,
    );
  }
}
