import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import test, { type ExecutionContext } from "ava";
import Database from "libsql";
import { PlateauError } from "../../../src/errors.js";
import { defineStudy, type StudyInput } from "../../../src/sweep/definition.js";
import { storageConformance } from "../../../src/sweep/storage/conformance.js";
import { openSqlite } from "../../../src/sweep/storage/sqlite.js";
import { Study } from "../../../src/sweep/study.js";
import { folder, plateau, startScript } from "../../cli/plateau.js";
import { finish } from "../support/facts.js";

const input: StudyInput = {
  name: "a",
  sampler: "random",
  space: { parameters: { x: { type: "uniform", low: 0, high: 1 }, kind: ["a", "b"] } },
};
const objective = ({ parameters }: { parameters: Readonly<Record<string, unknown>> }) =>
  Number(parameters["x"]);

for (const { name, run } of storageConformance(() => openSqlite(":memory:"))) {
  test(`SQLite: ${name}`, async (t) => {
    await run();
    t.pass();
  });
}

async function madeStudy(t: ExecutionContext): Promise<string> {
  const file = join(folder(t), "runs.sqlite");
  const study = await Study.open(file, input);
  await finish(study, { trials: 5, objective });
  study.close();
  return file;
}

test("a study file is read by any SQLite tool: trials, parameters, values", async (t) => {
  const file = await madeStudy(t);
  const database = new Database(file);
  const rows = database
    .prepare(
      "SELECT s.name, t.number, t.state, p.value AS x, t.value FROM trials t JOIN studies s ON s.id = t.study JOIN parameters p ON p.study = t.study AND p.number = t.number AND p.name = 'x' ORDER BY t.number",
    )
    .all() as { name: string; number: number; state: string; x: number; value: number }[];
  t.is(rows.length, 5);
  for (const { name, state, x, value } of rows) {
    t.like({ name, state }, { name: "a", state: "complete" });
    t.is(x, value);
  }
  database.close();
});

async function refused(t: ExecutionContext, file: string, pattern: RegExp, study: StudyInput = input) {
  const before = readFileSync(file);
  const error = await t.throwsAsync(() => Study.open(file, study), {
    instanceOf: PlateauError,
    message: pattern,
  });
  t.is((error as PlateauError).code, "study");
  if (study === input) t.true(before.equals(readFileSync(file)), "the file was not touched");
}

test("a file that is no SQLite file is refused and not touched", async (t) => {
  const file = join(folder(t), "notes.txt");
  writeFileSync(file, "not a database, however long it may be. ".repeat(100));
  await refused(t, file, /is no SQLite file/);
});

test("a SQLite file of another program is refused and not touched", async (t) => {
  const file = join(folder(t), "other.sqlite");
  const database = new Database(file);
  database.exec("CREATE TABLE songs (title TEXT)");
  database.close();
  await refused(t, file, /is a SQLite file of another program/);
});

test("a file with a newer schema is refused and not touched", async (t) => {
  const file = await madeStudy(t);
  const database = new Database(file);
  database.exec("PRAGMA user_version = 99");
  database.close();
  await refused(t, file, /was written by a later plateau \(its schema is version 99, this one knows 1\)/);
});

test("a study opened with another space or sampler is refused by what differs", async (t) => {
  const file = await madeStudy(t);
  const space = {
    parameters: { ...input.space.parameters, x: { type: "uniform", low: 0, high: 2 } },
  } as const;
  await refused(t, file, /has another space: parameters: x: high: stored 1, given 2: /, {
    ...input,
    space,
  });
  await refused(t, file, /has another sampler: name: stored "random", given "sobol"/, {
    ...input,
    sampler: "sobol",
  });
  await refused(t, file, /has another seed: stored 0, given 4: /, { ...input, seed: 4 });
});

test("damage is named, wherever it is met", async (t) => {
  const file = await madeStudy(t);
  const bytes = readFileSync(file);
  // Every page but the first.
  bytes.fill(0x5a, 4096);
  writeFileSync(file, bytes);
  await t.throwsAsync(
    async () => {
      const study = await Study.open(file, input);
      try {
        await finish(study, { trials: 8, objective });
      } finally {
        study.close();
      }
    },
    { instanceOf: PlateauError, message: /is damaged/ },
  );
});

