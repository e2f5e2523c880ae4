import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const FILE = fileURLToPath(new URL("../../../test/fixtures/conformance.json", import.meta.url));

/** What every runtime is to find, by feature. `npm run matrix -- --write` stores it. */
export function stored(): Record<string, string> {
  return JSON.parse(readFileSync(FILE, "utf8"));
}
