import { quote } from "../errors.js";
import { cellsOf, type InputColumn } from "../tables/encode.js";
import type { Table } from "../tables/table.js";
import { counted, listed } from "../text.js";

/** What a person should know of rows that are not like those of training: a line each. */
export function describeUnseen(inputs: readonly InputColumn[], table: Table, rows: Int32Array): string[] {
  return [...inputs.flatMap((input) => strange(input, table, rows)), ...outside(inputs, table, rows)];
}

/** A category that training did not see is read as none: that is said. */
function strange(input: InputColumn, table: Table, rows: Int32Array): string[] {
  if (input.kind !== "categorical") return [];
  const at = cellsOf(table, input);
  const known = new Set(input.categories);
  const found = [...rows].filter((row) => !known.has(String(at(row))));
  if (found.length === 0) return [];
  const has = found.length === 1 ? "has" : "have";
  return [
    `${counted(found.length, "row")} ${has} a ${quote(input.name)} that training did not see (${quote(at(found[0]))}): none of its categories is set`,
  ];
}

/** Beyond the numbers of training a prediction is a guess: the farthest of each column, beside what was seen. */
function outside(inputs: readonly InputColumn[], table: Table, rows: Int32Array): string[] {
  const found = new Set<number>();
  const columns: string[] = [];
  for (const input of inputs) {
    if (input.kind !== "numeric") continue;
    const at = cellsOf(table, input);
    const [low, high] = input.range;
    let farthest = 0;
    let value = 0;
    for (const row of rows) {
      const here = Number(at(row));
      const distance = Math.max(low - here, here - high);
      if (!(distance > 0)) continue;
      found.add(row);
      if (distance > farthest) [farthest, value] = [distance, here];
    }
    if (farthest > 0) columns.push(`${listed(input.name)} ${value} (${low} to ${high})`);
  }
  if (found.size === 0) return [];
  const are = found.size === 1 ? "is" : "are";
  return [`${counted(found.size, "row")} ${are} outside of what training saw: ${columns.join(", ")}`];
}
