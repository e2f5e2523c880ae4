import Papa from "papaparse";
import { PlateauError, quote } from "../errors.js";
import { checkNames, checkTableSize, MAX_CELLS, MAX_COLUMNS, type RawTable } from "./raw-table.js";

// papaparse rather than csv-parse: 13 MB in 0.09 s against 1.0 s, 0.3 MB installed against 1.6.

/** How CSV is read. */
export interface CsvOptions {
  /** Whether the first line names the columns. Default: it does unless a cell of it is a number. */
  header?: boolean;
  /** What stands between fields. Default: guessed among comma, semicolon, tab and bar by the first 20 lines. */
  delimiter?: string;
}

const DELIMITERS = [",", ";", "\t", "|"];
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** The number that a text is, in the notation of JavaScript and C; undefined where it is none that float64 holds. */
export function parseNumber(text: string): number | undefined {
  const trimmed = text.trim();
  if (!NUMBER.test(trimmed)) return undefined;
  const value = Number(trimmed);
  return Number.isFinite(value) ? value : undefined;
}

/**
 * Reads comma-separated values (RFC 4180): UTF-8 with or without a byte-order mark, any of the usual line
 * ends and delimiters, quoted fields with delimiters, quotes and line breaks inside. Blank lines are
 * skipped. Unnamed columns are called column1 … by their place.
 * @throws PlateauError `format` with line and column of what is wrong: no text, an unclosed quote, a line
 * with more or fewer fields than the first, two columns of one name, no data, more columns or cells than
 * are read; `usage` for a delimiter that is none.
 */
export function readCsv(bytes: Uint8Array, source = "CSV file", options: CsvOptions = {}): RawTable {
  const { delimiter } = options;
  if (delimiter !== undefined && (delimiter.length !== 1 || Papa.BAD_DELIMITERS.includes(delimiter))) {
    throw new PlateauError(
      "usage",
      `delimiter ${quote(delimiter)} is not one character that can separate fields`,
    );
  }
  const text = decode(bytes, source);
  const places = lineCounter(text);
  const columns: string[][] = [];
  const lines: number[] = [];
  let header: string[] | undefined;
  let width = 0;
  let firstLine = 0;
  let start = 0;
  const refuse = (place: string, problem: string) =>
    new PlateauError("format", `${source}, ${place}: ${problem}`);

  const row = (fields: string[], line: number): void => {
    if (isBlank(fields)) return;
    if (firstLine === 0) {
      firstLine = line;
      width = fields.length;
      if (width > MAX_COLUMNS)
        throw refuse(`line ${line}`, `${width} columns, at most ${MAX_COLUMNS} are read`);
      for (let i = 0; i < width; i++) columns.push([]);
      if (options.header ?? !fields.some((field) => parseNumber(field) !== undefined)) {
        header = fields;
        return;
      }
    }
    if (fields.length !== width) {
      const misfit =
        fields.length > width
          ? `field ${width + 1} is ${quote(fields[width])}`
          : "a delimiter or a quote may be missing";
      throw refuse(`line ${line}`, `${fields.length} fields, but line ${firstLine} has ${width}: ${misfit}`);
    }
    if ((lines.length + 1) * width > MAX_CELLS)
      checkTableSize(`${source}, line ${line}`, lines.length + 1, width);
    for (let i = 0; i < width; i++) columns[i].push(fields[i]);
    lines.push(line);
  };

  Papa.parse<string[]>(text, {
    delimiter: delimiter ?? guessDelimiter(text),
    newline: "\n",
    step({ data, errors, meta }) {
      const error = errors.find(({ type }) => type === "Quotes");
      if (error) {
        const { line, column } = places(Math.max(start, (error.index ?? start) - 1));
        const problem =
          error.code === "MissingQuotes"
            ? "a quote is opened and never closed"
            : "text follows a closing quote: write a quote inside quotes twice";
        throw refuse(`line ${line}, column ${column}`, problem);
      }
      row(data, places(start).line);
      start = meta.cursor;
    },
  });

  if (lines.length === 0) {
    const found = header ? `a header of ${width} columns and no row of data` : "no data";
    throw new PlateauError("format", `${source}: ${found}`);
  }
  const names = columns.map((_, i) => header?.[i].trim() || `column${i + 1}`);
  checkNames(`${source}, line ${firstLine}`, names);
  return {
    source,
    rows: lines.length,
    columns: names.map((name, i) => ({ name, cells: columns[i] })),
    where: (index) => `line ${lines[index]}`,
  };
}

const isBlank = (fields: readonly string[]) => fields.length === 1 && fields[0].trim() === "";

/**
 * The delimiter that splits each of the first 20 lines into as many fields, the more the better; where none
 * does, the one that splits the first line into most. (papaparse's own guess fails on files of few lines.)
 */
function guessDelimiter(text: string): string {
  let best = DELIMITERS[0];
  let bestScore = 1;
  for (const delimiter of DELIMITERS) {
    const { data } = Papa.parse<string[]>(text, { delimiter, newline: "\n", preview: 20 });
    const widths = data.filter((fields) => !isBlank(fields)).map(({ length }) => length);
    if (!(widths[0] > 1)) continue;
    // Any even split is better than any uneven one.
    const score = widths[0] + (widths.every((width) => width === widths[0]) ? text.length : 0);
    if (score > bestScore) [best, bestScore] = [delimiter, score];
  }
  return best;
}

/** Text with line ends \n and without a byte-order mark. */
function decode(bytes: Uint8Array, source: string): string {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    const { line, column } = lineCounter(new TextDecoder().decode(bytes))(badByte(bytes));
    throw new PlateauError(
      "format",
      `${source}, line ${line}, column ${column}: not UTF-8: is it a CSV file? If so, save it as UTF-8`,
    );
  }
  const zero = text.indexOf("\0");
  if (zero >= 0) {
    const { line, column } = lineCounter(text)(zero);
    throw new PlateauError(
      "format",
      `${source}, line ${line}, column ${column}: a zero byte: this is no text`,
    );
  }
  return text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
}

/** Where in the leniently decoded text the first invalid byte stands. */
function badByte(bytes: Uint8Array): number {
  const lenient = new TextDecoder().decode(bytes);
  const again = new TextEncoder().encode(lenient);
  const skip = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  let i = 0;
  while (again[i] === bytes[i + skip]) i++;
  return new TextDecoder().decode(again.subarray(0, i)).length;
}

/** Line and column (from 1) of an index of a text; indices must not decrease from call to call. */
function lineCounter(text: string): (index: number) => { line: number; column: number } {
  let line = 1;
  let start = 0;
  return (index) => {
    for (let next = text.indexOf("\n", start); next >= 0 && next < index; next = text.indexOf("\n", start)) {
      line++;
      start = next + 1;
    }
    return { line, column: index - start + 1 };
  };
}
