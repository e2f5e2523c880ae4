import { accessSync, constants, existsSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import type Database from "libsql";
import { PlateauError, quote } from "../../errors.js";
import { deniedPermission } from "../../files/denied.js";
import { ioError } from "../../files/io-error.js";
import { guarded, readable } from "./guarded.js";
import { keep, reuse } from "./idle.js";

type Libsql = new (path: string, options: Database.Options) => Database.Database;
let loaded: Libsql | undefined;

/**
 * @throws PlateauError `usage` where its native part is not installed, or not made for this machine; `permission`
 * where Deno may not load it
 */
function libsql(): Libsql {
  try {
    return (loaded ??= createRequire(import.meta.url)("libsql") as Libsql);
  } catch (cause) {
    const denied = deniedPermission(cause);
    if (denied)
      throw new PlateauError("permission", `studies are stored by the native module of libsql: ${denied}`, {
        cause,
      });
    const [reason] = (cause as Error).message.split("\n");
    throw new PlateauError(
      "usage",
      `studies are stored by the package libsql, whose native part is not here (${reason}): install again without --omit=optional, on this kind of machine`,
      { cause },
    );
  }
}

/** What SQLite says of a folder that takes no file fits three causes. @throws PlateauError `io` with the one */
function requireWritable(folder: string, path: string): void {
  try {
    accessSync(folder, constants.W_OK);
  } catch (cause) {
    throw ioError("cannot make", path, cause);
  }
}

type Value = number | string | Uint8Array | null;
export type Row = Record<string, unknown>;

/** How long another process may hold the file's lock before a call gives up. */
const BUSY_MILLISECONDS = 20_000;

/** An SQLite file, with every error told in our words. Statements are prepared once. */
export class Connection {
  /** The path as it was given. */
  readonly where: string;
  readonly #database: Database.Database;
  readonly #statements = new Map<string, Database.Statement>();
  readonly #queries = new Map<string, { statement: Database.Statement; names: readonly string[] }>();
  readonly #file: string;
  #shared = false;
  /** Whether it can be written to, as far as is known: else it is not used again. */
  #sound = true;
  #depth = 0;

  /**
   * @param path a file, or ":memory:"
   * @throws PlateauError `io` where there is no such file and `create` is false, or the system refuses it;
   * `study` where it is no SQLite file
   */
  constructor(path: string, { create, readonly }: { create: boolean; readonly: boolean }) {
    this.where = path;
    const memory = path === ":memory:";
    // libsql takes what looks like an address for a server's: an absolute path never does.
    const file = memory ? path : resolve(path);
    if (!memory) {
      if (!create && !existsSync(file)) {
        throw new PlateauError("io", `cannot open ${quote(path)}: there is no such file: check the path`);
      }
      if (existsSync(file) && !statSync(file).isFile()) {
        throw new PlateauError("io", `cannot open ${quote(path)}: it is no regular file: name another`);
      }
      if (!existsSync(resolve(file, ".."))) {
        const folder = resolve(file, "..");
        throw new PlateauError(
          "io",
          `cannot open ${quote(path)}: there is no folder ${quote(folder)}: create it first`,
        );
      }
      if (!existsSync(file)) requireWritable(resolve(file, ".."), path);
    }
    this.#file = file;
    this.#database =
      reuse(file) ??
      this.#guard("open", () => new (libsql())(file, { timeout: BUSY_MILLISECONDS } as Database.Options));
    try {
      this.#guard("open", () => {
        this.#rollBack();
        // Reads the header: here a file that is none shows.
        this.#database.prepare("SELECT count(*) FROM sqlite_master").get();
        this.#database.exec(`PRAGMA query_only = ${readonly ? "ON" : "OFF"}`);
        this.#database.exec(`PRAGMA busy_timeout = ${BUSY_MILLISECONDS}`);
        // After a power cut the last trials may be missing, and are run again to the same bits: not worth a
        // wait for the disk at every report. A killed process loses nothing.
        this.#database.exec("PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON");
      });
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Lets others read while this process writes (WAL). Not before it is known whose file it is: this changes it. */
  share(): void {
    this.#guard("open", () => this.#database.exec("PRAGMA journal_mode = WAL"));
    this.#shared = true;
  }

  /** Runs statements that return nothing. */
  execute(sql: string): void {
    this.#guard("write", () => this.#database.exec(sql));
  }

  /** @returns how many rows it changed */
  run(sql: string, ...values: Value[]): number {
    return this.#guard("write", () => this.#statement(sql).run(...values).changes);
  }

  row(sql: string, ...values: Value[]): Row | undefined {
    return this.#guard("read", () => {
      const { statement, names } = this.#query(sql);
      const found = statement.get(...values) as unknown[] | undefined;
      return found && named(found, names);
    });
  }

  rows(sql: string, ...values: Value[]): Row[] {
    return this.#guard("read", () => {
      const { statement, names } = this.#query(sql);
      return (statement.all(...values) as unknown[][]).map((found) => named(found, names));
    });
  }

  /** The first column of the first row. */
  value(sql: string, ...values: Value[]): unknown {
    const row = this.row(sql, ...values);
    return row && Object.values(row)[0];
  }

  /** Does all of it or nothing, while no other process writes. */
  transaction<R>(work: () => R): R {
    if (this.#depth > 0) return work();
    this.#guard("write", () => {
      this.#rollBack();
      this.#database.exec("BEGIN IMMEDIATE");
    });
    this.#depth++;
    try {
      const result = work();
      this.#guard("write", () => this.#database.exec("COMMIT"));
      return result;
    } catch (error) {
      try {
        this.#rollBack();
      } catch {
        // SQLite has rolled back by itself; the first error is the one to report.
      }
      throw error;
    } finally {
      this.#depth--;
    }
  }

  /**
   * Leaves one whole file, without SQLite's -wal beside it, if no other process uses it: so it can be copied,
   * and read where nothing can be written.
   */
  close(): void {
    this.#statements.clear();
    this.#queries.clear();
    const quietly = (work: () => unknown) => {
      try {
        work();
      } catch {
        // Somebody else has the file, or it is gone: what was to be stored is stored all the same.
      }
    };
    quietly(() => this.#rollBack());
    if (this.#shared) {
      quietly(() => this.#database.exec("PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint(TRUNCATE)"));
      quietly(() => this.#database.exec("PRAGMA journal_mode = DELETE"));
    }
    keep(this.#file, this.#database, this.#sound);
  }

  /** Takes back what was begun. Where even that fails, it is tried again before anything else is begun. */
  #rollBack(): void {
    if (this.#database.inTransaction) this.#database.exec("ROLLBACK");
  }

  #statement(sql: string): Database.Statement {
    let statement = this.#statements.get(sql);
    if (!statement) this.#statements.set(sql, (statement = this.#database.prepare(sql)));
    return statement;
  }

  #query(sql: string) {
    let query = this.#queries.get(sql);
    if (!query) {
      const { sql: safe, names } = guarded(sql);
      this.#queries.set(sql, (query = { statement: this.#database.prepare(safe).raw(), names }));
    }
    return query;
  }

  #guard<R>(action: "open" | "read" | "write", work: () => R): R {
    try {
      return work();
    } catch (cause) {
      throw this.#translate(action, cause);
    }
  }

  #translate(action: string, cause: unknown): unknown {
    if (cause instanceof PlateauError) return cause;
    const { code = "", message = "" } = cause as { code?: string; message?: string };
    const refuse = (remedy: string) =>
      ioError(`cannot ${action}`, this.where, { code: code || undefined, message }, remedy);
    if (code.startsWith("SQLITE_NOTADB")) {
      return new PlateauError(
        "study",
        `${quote(this.where)} is no SQLite file: name another (it was not touched)`,
        {
          cause,
        },
      );
    }
    if (code.startsWith("SQLITE_CORRUPT")) {
      return new PlateauError(
        "study",
        `${quote(this.where)} is damaged (${message}): restore a copy, or save what sqlite3's .recover finds`,
        { cause },
      );
    }
    if (code.startsWith("SQLITE_FULL")) return refuse("disk full: free some; what was stored before is safe");
    if (code.startsWith("SQLITE_READONLY")) {
      // Where a file could not be opened for writing just now, SQLite has opened it for reading, and it stays so.
      this.#sound = false;
      return refuse("it is read-only: change its permissions, or copy it");
    }
    if (code.startsWith("SQLITE_BUSY") || code.startsWith("SQLITE_LOCKED"))
      return refuse(`another process has held it for ${BUSY_MILLISECONDS / 1000} s: stop that, or wait`);
    if (code.startsWith("SQLITE_IOERR"))
      return refuse("the device failed: check the disk, and whether it is full");
    if (code.startsWith("SQLITE_CANTOPEN") || message.includes("Unable to open"))
      return refuse(
        "permission denied, its folder is read-only, or too many files are open: change that, or copy it to another place",
      );
    if (code.startsWith("SQLITE") && code !== "SQLITE_ERROR") return refuse(message);
    // Tables that are not ours, texts that are no UTF-8.
    return new PlateauError(
      "study",
      `cannot ${action} ${quote(this.where)}: it is damaged, or changed by another program (${message}): restore a copy`,
      { cause },
    );
  }
}

/** A row by the names of its columns. */
function named(found: readonly unknown[], names: readonly string[]): Row {
  if (names.length === 0) return { ...found };
  const row: Row = {};
  for (let i = 0; i < names.length; i++) row[names[i]] = readable(found[i], names[i]);
  return row;
}
