import Papa from "papaparse";
import { PlateauError, quote } from "../errors.js";
import { decodeText, lineCounter } from "./decode-text.js";
import { declaredDelimiter, delimiterOf, guessDelimiter, isBlank, mostCommon } from "./delimiter.js";
import { readNumber } from "./number-text.js";
import { checkTableSize, MAX_CELLS, MAX_COLUMNS, type RawTable } from "./raw-table.js";

// papaparse rather than csv-parse: 13 MB in 0.09 s against 1.0 s, 0.3 MB installed against 1.6.

/** How CSV is read. */
export interface CsvOptions {
  /**
   * Whether the first line names the columns. Default: it does unless a cell of it is a number, and even then where
   * one that is none stands above numbers alone.
   */
  header?: boolean;
  /**
   * What stands between fields: a character, or `tab`, `semicolon`, `comma`, `bar`. Default: what a first line
   * `sep=;` says, else guessed among these four by the first 50 lines.
   */
  delimiter?: string;
}

interface Line {
  readonly fields: string[];
  readonly line: number;
}

/** Lines among which the table's width is looked for, and titles above it. */
const BEGINNING = 50;

/**
 * Reads comma-separated values (RFC 4180) as programs and spreadsheets write them: UTF-8, UTF-16 or Windows-1252
 * (`decodeText`), any of the usual line ends and delimiters, a first line `sep=;`, quoted fields with delimiters,
 * quotes and line breaks inside. Lines without content are skipped, titles above the table and notes below it too; columns at the right
 * without name and content are left out. Unnamed columns are called column1 … by their place, a name that is taken
 * already gets a number: `price (2)`. `layout` says what was done.
 * @throws PlateauError `format` with line and column of what is wrong: no text, an unclosed quote, a line
 * with more or fewer fields than the others, no data, more columns or cells than are read; `usage` for a delimiter
 * that is none.
 */
export function readCsv(bytes: Uint8Array, source = "CSV file", options: CsvOptions = {}): RawTable {
  const given = options.delimiter === undefined ? undefined : delimiterOf(options.delimiter);
  const { text, encoding } = decodeText(bytes, source);
  const declared = declaredDelimiter(text);
  const body = declared ? text.slice(declared.length) : text;
  const delimiter = given ?? declared?.delimiter ?? guessDelimiter(body);
  const all = linesOf(body, delimiter, declared ? 1 : 0, source);
  if (all.length === 0) throw new PlateauError("format", `${source}: no data`);
  const titles = options.header === false ? 0 : titlesAbove(all);
  const table = all.slice(titles);
  const notes = options.header === false ? 0 : notesBelow(table, body.endsWith("\n"));
  const lines = table.slice(0, table.length - notes);
  const width = cutRight(lines, source);
  const named = options.header ?? isHeader(lines, width);
  const rows = named ? lines.slice(1) : lines;
  if (rows.length === 0) {
    throw new PlateauError("format", `${source}: a header of ${width} columns and no row of data`);
  }
  const totals = totalsIn(rows);
  const { names, renamed } = namesOf(named ? lines[0].fields : [], width);
  return {
    source,
    rows: rows.length,
    columns: names.map((name, i) => ({ name, cells: rows.map(({ fields }) => fields[i]) })),
    where: (index) => `line ${rows[index].line}`,
    layout: {
      ...{ delimiter, encoding, header: named, renamed },
      skipped: all.slice(0, titles).map(textOf),
      ...(totals.length > 0 ? { totals } : {}),
      ...(notes > 0 ? { notes: table.slice(lines.length).map(textOf) } : {}),
    },
  };
}

const textOf = ({ fields }: Line) => fields.join(" ").trim();

/** Lines with content. @throws PlateauError `format` */
function linesOf(text: string, delimiter: string, before: number, source: string): Line[] {
  const places = lineCounter(text);
  const lines: Line[] = [];
  let start = 0;
  let cells = 0;
  Papa.parse<string[]>(text, {
    delimiter,
    newline: "\n",
    step({ data, errors, meta }) {
      const error = errors.find(({ type }) => type === "Quotes");
      if (error) {
        const { line, column } = places(Math.max(start, (error.index ?? start) - 1));
        const problem =
          error.code === "MissingQuotes"
            ? "a quote is opened and never closed"
            : "text follows a closing quote: write a quote inside quotes twice";
        throw new PlateauError("format", `${source}, line ${before + line}, column ${column}: ${problem}`);
      }
      const line = before + places(start).line;
      start = meta.cursor;
      if (isBlank(data)) return;
      if (data.length > MAX_COLUMNS) {
        throw new PlateauError(
          "format",
          `${source}, line ${line}: ${data.length} columns, at most ${MAX_COLUMNS} are read`,
        );
      }
      cells += data.length;
      if (cells > MAX_CELLS) checkTableSize(`${source}, line ${line}`, lines.length + 1, data.length);
      lines.push({ fields: data, line });
    },
  });
  return lines;
}

