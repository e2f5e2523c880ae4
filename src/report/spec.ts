import { requireArguments } from "../arguments.js";
import { writeCsv } from "../formats/write-table.js";
import { type Figure, type Row, TABLE } from "./figure.js";

/** The schema that figures are written for. */
export const SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json";
/** Pixels of a figure whose `width` is "container", where there is no page to fill. */
export const WIDTH = 600;
/** Characters of a line of a title: Vega, without a canvas, takes each for 0.8 of the font's size. */
const TITLE_LINE = 52;

/** How a figure's Vega-Lite specification is made. */
export interface SpecOptions {
  /** Whether the data is in it, or in `<name>.csv` beside it. */
  readonly inline: boolean;
  /** Whether it has the figure's title. Default true. */
  readonly title?: boolean;
}

/** A figure's complete Vega-Lite specification: draws itself in any editor. Without a theme. */
export function figureSpec(figure: Figure, options: SpecOptions): Record<string, unknown> {
  requireArguments("figureSpec", {
    figure: [figure, "Figure: name title caption alt"],
    options: [options, "SpecOptions: inline"],
  });
  const { inline, title = true } = options;
  const { name, alt, data, spec } = figure;
  return {
    $schema: SCHEMA,
    ...(title ? { title: { text: wrapped(figure.title, TITLE_LINE) } } : {}),
    description: alt,
    ...spec,
    data: inline
      ? // Copies: Vega marks the rows that it is given.
        { name: TABLE, values: data.map((row) => ({ ...row })) }
      : { name: TABLE, url: `${name}.csv`, format: { type: "csv", parse: kinds(data) } },
  };
}

/** A figure's data as CSV: a column for every field that a row has, in the order in which they first appear. */
export function figureCsv(figure: Pick<Figure, "data">): string {
  requireArguments("figureCsv", { figure: [figure, "object: data"] });
  const { data } = figure;
  return rowsCsv(data);
}

/** Rows as CSV; what a row does not have is empty. */
export function rowsCsv(rows: readonly Row[], columns: readonly string[] = fieldsOf(rows)): string {
  return writeCsv(
    columns,
    rows.map((row) => columns.map((column) => row[column] ?? null)),
  );
}

/** Names of all fields, in the order in which they first appear. */
export function fieldsOf(rows: readonly Row[]): string[] {
  const names = new Set<string>();
  for (const row of rows) for (const name of Object.keys(row)) names.add(name);
  return [...names];
}

/** How Vega is to read each column of the CSV. */
function kinds(rows: readonly Row[]): Record<string, string> {
  return Object.fromEntries(
    fieldsOf(rows).map((name) => {
      const values = rows.map((row) => row[name] ?? null).filter((value) => value !== null);
      const all = (kind: string) => values.length > 0 && values.every((value) => typeof value === kind);
      return [name, all("number") ? "number" : all("boolean") ? "boolean" : "string"];
    }),
  );
}

/** Words in as few lines of at most so many characters as it takes, the lines about as long as each other. */
export function wrapped(text: string, most: number): string[] {
  const lines = inLines(text, most);
  for (let least = most - 1; least > 0; least--) {
    const narrower = inLines(text, least);
    if (narrower.length > lines.length) return inLines(text, least + 1);
  }
  return lines;
}

function inLines(text: string, most: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines[lines.length - 1];
    if (last !== undefined && last.length + 1 + word.length <= most)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
