import { join } from "node:path";
import { type Cell, writeParquet } from "../formats/write-table.js";
import type { ReportDocument } from "./document.js";
import type { Row } from "./figure.js";
import { figuresOf, tablesOf } from "./parts.js";
import { fieldsOf, figureCsv, figureSpec, rowsCsv } from "./spec.js";

type Files = Map<string, string | Uint8Array>;

/** How the data of a report is written in one file, by the ending of its name; any other name is a folder of CSV. */
const single: Readonly<Record<string, (document: ReportDocument) => string | Promise<Uint8Array>>> = {
  ".json": (document) => `${JSON.stringify(byName(document), null, 2)}\n`,
  ".parquet": (document) => parquet(document),
};

/**
 * The data of a report's figures and tables, by path: in a folder figures/NAME.csv, figures/NAME.vl.json (which reads
 * that CSV) and tables/NAME.csv; as NAME.json `{ figures: { NAME: rows }, tables: { NAME: rows } }`; as NAME.parquet
 * all rows below each other, `part` ("figure", "table") and `name` before the fields that any of them has.
 * @throws PlateauError `usage` where Parquet is asked for and hyparquet-writer is not installed
 */
export async function dataFiles(document: ReportDocument, path: string): Promise<Files> {
  const ending = /\.\w+$/.exec(path)?.[0].toLowerCase() ?? "";
  if (Object.hasOwn(single, ending)) return new Map([[path, await single[ending](document)]]);
  const files: Files = new Map();
  for (const figure of figuresOf(document)) {
    const { name } = figure;
    const spec = figureSpec(figure, { inline: false });
    files.set(join(path, "figures", `${name}.csv`), figureCsv(figure));
    files.set(join(path, "figures", `${name}.vl.json`), `${JSON.stringify(spec, null, 2)}\n`);
  }
  for (const { name, columns, rows } of tablesOf(document)) {
    // The page shows some of what a row has, the file all.
    const fields = new Set([...fieldsOf(rows), ...columns.map(({ field }) => field)]);
    files.set(join(path, "tables", `${name}.csv`), rowsCsv(rows, [...fields]));
  }
  return files;
}

function byName(document: ReportDocument): Record<string, Record<string, readonly Row[]>> {
  return {
    figures: Object.fromEntries(figuresOf(document).map(({ name, data }) => [name, data])),
    tables: Object.fromEntries(tablesOf(document).map(({ name, rows }) => [name, rows])),
  };
}

function parquet(document: ReportDocument): Promise<Uint8Array> {
  const parts = [
    ...figuresOf(document).map(({ name, data }) => ({ part: "figure", name, rows: data })),
    ...tablesOf(document).map(({ name, rows }) => ({ part: "table", name, rows })),
  ];
  const fields = [...new Set(parts.flatMap(({ rows }) => fieldsOf(rows)))];
  // A field of a row may be called as those before are.
  const columns = [
    "part",
    "name",
    ...fields.map((field) => (/^(part|name)$/.test(field) ? `${field} of row` : field)),
  ];
  const cells = parts.flatMap(({ part, name, rows }) =>
    rows.map((row): Cell[] => [part, name, ...fields.map((field) => row[field] ?? null)]),
  );
  return writeParquet(columns, cells);
}
