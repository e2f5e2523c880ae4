import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import type Database from "libsql";
import { exportTrials } from "../../../src/sweep/export.js";
import { openSqlite } from "../../../src/sweep/storage/sqlite.js";
import { Study } from "../../../src/sweep/study.js";
import { identity, line } from "../support/line.js";

const Libsql = createRequire(import.meta.url)("libsql") as new (path: string) => Database.Database;
const deep = `${"[".repeat(10_000)}${"]".repeat(10_000)}`;

for (const [change, message] of [
  [
    "UPDATE trials SET parameters = '{' WHERE number = 1",
    /^trial 1 in ".*" is damaged: its parameters is "\{", which plateau never writes: restore a copy$/,
  ],
  ["UPDATE trials SET parameters = '[1]'", /its parameters is "\[1\]"/],
  ["UPDATE trials SET seeds = '[\"a\"]'", /its seeds is/],
  ["UPDATE trials SET value = 'much'", /its value is "much"/],
  ["UPDATE trials SET step = 1.5", /its step is 1.5/],
  ["UPDATE trials SET state = 'gone'", /its state is "gone"/],
  ["UPDATE replicates SET result = '{'", /^a seed of trial 0 in ".*" is damaged: its result is/],
  [`UPDATE replicates SET result = '${deep}'`, /its result is/],
  [
    "UPDATE studies SET definition = '{}'",
    /^the definition of study "line" in ".*" is damaged: study: name is missing/,
  ],
  [`UPDATE studies SET definition = '${deep}'`, /it nests more than 500 levels deep/],
  [
    "UPDATE studies SET definition = replace(definition, 'line', 'lime')",
    /it is that of a study of another name/,
  ],
  // libsql ends the process where it reads a text that is no UTF-8.
  ["UPDATE trials SET parameters = CAST(x'7bff7d' AS TEXT)", /it is damaged, .*encoded data was not valid/],
  ["UPDATE trials SET state = CAST(x'c3' AS TEXT)", /it is damaged, .*encoded data was not valid/],
  ["UPDATE trials SET plateau = CAST(x'3000ff' AS TEXT)", /it is damaged, .*encoded data was not valid/],
  ["UPDATE replicates SET result = CAST(x'22e42222' AS TEXT)", /it is damaged, .*encoded data was not valid/],
  ["UPDATE studies SET plateau = CAST(x'fe' AS TEXT)", /it is damaged, .*encoded data was not valid/],
  ["UPDATE trials SET value = CAST(x'fe' AS TEXT)", /it is damaged, .*encoded data was not valid/],
  // Bytes that spell a state are none, or some would count it and some not.
  ["UPDATE trials SET state = CAST('complete' AS BLOB) WHERE number = 1", /it is damaged, .*has bytes/],
  [
    "DROP TABLE reports",
    /^cannot read ".*": it is damaged, or changed by another program \(.*reports.*\): restore a copy$/,
  ],
] as const) {
  test(`a study file after ${change.slice(0, 70)} is refused as damaged`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "plateau-damaged-"));
    t.teardown(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, "s.sqlite");
    const study = await Study.open(file, line);
    for await (const _ of study.run({ trials: 2, workers: 1, objective: identity }));
    study.close();
    const database = new Libsql(file);
    database.exec(`PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF; ${change}`);
    database.close();
    const storage = openSqlite(file, { readonly: true });
    t.teardown(() => storage.close());
    const read = () => {
      storage.list();
      return [...exportTrials(storage.find("line")!)];
    };
    t.throws(read, { code: "study", message });
  });
}

test("a study file with a column whose name is no UTF-8 is refused, too: to ask for its name ends the process", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "plateau-damaged-"));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "s.sqlite");
  const study = await Study.open(file, line);
  for await (const _ of study.run({ trials: 2, workers: 1, objective: identity }));
  study.close();
  const bytes = readFileSync(file);
  bytes[bytes.indexOf("engine TEXT")] = 0xff;
  // Another name: of this one the file may still be open.
  const damaged = join(folder, "damaged.sqlite");
  writeFileSync(damaged, bytes);
  const storage = openSqlite(damaged, { readonly: true });
  t.teardown(() => storage.close());
  const found = storage.find("line")!;
  for (const read of [() => [...found.trials()], () => found.trial(0), () => found.best()]) {
    t.throws(read, { code: "study", message: /damaged.sqlite": it is damaged, .*no such column: engine/ });
  }
});

test("texts that are not plain ASCII are read as they were written", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "plateau-damaged-"));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "s.sqlite");
  const texts = ["größe", "尺寸", "\ufeffx", "a\u{1f600}", "b\0c"];
  const space = { parameters: { x: texts } };
  const study = await Study.open(file, { name: "naïve €", sampler: "grid", space });
  for await (const _ of study.run({ trials: texts.length, workers: 1, objective: () => 1 }));
  study.close();
  const storage = openSqlite(file, { readonly: true });
  t.teardown(() => storage.close());
  t.deepEqual(
    storage.list().map(({ name }) => name),
    ["naïve €"],
  );
  const found = [...storage.find("naïve €")!.trials()];
  t.deepEqual(found.map(({ parameters }) => parameters["x"]).sort(), [...texts].sort());
});