test("a truncated file is refused", async (t) => {
  const file = await madeStudy(t);
  truncateSync(file, 5000);
  const error = await t.throwsAsync(() => Study.open(file, input), { instanceOf: PlateauError });
  t.regex(error!.message, /is damaged|no SQLite file/);
});

test("a missing folder, a folder for a file, and an unknown study are named", async (t) => {
  const path = folder(t);
  await t.throwsAsync(() => Study.open(join(path, "none", "a.sqlite"), input), {
    message: /there is no folder .*create it first/,
  });
  await t.throwsAsync(() => Study.open(path, input), { message: /it is no regular file/ });
  await t.throwsAsync(() => Study.open(join(path, "a.sqlite"), { name: "a" }), {
    message: /there is no such file/,
  });
  const file = await madeStudy(t);
  await t.throwsAsync(() => Study.open(file, { name: "b" }), { message: /has no study "b": it holds "a"/ });
});

test("several studies in a file do not see each other, and can be removed", async (t) => {
  const file = await madeStudy(t);
  await using other = await Study.open(file, { ...input, name: "b", seed: 1 });
  await finish(other, { trials: 3, objective });
  const storage = openSqlite(file);
  t.deepEqual(
    storage.list().map(({ name, states }) => [name, states.complete]),
    [
      ["a", 5],
      ["b", 3],
    ],
  );
  t.true(storage.remove("a"));
  t.false(storage.remove("a"));
  t.is(storage.find("a"), undefined);
  t.is(storage.find("b")!.count(), 3);
  storage.close();
});

function mounted(t: ExecutionContext, options: string): string | undefined {
  const path = join(folder(t), "disk");
  mkdirSync(path);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", options, "plateau-test", path], { stdio: "ignore" });
  } catch {
    t.log("SKIPPED: mounting a small file system is not allowed here");
    t.pass();
    return undefined;
  }
  t.teardown(() => execFileSync("umount", ["-l", path], { stdio: "ignore" }));
  return path;
}

test("a full disk stops the sweep with a clear error; once there is room it goes on to the same study", async (t) => {
  const disk = mounted(t, "size=400k");
  if (!disk) return;
  await using whole = await Study.open(":memory:", input);
  await finish(whole, { trials: 400, objective });
  const file = join(disk, "runs.sqlite");
  const study = await Study.open(file, input);
  writeFileSync(join(disk, "filling"), new Uint8Array(200 * 1024));
  const error = await t.throwsAsync(() => finish(study, { trials: 400, objective }), {
    instanceOf: PlateauError,
  });
  t.regex(
    error!.message,
    /disk full: free some; what was stored before is safe|the device failed: check the disk, and whether it is full/,
  );
  t.is((error as PlateauError).code, "io");
  study.close();
  execFileSync("mount", ["-o", "remount,size=8m", disk]);
  const again = await Study.open(file, input);
  await finish(again, { trials: 400, objective });
  t.deepEqual(
    [...again.trials()].map(({ number, value }) => [number, value]),
    [...whole.trials()].map(({ number, value }) => [number, value]),
  );
  again.close();
});

test("a study on a read-only file system can be looked at, not gone on with", async (t) => {
  const disk = mounted(t, "size=4m");
  if (!disk) return;
  const file = join(disk, "runs.sqlite");
  // In a process of its own: files that are open for writing keep a file system from becoming read-only.
  const made = await startScript([fileURLToPath(new URL("../support/short-study.js", import.meta.url)), file])
    .ended;
  t.is(made.code, 0, made.stderr);
  t.deepEqual(readdirSync(disk), ["runs.sqlite"], "one whole file is left");
  execFileSync("mount", ["-o", "remount,ro", disk]);
  const storage = openSqlite(file, { readonly: true });
  t.is(storage.find("short")!.states().complete, 5);
  storage.close();
  const continued = await plateau(["sweep", "--study", file, "--resume", "--trials", "9"]);
  t.is(continued.code, 1);
  t.regex(continued.stderr, /^error: cannot (open|write) .*read-only.*\n$/);
});

test("definitions are plain data with everything filled in", (t) => {
  const definition = defineStudy(input);
  t.like(definition, {
    seed: 0,
    direction: "minimize",
    pruner: { name: "none" },
    seeds: 1,
    lookahead: 8,
    retries: 2,
  });
  t.deepEqual(JSON.parse(JSON.stringify(definition)), definition);
});
