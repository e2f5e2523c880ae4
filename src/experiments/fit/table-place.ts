import { existsSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { PlateauError } from "../../errors.js";
import { readFileChecked } from "../../files/read.js";
import { sha256Hex } from "../../hash.js";
import { readTable } from "../../tables/read.js";
import type { NotationOptions } from "../../tables/reading.js";
import type { Table } from "../../tables/table.js";
import { shellWord } from "../../text.js";
import type { BegunFit } from "./directory.js";

const MAX_BYTES = 2 ** 33;

/**
 * The file of the table that a fit was made from, known by its SHA-256: where it was said to be, else where it was, else
 * under its name in the fit's folder or beside that.
 * @param what was made from it, for messages
 * @throws PlateauError `run-directory` where it is another one by now, `io` where it is gone
 */
export async function placeOfTable(
  { config: { data }, dataSha256 }: BegunFit,
  what: string,
  { given, folder }: { given?: string; folder?: string } = {},
): Promise<string> {
  if (dataSha256 === undefined) {
    throw new PlateauError(
      "run-directory",
      `${what} was made from a table in memory, which is not there any more`,
    );
  }
  if (given !== undefined) {
    if ((await fileSha256(given)) === dataSha256) return given;
    throw new PlateauError(
      "run-directory",
      `${shellWord(given)} is not the file that ${what} was made from (${basename(data)}, SHA-256 ${dataSha256.slice(0, 12)}…): give that one`,
    );
  }
  const name = basename(data);
  const beside = folder === undefined ? [] : [join(folder, name), join(resolve(folder, ".."), name)];
  for (const place of [data, ...beside]) {
    if (isFile(place) && (await fileSha256(place)) === dataSha256) return place;
  }
  const where = "if it was moved, give where it is now: --table FILE (in the library the option table)";
  if (isFile(data)) {
    throw new PlateauError(
      "run-directory",
      `${data} is not the file that ${what} was made from: put that one back, or fit anew; ${where}`,
    );
  }
  throw new PlateauError(
    "io",
    `cannot read the table that ${what} was made from: there is no file ${shellWord(data)} any more; ${where}`,
  );
}

/**
 * The table of a fit, read as it was then.
 * @param file as `placeOfTable` finds it
 * @param kinds of columns that are known
 */
export function readTableAt(
  file: string,
  { config, reading }: BegunFit,
  kinds?: NotationOptions["kinds"],
): Promise<Table> {
  const { delimiter, header, decimal, named } = reading ?? {};
  return readTable(file, {
    ...{ header, delimiter: config.delimiter ?? delimiter },
    ...{ decimal: config.decimal ?? decimal, missing: config.missing ?? named, kinds },
  });
}

export function fileSha256(file: string): Promise<string> {
  return sha256Hex([readFileChecked(file, MAX_BYTES)]);
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}
