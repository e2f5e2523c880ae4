import { PlateauError, quote } from "../errors.js";
import { type Decimal, readNumber } from "../formats/number-text.js";
import type { RawColumn, RawTable } from "../formats/raw-table.js";
import type { Missing } from "./missing.js";

/** Row of the first cell of a column that says something of its decimal mark; undefined where none does. */
interface Evidence {
  /** A number only where the point, or the comma, is the decimal mark. */
  readonly point?: number;
  readonly comma?: number;
  /** Another number by each. */
  readonly either?: number;
  /** What stands in that: "1,234" or "1.234". */
  readonly mark?: "." | ",";
}

/** Which decimal mark each column is read with; undefined where it makes no difference. */
export type Decimals = readonly (Decimal | undefined)[];

/**
 * Decides what points and commas mean, by all numbers of a table: "1.5" and "1,234.5" have decimal points, "1,5",
 * "1.234,5" and "1.234.567" decimal commas, "1,234" and "1.234" may be both. A column is read by its own numbers, else
 * by those of the others. Where no number of the table tells, the delimiter does: beside commas it is the point; beside
 * semicolons "1,234" has a decimal comma; what no text file said ("1.234" in JSON) is JavaScript's notation.
 * @param given what is known without looking
 * @param likely what is taken where nothing in the table tells
 * @throws PlateauError `format` where a number can be read both ways and nothing tells how
 */
export function decideDecimals(
  table: RawTable,
  missing: Missing,
  given?: Decimal,
  likely?: Decimal,
): Decimals {
  if (given !== undefined) return table.columns.map(() => given);
  const found = table.columns.map((column) => evidenceIn(column, table.rows, missing));
  const some = (key: "point" | "comma") => found.some((one) => one[key] !== undefined);
  const [point, comma] = [some("point"), some("comma")];
  const common: Decimal | undefined = point === comma ? undefined : point ? "point" : "comma";
  const open = found.filter(({ either, point, comma }) => either !== undefined && point === comma);
  const marks = new Set(open.map(({ mark }) => mark));
  const fallback = common ?? (point ? undefined : (likely ?? byDelimiter(table, marks)));
  return found.map((one, i) => {
    if (one.point !== undefined && one.comma !== undefined) return undefined;
    if (one.point !== undefined) return "point";
    if (one.comma !== undefined) return "comma";
    if (one.either === undefined) return undefined;
    if (fallback !== undefined) return fallback;
    throw ambiguous(table, table.columns[i], one.either);
  });
}

function byDelimiter({ layout }: RawTable, marks: ReadonlySet<string | undefined>): Decimal | undefined {
  const only = marks.size === 1 ? [...marks][0] : undefined;
  if (layout === undefined) return only === "." ? "point" : undefined;
  if (layout.delimiter === ",") return "point";
  return layout.delimiter === ";" && only === "," ? "comma" : undefined;
}

/** Of a column at least half of which are numbers by either meaning. */
function evidenceIn({ cells, problem }: RawColumn, rows: number, missing: Missing): Evidence {
  const found: { point?: number; comma?: number; either?: number; mark?: "." | "," } = {};
  if (problem !== undefined) return found;
  let numbers = 0;
  let texts = 0;
  for (let row = 0; row < rows; row++) {
    const cell = cells[row];
    if (missing.is(cell, "numbers")) continue;
    if (typeof cell === "number") {
      numbers++;
      continue;
    }
    const text = cell!;
    const point = readNumber(text, "point")?.value;
    // Once a number has told, others need no second look.
    const marked = !(found.point !== undefined && point !== undefined) && /[.,]/.test(text);
    const comma = marked ? readNumber(text, "comma")?.value : point;
    if (point === undefined && comma === undefined) texts++;
    else {
      numbers++;
      if (point === comma) continue;
      if (comma === undefined) found.point ??= row;
      else if (point === undefined) found.comma ??= row;
      else if (found.either === undefined) {
        found.either = row;
        found.mark = text.includes(",") ? "," : ".";
      }
    }
  }
  return texts > numbers ? {} : found;
}

function ambiguous(table: RawTable, { name, cells }: RawColumn, row: number): PlateauError {
  const text = String(cells[row]);
  const [point, comma] = [readNumber(text, "point")!.value, readNumber(text, "comma")!.value];
  return new PlateauError(
    "format",
    `${table.source}, ${table.where(row)}: ${quote(name)} is ${quote(text)}, which may be ${point} or ${comma}, and nothing in the table tells: say --decimal point or --decimal comma (in JavaScript decimal: "point" or "comma")`,
  );
}
