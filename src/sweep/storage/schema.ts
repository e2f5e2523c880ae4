import { PlateauError, quote } from "../../errors.js";
import { trialStates } from "../trial.js";
import type { Connection } from "./connection.js";

/** "plat", in the header of every study file. */
const APPLICATION = 0x706c6174;

/**
 * What brought a study file from each version to the next: the first from nothing. Append only: files of
 * every version are out there.
 */
const migrations: readonly string[] = [
  `
  CREATE TABLE studies (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- never that of a study that was removed
    name TEXT NOT NULL UNIQUE,
    definition TEXT NOT NULL,            -- JSON: all that decides the study's bits
    plateau TEXT NOT NULL,               -- the version that made it
    created TEXT NOT NULL                -- ISO 8601, UTC
  );
  CREATE TABLE trials (
    study INTEGER NOT NULL REFERENCES studies (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN (${trialStates.map((state) => `'${state}'`).join(", ")})),
    parameters TEXT NOT NULL,            -- JSON object; one row each in the view parameters
    seeds TEXT NOT NULL,                 -- JSON array
    value REAL,                          -- mean over the seeds
    deviation REAL,                      -- standard deviation over the seeds
    low REAL,                            -- 95% interval of the mean
    high REAL,
    step INTEGER NOT NULL DEFAULT 0,     -- last step reported
    failures INTEGER NOT NULL DEFAULT 0, -- how often it broke down
    error_code TEXT,
    error_message TEXT,
    error_step INTEGER,
    seconds REAL,                        -- of work
    started TEXT,
    ended TEXT,
    plateau TEXT,
    engine TEXT,
    owner TEXT,                          -- host process nonce: whose the lease is
    heartbeat REAL,                      -- last sign of life, milliseconds since 1970
    UNIQUE (study, number)
  );
  CREATE INDEX trials_by_value ON trials (study, state, value, number);
  CREATE INDEX trials_open ON trials (study, number) WHERE state IN ('waiting', 'running');
  CREATE TABLE replicates (              -- what each seed gave
    study INTEGER NOT NULL,
    number INTEGER NOT NULL,
    replicate INTEGER NOT NULL,
    seed INTEGER NOT NULL,
    value REAL,
    result TEXT,                         -- JSON: what the objective returned beside the value
    PRIMARY KEY (study, number, replicate),
    FOREIGN KEY (study, number) REFERENCES trials (study, number) ON DELETE CASCADE
  );
  CREATE TABLE reports (                 -- intermediate values
    study INTEGER NOT NULL,
    number INTEGER NOT NULL,
    replicate INTEGER NOT NULL,
    step INTEGER NOT NULL,
    value REAL,                          -- NULL: not a number
    PRIMARY KEY (study, number, replicate, step),
    FOREIGN KEY (study, number) REFERENCES trials (study, number) ON DELETE CASCADE
  ) WITHOUT ROWID;
  CREATE TABLE failures (                -- every breakdown, retried or not
    study INTEGER NOT NULL,
    number INTEGER NOT NULL,
    failure INTEGER NOT NULL,
    at TEXT NOT NULL,
    code TEXT NOT NULL,
    message TEXT NOT NULL,
    PRIMARY KEY (study, number, failure),
    FOREIGN KEY (study, number) REFERENCES trials (study, number) ON DELETE CASCADE
  );
  CREATE TABLE checkpoints (             -- of trials that have not ended
    study INTEGER NOT NULL,
    number INTEGER NOT NULL,
    seconds REAL NOT NULL,               -- of work when it was taken
    bytes BLOB,
    PRIMARY KEY (study, number),
    FOREIGN KEY (study, number) REFERENCES trials (study, number) ON DELETE CASCADE
  );
  CREATE VIEW parameters AS
    SELECT study, number, entry.key AS name, entry.value AS value
    FROM trials, json_each(trials.parameters) AS entry;
  `,
];

/**
 * Makes a file a study file of this version: a new one by creating its tables, an older one by the steps
 * that lead here, all in one transaction.
 * @throws PlateauError `study` where it is another program's, or a newer plateau's; it is not touched then
 */
export function prepareSchema(connection: Connection, writable: boolean): void {
  const { where } = connection;
  const state = () => {
    const version = Number(connection.value("PRAGMA user_version"));
    const application = Number(connection.value("PRAGMA application_id"));
    const tables = Number(connection.value("SELECT count(*) FROM sqlite_master"));
    if (application !== APPLICATION && (tables > 0 || version > 0)) {
      throw new PlateauError(
        "study",
        `${quote(where)} is a SQLite file of another program, not of studies: name another file`,
      );
    }
    if (version > migrations.length) {
      throw new PlateauError(
        "study",
        `${quote(where)} was written by a later plateau (its schema is version ${version}, this one knows ${migrations.length}): use that plateau, or name another file`,
      );
    }
    return version;
  };
  const version = state();
  if (writable) connection.share();
  if (version === migrations.length) return;
  if (!writable) {
    throw new PlateauError(
      "study",
      `${quote(where)} holds no studies, or was written by an earlier plateau: open it for writing once`,
    );
  }
  connection.transaction(() => {
    // Another process may have done it while this one waited for the lock.
    for (const step of migrations.slice(state())) connection.execute(step);
    connection.execute(`PRAGMA application_id = ${APPLICATION}; PRAGMA user_version = ${migrations.length}`);
  });
}
