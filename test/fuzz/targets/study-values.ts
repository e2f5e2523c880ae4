import { copyFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import fc from "fast-check";
import type Database from "libsql";
import type { FuzzTarget } from "../target.js";
import { exercise, makeStudy } from "./study-file.js";

const Libsql = createRequire(import.meta.url)("libsql") as new (path: string) => Database.Database;

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

/** A study file that SQLite finds nothing wrong with, but plateau did not write: any value in any column. */
export const studyValues: FuzzTarget = {
  name: "study-values",
  writes: true,
  testCases: 500,
  async prepare(fixtures) {
    await makeStudy(fixtures);
    return fc
      .tuple(
        fc.nat(columns.length - 1),
        fc.constantFrom("text", "number", "blob"),
        fc.oneof(text, fc.double().map(String)),
      )
      .map((parts) => new TextEncoder().encode(JSON.stringify(parts)));
  },
  async run(bytes, { folder, fixtures }) {
    const [column, kind, text] = JSON.parse(new TextDecoder().decode(bytes)) as [number, string, string];
    const path = join(folder, "study.sqlite");
    copyFileSync(join(fixtures, "made.sqlite"), path);
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
    await exercise(path);
  },
};
