import { requireArguments } from "../../arguments.js";
import { PlateauError, quote } from "../../errors.js";
import { MOST_LEVELS, nestedBeyond } from "../../nesting.js";
import { version } from "../../version.js";
import { type StudyDefinition, storedDefinition } from "../definition.js";
import { listed } from "../pick.js";
import { Connection } from "./connection.js";
import { isGone, newOwner, retire } from "./owner.js";
import { countStates } from "./rows.js";
import { prepareSchema } from "./schema.js";
import { SqliteStudy } from "./sqlite-study.js";
import type { Storage, StudyStorage, StudySummary } from "./storage.js";

/** How a study's file is opened. */
export interface OpenOptions {
  /** Make the file where there is none. Default true. */
  readonly create?: boolean;
  /** Change nothing, for readers. Default false. */
  readonly readonly?: boolean;
}

/**
 * Studies in one SQLite file, which any SQLite tool reads and several processes may use at a time.
 * @param path a file, or ":memory:" for studies that end with the process
 * @throws PlateauError `io`, `study`: the file is not touched then
 */
export function openSqlite(path: string, options: OpenOptions = {}): Storage {
  requireArguments("openSqlite", { path: [path, "text"], options: [options, "object?"] });
  const { create = true, readonly = false } = options;
  const connection = new Connection(path, { create: create && !readonly, readonly });
  try {
    prepareSchema(connection, !readonly);
  } catch (error) {
    connection.close();
    throw error;
  }
  return new SqliteStorage(connection);
}

class SqliteStorage implements Storage {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  get where(): string {
    return this.#connection.where;
  }

  list(): StudySummary[] {
    const studies = this.#connection.rows(
      "SELECT id, name, definition, created, plateau FROM studies ORDER BY id",
    );
    return studies.map(({ id, name, definition, created, plateau }) => ({
      name: String(name),
      definition: parseDefinition(definition, String(name), this.where),
      created: String(created),
      plateau: String(plateau),
      states: countStates(this.#connection, Number(id)),
    }));
  }

  find(name: string): StudyStorage | undefined {
    const row = this.#connection.row("SELECT id, definition, plateau FROM studies WHERE name = ?", name);
    if (!row) return undefined;
    const definition = parseDefinition(row["definition"], name, this.where);
    return new SqliteStudy(this.#connection, Number(row["id"]), definition, String(row["plateau"]));
  }

  create(definition: StudyDefinition): StudyStorage {
    return this.#connection.transaction(() => {
      const existing = this.find(definition.name);
      if (existing) return existing;
      this.#connection.run(
        "INSERT INTO studies (name, definition, plateau, created) VALUES (?, ?, ?, ?)",
        definition.name,
        JSON.stringify(definition),
        version,
        new Date().toISOString(),
      );
      return listed(this, definition.name);
    });
  }

  remove(name: string): boolean {
    return this.#connection.transaction(() => {
      const running = this.#connection.rows(
        "SELECT t.number, t.owner, t.heartbeat FROM trials t JOIN studies s ON s.id = t.study WHERE s.name = ? AND t.state = 'running'",
        name,
      );
      const asker = newOwner();
      retire(asker);
      const held = running.find((row) => !isGone(String(row["owner"]), Number(row["heartbeat"]), asker));
      if (held) {
        const [host, pid] = String(held["owner"]).split(" ");
        throw new PlateauError(
          "study",
          `study ${quote(name)} is being run by process ${pid} on ${host} (trial ${held["number"]}): stop that first`,
        );
      }
      return this.#connection.run("DELETE FROM studies WHERE name = ?", name) > 0;
    });
  }

  close(): void {
    this.#connection.close();
  }
}

function parseDefinition(text: unknown, name: string, where: string): StudyDefinition {
  const damaged = (problem: string, cause?: unknown) =>
    new PlateauError(
      "study",
      `the definition of study ${quote(name)} in ${quote(where)} is damaged: ${problem}: restore a copy`,
      { cause },
    );
  let value: unknown;
  try {
    value = JSON.parse(String(text));
  } catch (cause) {
    throw damaged("it is no JSON", cause);
  }
  if (nestedBeyond(value)) throw damaged(`it nests more than ${MOST_LEVELS} levels deep`);
  try {
    const definition = storedDefinition(value);
    if (definition.name === name) return definition;
  } catch (cause) {
    if (!(cause instanceof PlateauError)) throw cause;
    throw damaged(cause.message, cause);
  }
  throw damaged("it is that of a study of another name");
}
