import { copyFileSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { FitDirectory } from "../../../src/experiments/fit/directory.js";
import { tableAsSources } from "../../../src/experiments/fit/open.js";
import { repeatableFit } from "../../../src/experiments/repeat/fit.js";
import { findRepeater } from "../../../src/experiments/repeat/registry.js";
import { kindsOf } from "../../../src/tables/encode.js";
import { readTable } from "../../../src/tables/read.js";
import { tabularData } from "../../../src/tables/tabular-data.js";
import { describeReport } from "../../../src/tables/tabular-report.js";
import { finishedFit } from "../finished.js";
import { mutatedJson } from "../mutated-json.js";
import { mutated, prefixed } from "../mutations.js";
import { Refusals } from "../refusals.js";
import type { FuzzTarget } from "../target.js";

const TABLE = "table.csv";
const names = ["fit.json", "result.json", "weights.safetensors", "checkpoint.safetensors", TABLE, "new.csv"];
const words = [
  ...[
    '"data":',
    '"/etc/passwd"',
    '"../../../x"',
    '"inputs":[',
    '"categories":[',
    '"width":',
    '"kind":"numeric"',
  ],
  ...[
    "null",
    "{}",
    "[]",
    "-1",
    "1e999",
    '"__proto__":',
    "[".repeat(20_000),
    "\0",
    ";",
    "\n",
    '"',
    "1.234,56",
  ],
];

/** The folder of a finished fit, or its table, or a table to predict for, as somebody else left it. */
export const fitFolder: FuzzTarget = {
  name: "fit-folder",
  writes: true,
  testCases: 500,
  async prepare(fixtures) {
    const folder = join(fixtures, "fit");
    await finishedFit(folder, join(fixtures, TABLE));
    renameSync(`${folder}.checkpoint`, join(folder, "checkpoint.safetensors"));
    for (const name of [TABLE, "new.csv"]) copyFileSync(join(fixtures, TABLE), join(folder, name));
    return fc.nat(names.length - 1).chain((which) => {
      const content = readFileSync(join(folder, names[which]));
      const files = mutated([content], words).map((bytes) => prefixed(which, bytes));
      if (!names[which].endsWith(".json")) return files;
      const values = mutatedJson(JSON.parse(String(content)));
      return fc.oneof(
        { weight: 1, arbitrary: files },
        { weight: 3, arbitrary: values.map((json) => prefixed(which, new TextEncoder().encode(json))) },
      );
    });
  },
  async run(bytes, { folder, fixtures }) {
    const path = join(folder, "fit");
    mkdirSync(path);
    const from = join(fixtures, "fit");
    const changed = names[bytes[0] % names.length];
    for (const name of readdirSync(from))
      if (name !== changed) copyFileSync(join(from, name), join(path, name));
    writeFileSync(join(path, changed), bytes.subarray(1));
    const refusals = new Refusals();
    await refusals.attempt(async () => {
      const directory = FitDirectory.open(path);
      await refusals.attempt(() => directory.checkpoint());
      await refusals.attempt(() => tableAsSources(path));
      await refusals.attempt(async () => {
        const result = directory.result();
        describeReport(result.report);
        const { kind, config } = await repeatableFit(directory.begun, result);
        const repeater = findRepeater(kind);
        repeater.describe(repeater.parse(config));
      });
      await refusals.attempt(async () => {
        const columns = directory.columns();
        await refusals.attempt(async () => {
          const table = await readTable(join(path, "new.csv"), { kinds: kindsOf(columns.inputs) });
          const model = await directory.model();
          const features = columns.widths.reduce((sum, width) => sum + width, 0);
          const x = columns.encode(table);
          if (x.length !== table.rows * features)
            throw new Error(`${x.length} numbers of ${table.rows} rows`);
          columns.decode(model.predict(x));
        });
      });
      await refusals.attempt(async () => tabularData(await directory.table(), directory.begun.config));
    });
    refusals.tell();
  },
};
