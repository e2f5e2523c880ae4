import { requireArguments } from "../arguments.js";
import { PlateauError, quote } from "../errors.js";
import { type Split, splits } from "../targets/target.js";
import { asCategories, type CategoricalColumn, MAX_CATEGORIES, type NumericColumn } from "./column.js";
import { encodeTable, type InputColumn, type TabularColumns, tabularColumns } from "./encode.js";
import { defaultFractions, type Fractions, splitRows } from "./split.js";
import { scaleOf, standardise } from "./standardise.js";
import { findColumn, isConstant, type Table } from "./table.js";
import type { TabularReport } from "./tabular-report.js";

export type { TabularReport } from "./tabular-report.js";

/** Which columns are used, and how rows are split. */
export interface TabularOptions {
  /** Columns that predict. Default: all that are usable, not constant and no output. */
  inputs?: readonly string[];
  /** The numeric column or columns to predict. */
  output: string | readonly string[];
  /** Numeric inputs to read as categories: codes, months. */
  categorical?: readonly string[];
  /** Default 0. */
  seed?: number;
  /** Default 0.7, 0.15, 0.15. */
  fractions?: Fractions;
}

/** Rows of one part, ready for a model. */
export interface TabularSplit {
  readonly rows: number;
  /** Their numbers in the table, ascending. */
  readonly tableRows: Int32Array<ArrayBuffer>;
  /** Standardised inputs [rows, features]. */
  readonly x: Float32Array<ArrayBuffer>;
  /** Standardised outputs [rows, outputs]. */
  readonly y: Float32Array<ArrayBuffer>;
  /** Outputs as the table has them [rows, outputs]. */
  readonly truth: Float64Array<ArrayBuffer>;
}

/** A table as training data: standardised splits, and the way there and back. */
export interface TabularData extends TabularColumns, Readonly<Record<Split, TabularSplit>> {
  readonly report: TabularReport;
}

/** Tokens that a model reads a row as. */
export const MAX_INPUTS = 256;
/** Of all encoded rows together: WebAssembly memory holds the training ones once more. */
const MAX_BYTES = 2 ** 30;

type Input = NumericColumn | CategoricalColumn;

/**
 * A table as training data. Rows that lack a value of a chosen column are left out; the rest is split by
 * seed. Means, deviations and categories are those of the training rows alone. A categorical input becomes
 * one number a category, 1 for the row's own; a category that no training row has becomes all zeros, so that
 * its token is what the column says without knowing its value.
 * @throws PlateauError `usage` or `unknown-name` where columns or options do not fit the table; `memory` where its
 *   encoded rows are too many
 */
export function tabularData(table: Table, options: TabularOptions): TabularData {
  requireArguments("tabularData", {
    table: [table, "Table: source rows columns"],
    options: [options, "object: output"],
  });
  const outputs = [options.output].flat().map((name) => outputColumn(table, name));
  const leftOut: { name: string; reason: string }[] = [];
  const chosen = chooseInputs(table, options, leftOut);
  const used: Input[] = [...chosen, ...outputs];
  const lacks = (row: number) => used.some((column) => isMissing(column, row));

  const all = splitRows(table.rows, options.seed ?? 0, options.fractions ?? defaultFractions);
  const parts = {
    train: all.train.filter((row) => !lacks(row)),
    validation: all.validation.filter((row) => !lacks(row)),
    test: all.test.filter((row) => !lacks(row)),
  };
  const missing = used
    .filter((column) => column.missing > 0)
    .map(({ name, missing: rows }) => ({ name, rows }));
  let droppedRows = 0;
  for (let row = 0; row < table.rows; row++) if (lacks(row)) droppedRows++;
  for (const split of splits) {
    if (parts[split].length >= (split === "train" ? 2 : 1)) continue;
    const lost = missing.map(({ name, rows }) => `${quote(name)} in ${rows}`).join(", ");
    throw new PlateauError(
      "usage",
      `${table.source}: ${table.rows - droppedRows} complete rows of ${table.rows} leave ${parts[split].length} for ${split}${
        lost ? `; values are missing of ${lost}: name other inputs` : ": give more rows"
      }`,
    );
  }

  const inputs: { source: Input; column: InputColumn }[] = [];
  for (const source of chosen) {
    const column = fitInput(source, parts.train);
    if (column) inputs.push({ source, column });
    else leftOut.push({ name: source.name, reason: "constant in the training rows" });
  }
  if (inputs.length === 0) {
    const reasons = leftOut.map(({ name, reason }) => `${name}: ${reason}`).join("; ");
    throw new PlateauError("usage", `${table.source}: no input is left${reasons ? ` (${reasons})` : ""}`);
  }
  const scales = outputs.map((column) => {
    const scale = scaleOf(column.name, column.values, parts.train);
    if (scale.sd > 0) return { name: column.name, ...scale };
    throw new PlateauError("usage", `output ${quote(column.name)} is ${scale.mean} in all training rows`);
  });

  const columns = inputs.map(({ column }) => column);
  const F = columns.reduce((sum, { width }) => sum + width, 0);
  const K = outputs.length;
  const bytes = 4 * (table.rows - droppedRows) * (F + 3 * K);
  if (bytes > MAX_BYTES) {
    throw new PlateauError(
      "memory",
      `${table.source}: ${table.rows - droppedRows} rows of ${F} numbers (a category is one) need ${bytes} bytes, at most ${MAX_BYTES} are allowed: name fewer inputs, or give fewer rows`,
    );
  }
  const build = (tableRows: Int32Array<ArrayBuffer>): TabularSplit => {
    const rows = tableRows.length;
    const x = encodeTable(columns, table, tableRows);
    const truth = new Float64Array(rows * K);
    for (let i = 0; i < rows; i++) {
      for (let k = 0; k < K; k++) truth[i * K + k] = outputs[k].values[tableRows[i]];
    }
    const y = Float32Array.from(truth, (value, i) => standardise(value, scales[i % K]));
    return { rows, tableRows, x, y, truth };
  };

  return {
    train: build(parts.train),
    validation: build(parts.validation),
    test: build(parts.test),
    ...tabularColumns(columns, scales),
    report: {
      source: table.source,
      ...(table.reading ? { reading: table.reading } : {}),
      rows: table.rows,
      droppedRows,
      missing,
      leftOut,
      splits: { train: parts.train.length, validation: parts.validation.length, test: parts.test.length },
      unknownCategories: unknownCategories(inputs, [...parts.validation, ...parts.test]),
    },
  };
}

