import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { PlateauError } from "../../errors.js";
import { scriptText } from "./escape.js";

/** What draws figures in a page, in the order in which a page needs it. */
const packages = ["vega", "vega-lite", "vega-embed"] as const;

/**
 * The programs that draw figures in a page, as the packages of the optional peer dependencies ship them.
 * @throws PlateauError `usage` where they are not installed
 */
export function drawingPrograms(): string[] {
  const { resolve } = createRequire(import.meta.url);
  try {
    // The one file for pages lies beside the module that the package names.
    return packages.map((name) =>
      scriptText(readFileSync(join(dirname(resolve(name)), `${name}.min.js`), "utf8")),
    );
  } catch (cause) {
    throw new PlateauError(
      "usage",
      `a report draws its figures by the packages ${packages.join(", ")}: npm install ${packages.join(" ")}`,
      { cause },
    );
  }
}

/** What the page does by itself. */
export function pageProgram(): string {
  return scriptText(readFileSync(new URL("./client.js", import.meta.url), "utf8"));
}