/**
 * How many lines stand above the table: each has a text in its first field alone where the table has several columns;
 * or, fewer fields than the table, and an empty line between.
 */
function titlesAbove(lines: readonly Line[]): number {
  const beginning = lines.slice(0, BEGINNING);
  const { width } = mostCommon(beginning.map(({ fields }) => fields.length));
  const isTitle = ({ fields }: Line) =>
    width > 1 &&
    (fields.length === 1 || (width > 2 && fields[0].trim() !== "" && isBlank(fields.slice(1)))) &&
    readNumber(fields[0], "point") === undefined;
  let titles = 0;
  while (titles < beginning.length && isTitle(lines[titles])) titles++;
  for (let i = titles; i + 1 < beginning.length && lines[i].fields.length < width; i++) {
    if (lines[i + 1].line > lines[i].line + 1) titles = i + 1;
  }
  return lines.length - titles > 1 ? titles : 0;
}

/**
 * How many lines stand below the table: the last ones that have a text in their first field alone where the table has
 * several columns, and an empty line before them; or no other field and a line end, without which a row may be cut off.
 */
function notesBelow(lines: readonly Line[], ended: boolean): number {
  const width = lines[0]?.fields.length ?? 0;
  let notes = 0;
  for (let i = lines.length - 1; i > 1 && width > 1; i--) {
    const { fields, line } = lines[i];
    if (fields[0].trim() === "" || !isBlank(fields.slice(1))) break;
    if (readNumber(fields[0], "point") !== undefined) break;
    const before = lines[i - 1];
    const apart = line > before.line + before.fields.join("").split("\n").length;
    if ((apart && (fields.length === 1 || width > 2)) || (ended && fields.length === 1))
      notes = lines.length - i;
  }
  return notes;
}

const TOTAL =
  /^\s*(?:grand |sub-?)?(?:totals?|sum|summe|gesamt|insgesamt|source|quelle|note)(?![\p{L}\p{N}])/iu;

/** Sums at the table's end that have all its fields: rows like any other, but hardly meant as one. */
function totalsIn(lines: readonly Line[]): string[] {
  return lines
    .slice(-3)
    .filter(({ fields }) => TOTAL.test(fields[0]))
    .map(({ fields, line }) => `${fields[0].trim()} (line ${line})`);
}

/**
 * Takes what is empty at the right of all lines away.
 * @returns fields of a line
 * @throws PlateauError `format` where a line has others
 */
function cutRight(lines: readonly Line[], source: string): number {
  const [first] = lines;
  const filled = (fields: readonly string[]) => {
    let end = fields.length;
    while (end > 0 && fields[end - 1].trim() === "") end--;
    return end;
  };
  // What a header does not name is a column all the same where something stands in it.
  let width = filled(first.fields);
  const own = first.fields.length;
  for (const { fields } of lines) if (fields.length <= own) width = Math.max(width, filled(fields));
  for (const { fields, line } of lines) {
    const used = fields.length > own ? filled(fields) : fields.length;
    if (used <= own && fields.length >= Math.min(own, width)) {
      fields.length = width;
      continue;
    }
    const misfit = TOTAL.test(fields[0])
      ? `${quote(fields[0].trim())} looks like a line below the table: take it away`
      : used > own
        ? `field ${own + 1} is ${quote(fields[own])}: put quotes around a field that has the delimiter in it, or name the delimiter`
        : "a delimiter or a quote may be missing";
    throw new PlateauError(
      "format",
      `${source}, line ${line}: ${fields.length} fields, but line ${first.line} has ${own}: ${misfit}`,
    );
  }
  return width;
}

/** Whether the first line names the columns. */
function isHeader(lines: readonly Line[], width: number): boolean {
  const isNumber = (text: string) =>
    readNumber(text, "point") !== undefined || readNumber(text, "comma") !== undefined;
  const [{ fields }] = lines;
  if (!fields.some(isNumber)) return true;
  for (let i = 0; i < width; i++) {
    if (fields[i].trim() === "" || isNumber(fields[i])) continue;
    const below = lines.slice(1).map((line) => line.fields[i]);
    if (below.length > 0 && below.every(isNumber)) return true;
  }
  return false;
}

/** Each column's own name. */
function namesOf(header: readonly string[], width: number): { names: string[]; renamed: string[] } {
  const written = Array.from({ length: width }, (_, i) => header[i]?.trim().replace(/\s*\n\s*/g, " ") ?? "");
  const taken = new Set(written);
  const names: string[] = [];
  const renamed: string[] = [];
  const seen = new Set<string>();
  for (const [i, name] of written.entries()) {
    const wanted = name || `column${i + 1}`;
    let own = wanted;
    for (let number = 2; seen.has(own) || (own !== name && taken.has(own)); number++) {
      own = `${wanted} (${number})`;
    }
    if (name !== "" && own !== name) renamed.push(own);
    seen.add(own);
    names.push(own);
  }
  return { names, renamed };
}
