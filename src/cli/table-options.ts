import { type Command, Option } from "commander";
import Papa from "papaparse";
import type { Decimal } from "../formats/number-text.js";
import type { Table } from "../tables/table.js";

/** How a table is read, as options say it. */
export interface TableFlags {
  delimiter?: string;
  decimal?: Decimal;
  missing?: string[];
}

/** An option that may be given several times: all that was given. */
export const repeatable = (value: string, before: readonly string[] = []): string[] => [...before, value];

/** Adds the options that say how a table's text is to be read. */
export function addTableOptions(command: Command, group: string): void {
  const options = [
    new Option("--delimiter <character>", 'between fields: ";", "," or tab (default: guessed)'),
    new Option(
      "--decimal <mark>",
      "mark before the fraction of numbers (default: told by the numbers)",
    ).choices(["point", "comma"]),
    new Option(
      "--missing <texts>",
      "also read as missing, separated by commas (repeatable): -999,unknown",
    ).argParser((value: string, before: string[] = []) => [...before, ...separated(value)]),
  ];
  for (const option of options) command.addOption(option.helpGroup(group));
}

/** Names separated by commas; one with a comma in quotes, as in CSV. */
export function separated(value: string): string[] {
  const [fields = []] = Papa.parse<string[]>(value, { delimiter: "," }).data;
  return fields.map((field) => field.trim());
}

/** Names of columns, each value being one or several: a column's whole name is that column. */
export function columnNames(values: readonly string[] | undefined, table: Table): string[] | undefined {
  return values?.flatMap((value) => {
    const whole = value.trim();
    return table.columns.some(({ name }) => name === whole) ? [whole] : separated(value);
  });
}

/** The options that were given, without the ones that were not. */
export function givenOf<T extends object>(flags: T): Partial<T> {
  return Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined)) as Partial<T>;
}
