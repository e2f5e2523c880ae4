import { PlateauError, quote } from "../../errors.js";
import { version } from "../../version.js";
import { trialNumber } from "../shard.js";
import type { Parameters } from "../space/parameter.js";
import type { Ending, Replicate, Report, TrialError } from "../trial.js";
import { engineName, isGone, newOwner, ownerText, retire, retirements } from "./owner.js";
import { adoptRecord } from "./records.js";
import { stored } from "./rows.js";
import type { Owner, StoredTrial, StudyStorage, TrialRecord } from "./storage.js";
import { StudyFacts } from "./study-facts.js";

/** How soon trials are looked for again that processes have left which have ended. */
const LOOK_MILLISECONDS = 200;

/** A study in SQLite: what is read of it, and what changes it, each call whole or not at all. */
export class SqliteStudy extends StudyFacts implements StudyStorage {
  /** When trials that were left were looked for in vain: all that run have to be looked at. */
  #looked: { readonly at: number; readonly retirements: number } | undefined;

  /** The number that the next trial has to have. */
  #next(): number {
    return trialNumber(this.shard, this.count());
  }

  add(
    number: number,
    { parameters, seeds }: { parameters: Parameters; seeds: readonly number[] },
    owner: Owner,
  ): boolean {
    return this.db.transaction(() => {
      this.#requireThere();
      if (this.#next() !== number) return false;
      this.db.run(
        "INSERT INTO trials (study, number, state, parameters, seeds, started, owner, heartbeat) VALUES (?, ?, 'running', ?, ?, ?, ?, ?)",
        this.id,
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
    if (this.db.value("SELECT 1 FROM studies WHERE id = ?", this.id) !== undefined) return;
    throw new PlateauError("study", `study ${quote(this.definition.name)} was removed while it was run`);
  }

  claim(owner: Owner, limit: number): StoredTrial | undefined {
    const find = () => Math.min(this.#waiting(), this.#abandoned(owner));
    // Mostly there is none: a transaction would lock the file for nothing.
    if (find() >= limit) return undefined;
    return this.db.transaction(() => {
      const free = find();
      if (free >= limit) return undefined;
      this.db.run(
        "UPDATE trials SET state = 'running', owner = ?, heartbeat = ?, started = coalesce(started, ?) WHERE study = ? AND number = ?",
        ownerText(owner),
        Date.now(),
        new Date().toISOString(),
        this.id,
        free,
      );
      return this.trial(free);
    });
  }

  /** The least number, Infinity where there is none. */
  #waiting(): number {
    const found = this.db.value(
      // That there is no value says nothing new, but to SQLite: that trials_by_value has them in order.
      "SELECT number FROM trials WHERE study = ? AND state = 'waiting' AND value IS NULL ORDER BY number LIMIT 1",
      this.id,
    );
    return found === undefined ? Number.POSITIVE_INFINITY : Number(found);
  }

  #abandoned(asker: Owner): number {
    const looked = { at: performance.now(), retirements: retirements() };
    const last = this.#looked;
    if (last && last.retirements === looked.retirements && looked.at - last.at < LOOK_MILLISECONDS) {
      return Number.POSITIVE_INFINITY;
    }
    const running = this.db.rows(
      "SELECT number, owner, heartbeat FROM trials WHERE study = ? AND state = 'running' AND value IS NULL ORDER BY number",
      this.id,
    );
    const found = running.find((row) => isGone(String(row["owner"]), Number(row["heartbeat"]), asker));
    this.#looked = found ? undefined : looked;
    return found ? Number(found["number"]) : Number.POSITIVE_INFINITY;
  }

  heartbeat(owner: Owner): void {
    this.db.run(
      `UPDATE trials SET heartbeat = ? WHERE study = ? AND state = 'running' AND owner = ?`,
      Date.now(),
      this.id,
      ownerText(owner),
    );
  }

  report(number: number, { replicate, step, value }: Report, owner: Owner): boolean {
    return this.db.transaction(() => {
      const mine = this.db.run(
        "UPDATE trials SET step = ? WHERE study = ? AND number = ? AND state = 'running' AND owner = ?",
        step,
        this.id,
        number,
        ownerText(owner),
      );
      if (mine === 0) return false;
      this.db.run(
        "INSERT OR REPLACE INTO reports (study, number, replicate, step, value) VALUES (?, ?, ?, ?, ?)",
        this.id,
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
      this.db.run(
        "INSERT OR REPLACE INTO replicates (study, number, replicate, seed, value, result) VALUES (?, ?, ?, ?, ?, ?)",
        this.id,
        number,
        replicate,
        seed,
        stored(value),
        result === undefined ? null : JSON.stringify(result),
      );
      // The seconds stay: they count, whatever the next seed is stopped at.
      this.db.run("UPDATE checkpoints SET bytes = NULL WHERE study = ? AND number = ?", this.id, number);
    });
  }

  checkpoint(number: number, seconds: number, bytes: Uint8Array, owner: Owner): boolean {
    return this.#owned(number, owner, () => {
      this.db.run(
        "INSERT OR REPLACE INTO checkpoints (study, number, seconds, bytes) VALUES (?, ?, ?, ?)",
        this.id,
        number,
        seconds,
        bytes,
      );
    });
  }

  /** Writes about a trial as long as it is its owner's. */
  #owned(number: number, owner: Owner, write: () => void): boolean {
    return this.db.transaction(() => {
      const mine = this.db.value(
        "SELECT 1 FROM trials WHERE study = ? AND number = ? AND state = 'running' AND owner = ?",
        this.id,
        number,
        ownerText(owner),
      );
      if (mine === undefined) return false;
      write();
      return true;
    });
  }

  finish(
    number: number,
    { state, value, spread, error, seconds, engine = engineName() }: Ending,
    owner: Owner,
  ): boolean {
    return this.db.transaction(() => {
      const changed = this.db.run(
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
        this.id,
        number,
        ownerText(owner),
      );
      if (changed === 0) return false;
      this.db.run("DELETE FROM checkpoints WHERE study = ? AND number = ?", this.id, number);
      if (state === "failed" && error) this.#recordFailure(number, error);
      return true;
    });
  }

  release(number: number, owner: Owner, error?: TrialError): void {
    this.db.transaction(() => {
      const changed = this.db.run(
        `UPDATE trials SET state = 'waiting', owner = NULL, heartbeat = NULL, failures = failures + ?
         WHERE study = ? AND number = ? AND state = 'running' AND owner = ?`,
        error ? 1 : 0,
        this.id,
        number,
        ownerText(owner),
      );
      if (changed > 0 && error) this.#recordFailure(number, error);
    });
  }

  retryFailed(): number {
    return this.db.transaction(() => {
      const failed = this.db.rows("SELECT number FROM trials WHERE study = ? AND state = 'failed'", this.id);
      for (const { number } of failed) {
        // What it reported before it failed is reported again, to the same bits.
        this.db.run(
          `UPDATE trials SET state = 'waiting', failures = 0, value = NULL, error_code = NULL, error_message = NULL,
           error_step = NULL, seconds = NULL, ended = NULL WHERE study = ? AND number = ?`,
          this.id,
          Number(number),
        );
      }
      return failed.length;
    });
  }

  adopt(records: Iterable<TrialRecord>): void {
    this.db.transaction(() => {
      this.#requireThere();
      let next = this.#next();
      for (const record of records) {
        if (record.number === next) next += this.shard.count;
        else this.#requireOpen(record.number, next);
        adoptRecord(this.db, this.id, record);
      }
    });
  }

  #requireOpen(number: number, next: number): void {
    const refuse = (why: string) =>
      new PlateauError("study", `trial ${number} cannot be taken over into ${quote(this.db.where)}: ${why}`);
    const row = this.db.row(
      "SELECT state, owner, heartbeat FROM trials WHERE study = ? AND number = ?",
      this.id,
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
    this.db.run(
      `INSERT INTO failures (study, number, failure, at, code, message) VALUES (?, ?,
       (SELECT count(*) FROM failures WHERE study = ? AND number = ?), ?, ?, ?)`,
      this.id,
      number,
      this.id,
      number,
      new Date().toISOString(),
      code,
      message,
    );
  }
}
