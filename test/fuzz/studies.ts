import { copyFileSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import fc from "fast-check";
import type Database from "libsql";
import { documentOfStudy } from "../../src/report/documents/sweep.js";
import { exportTrials, trialTable } from "../../src/sweep/export.js";
import { openSqlite } from "../../src/sweep/storage/sqlite.js";
import { Study } from "../../src/sweep/study.js";
import { Refusals } from "./refusals.js";

const Libsql = createRequire(import.meta.url)("libsql") as new (path: string) => Database.Database;

const input = {
  name: "line",
  seeds: 2,
  sampler: { name: "tpe", startup: 2 },
  pruner: "median",
  space: { parameters: { x: { type: "uniform", low: 0, high: 1 }, kind: ["a", "b"] } },
} as const;

/** A study of a few trials, some of them open, and what SQLite has beside it while it is written. */
export async function makeStudy(
  folder: string,
): Promise<{ file: Uint8Array; wal: Uint8Array; whole: Uint8Array }> {
  const path = join(folder, "made.sqlite");
  const study = await Study.open(path, input);
  const objective = ({
    parameters,
    report,
  }: {
    parameters: Readonly<Record<string, unknown>>;
    report: (step: number, value: number) => unknown;
  }) => {
    report(1, Number(parameters["x"]));
    return Number(parameters["x"]);
  };
  for await (const _ of study.run({ trials: 6, workers: 1, objective }));
  study.ask()?.report(1, 0.5);
  copyFileSync(path, join(folder, "open.sqlite"));
  const file = readFileSync(path);
  const wal = readFileSync(`${path}-wal`);
  study.close();
  return { file, wal, whole: readFileSync(path) };
}

/** Reads all there is, then goes on with it. */
export async function exercise(path: string): Promise<void> {
  const refusals = new Refusals();
  const attempt = (work: () => unknown) => refusals.attempt(work);
  await attempt(async () => {
    const storage = openSqlite(path, { readonly: true });
    try {
      await attempt(() => storage.list());
      const study = storage.find("line");
      if (!study) return;
      await attempt(() => study.best());
      await attempt(() => study.progress(0));
      await attempt(() => [...exportTrials(study)]);
      await attempt(() => trialTable(study));
      await attempt(() => [...study.observations(0, 100)]);
    } finally {
      storage.close();
    }
  });
  await attempt(async () => {
    const study = await Study.open(path, {});
    try {
      await attempt(() => documentOfStudy(study));
      await attempt(() => study.retryFailed());
      const trial = study.ask();
      trial?.report(2, 0.25);
      trial?.tell(trial.seeds.map(() => 0.5));
    } finally {
      study.close();
    }
  });
  refusals.tell();
}

/** Columns whose texts others may have written, and what stands in them. */
const columns = [
  ["studies", "definition"],
  ["studies", "name"],
  ["trials", "parameters"],
  ["trials", "seeds"],
  ["trials", "value"],
  ["trials", "step"],
  ["trials", "number"],
  ["trials", "owner"],
  ["trials", "heartbeat"],
  ["trials", "error_code"],
  ["trials", "state"],
  ["replicates", "result"],
  ["replicates", "value"],
  ["replicates", "seed"],
  ["reports", "value"],
  ["reports", "step"],
  ["checkpoints", "bytes"],
] as const;
const definition = {
  ...{ name: "line", seed: 0, direction: "minimize", seeds: 2, stopWorse: true, lookahead: 8, retries: 2 },
  sampler: { name: "random" },
  pruner: { name: "none" },
  ...{ objective: null, task: null, space: { parameters: { x: [1, 2] } } },
};
const odd: unknown[] = [
  null,
  0,
  -1,
  1e308,
  0.5,
  "",
  "x",
  "__proto__",
  [],
  {},
  [[]],
  true,
  { name: "nobody" },
  { name: "tpe", startup: "x" },
  { parameters: null },
  { parameters: { __proto__: [1] } },
];
const value = fc.oneof(fc.constantFrom(...odd), fc.jsonValue({ maxDepth: 2 }));
const definitions = fc
  .dictionary(fc.constantFrom(...Object.keys(definition)), value, { minKeys: 1, maxKeys: 2 })
  .map((change) => JSON.stringify({ ...definition, ...change }));
const text = fc.oneof(
  definitions,
  value.map((one) => JSON.stringify(one)),
  fc
    .dictionary(fc.constantFrom("x", "kind", "__proto__", "y"), value, { maxKeys: 3 })
    .map((one) => JSON.stringify(one)),
  fc.constantFrom(
    "",
    "{",
    "null",
    '{"__proto__":{"a":1}}',
    "[".repeat(5000),
    `${"[".repeat(20_000)}${"]".repeat(20_000)}`,
    "nan",
    "9e999",
    "host 1 x",
    "complete",
  ),
  fc.string(),
);

/** Any value in any column, as text. */
export const changes = fc
  .tuple(
    fc.nat(columns.length - 1),
    fc.constantFrom("text", "number", "blob"),
    fc.oneof(text, fc.double().map(String)),
  )
  .map((parts) => JSON.stringify(parts));

/** Makes such a change in a file, past every check. */
export function change(path: string, json: string): void {
  const [column, kind, text] = JSON.parse(json) as [number, string, string];
  const [table, name] = columns[column];
  const value = kind === "number" ? Number(text) || 0 : kind === "blob" ? Buffer.from(text) : text;
  const database = new Libsql(path);
  try {
    database.exec(
      "PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF",
    );
    database.prepare(`UPDATE OR IGNORE ${table} SET ${name} = ?`).run([value]);
  } finally {
    database.close();
  }
}