function outputColumn(table: Table, name: string): NumericColumn {
  const column = findColumn(table, name);
  if (column.kind === "numeric") return column;
  const what =
    column.kind === "unusable"
      ? column.reason
      : (column.note ?? `it has ${column.categories.length} categories: name another column`);
  throw new PlateauError("usage", `${table.source}: output ${quote(name)} is not numeric: ${what}`);
}

function chooseInputs(
  table: Table,
  { inputs, output, categorical = [] }: TabularOptions,
  leftOut: { name: string; reason: string }[],
): Input[] {
  const outputs = [output].flat();
  if (outputs.length === 0 || new Set(outputs).size < outputs.length) {
    throw new PlateauError(
      "usage",
      `outputs are ${quote(outputs)}: expected different columns, at least one`,
    );
  }
  const names = inputs ?? table.columns.map(({ name }) => name).filter((name) => !outputs.includes(name));
  if (new Set(names).size < names.length) {
    throw new PlateauError("usage", `inputs ${quote(names)} name a column twice`);
  }
  for (const name of categorical) {
    findColumn(table, name);
    if (!names.includes(name)) throw new PlateauError("usage", `categorical ${quote(name)} is no input`);
  }
  const chosen: Input[] = [];
  for (const name of names) {
    const column = findColumn(table, name);
    if (outputs.includes(name)) throw new PlateauError("usage", `${quote(name)} is both input and output`);
    if (column.kind === "unusable") {
      if (inputs) throw new PlateauError("usage", `input ${quote(name)} cannot be used: ${column.reason}`);
      leftOut.push({ name, reason: column.reason });
    } else if (isConstant(column)) {
      leftOut.push({ name, reason: "constant" });
    } else if (column.kind === "numeric" && categorical.includes(name)) {
      if (column.distinct > MAX_CATEGORIES) {
        throw new PlateauError(
          "usage",
          `input ${quote(name)} has ${column.distinct} different values, at most ${MAX_CATEGORIES} can be categories`,
        );
      }
      chosen.push(asCategories(column));
    } else chosen.push(column);
  }
  if (chosen.length > MAX_INPUTS) {
    throw new PlateauError(
      "usage",
      `${chosen.length} inputs: each is a token of the model, at most ${MAX_INPUTS}: name fewer`,
    );
  }
  return chosen;
}

function isMissing(column: Input, row: number): boolean {
  return column.kind === "numeric" ? Number.isNaN(column.values[row]) : column.values[row] < 0;
}

/** A column as the training rows show it; undefined where they show one value alone. */
function fitInput(source: Input, rows: Int32Array): InputColumn | undefined {
  if (source.kind === "numeric") {
    const scale = scaleOf(source.name, source.values, rows);
    if (scale.sd === 0) return undefined;
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const row of rows) {
      low = Math.min(low, source.values[row]);
      high = Math.max(high, source.values[row]);
    }
    const { name, unit } = source;
    return { name, kind: "numeric", width: 1, ...scale, range: [low, high], ...(unit ? { unit } : {}) };
  }
  const present = new Set(Array.from(rows, (row) => source.values[row]));
  if (present.size < 2) return undefined;
  const categories = source.categories.filter((_, code) => present.has(code));
  const numbers = source.numbers && { numbers: true as const };
  return { name: source.name, kind: "categorical", width: categories.length, categories, ...numbers };
}

function unknownCategories(
  inputs: readonly { source: Input; column: InputColumn }[],
  rows: readonly number[],
) {
  const found: { name: string; categories: string[]; rows: number }[] = [];
  for (const { source, column } of inputs) {
    if (source.kind !== "categorical" || column.kind !== "categorical") continue;
    const known = new Set(column.categories);
    const foreign = rows
      .map((row) => source.categories[source.values[row]])
      .filter((label) => !known.has(label));
    if (foreign.length > 0) {
      found.push({ name: column.name, categories: [...new Set(foreign)].sort(), rows: foreign.length });
    }
  }
  return found;
}
