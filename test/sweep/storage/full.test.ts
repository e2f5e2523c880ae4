import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { PlateauError } from "../../../src/errors.js";
import { HEARTBEAT_SECONDS } from "../../../src/sweep/storage/storage.js";
import { Study } from "../../../src/sweep/study.js";
import { line } from "../support/line.js";

const Database = createRequire(import.meta.url)("libsql") as new (
  path: string,
) => { exec(sql: string): unknown; prepare(sql: string): { run(...values: unknown[]): unknown } };

/** Lets statements that return nothing fail as on a full disk, until it is called. */
function fills(t: ExecutionContext, statements: readonly string[]): () => void {
  const { prototype } = Database;
  const { exec } = prototype;
  const empty = () => {
    prototype.exec = exec;
  };
  t.teardown(empty);
  prototype.exec = function (sql: string) {
    if (statements.includes(sql)) throw Object.assign(new Error("full"), { code: "SQLITE_FULL" });
    return exec.call(this, sql);
  };
  return empty;
}

function temporary(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), "plateau-full-"));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "a.sqlite");
}

const full = { instanceOf: PlateauError, code: "io", message: /disk full/ };

test.serial("what could not even be rolled back is rolled back before anything else", async (t) => {
  const file = temporary(t);
  const study = await Study.open(file, line);
  study.ask()!.tell(0.5);
  const empty = fills(t, ["COMMIT", "ROLLBACK"]);
  t.throws(() => study.ask(), full);
  empty();
  t.is(study.ask()!.number, 1);
  fills(t, ["COMMIT", "ROLLBACK"]);
  t.throws(() => study.ask(), full);
  t.throws(() => study.close(), full);
  empty();
  const again = await Study.open(file, line);
  t.deepEqual(
    [...again.trials()].map(({ number }) => number),
    [0, 1],
  );
  again.close();
});

test.serial(
  "trials that a closed study cannot give back, as the disk is full, are asked for again",
  async (t) => {
    const file = temporary(t);
    const study = await Study.open(file, line);
    const { number } = study.ask()!;
    const empty = fills(t, ["BEGIN IMMEDIATE"]);
    t.throws(() => study.close(), full);
    empty();
    const again = await Study.open(file, line);
    t.is(again.ask()!.number, number);
    again.close();
  },
);

test.serial("a sign of life that cannot be stored ends nobody's process", async (t) => {
  const beats: (() => void)[] = [];
  const { setInterval } = globalThis;
  t.teardown(() => (globalThis.setInterval = setInterval));
  globalThis.setInterval = ((work: () => void, milliseconds: number) => {
    if (milliseconds === 1000 * HEARTBEAT_SECONDS) beats.push(work);
    return setInterval(work, milliseconds);
  }) as typeof setInterval;
  const study = await Study.open(temporary(t), line);
  const asked = study.ask()!;
  t.is(beats.length, 1);
  const statement = Object.getPrototypeOf(new Database(":memory:").prepare("SELECT 1"));
  const { run } = statement;
  t.teardown(() => (statement.run = run));
  statement.run = () => {
    throw Object.assign(new Error("full"), { code: "SQLITE_FULL" });
  };
  t.notThrows(beats[0]);
  t.throws(() => asked.tell(0.5), full);
  statement.run = run;
  t.is(asked.tell(0.5).value, 0.5);
  study.close();
});
