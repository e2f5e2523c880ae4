import { type Command, Option } from "commander";
import { PlateauError } from "../errors.js";
import type { Held } from "../experiments/held.js";

/** Where the table of a fit is, where it was moved. */
export interface MovedTable {
  table?: string;
}

/** Adds the option that says it. */
export function addMovedTable(command: Command, group?: string): void {
  const option = new Option(
    "--table <file>",
    "of a fit to a table: where that table is by now, if not where it was nor beside the folder",
  );
  command.addOption(group === undefined ? option : option.helpGroup(group));
}

/** @throws PlateauError `usage` where it is given of what was made from no table */
export function requireNoTable({ table }: MovedTable, held: Held | undefined): void {
  if (table === undefined || held === "fit") return;
  throw new PlateauError("usage", "--table is of a fit to a table: leave it out");
}
