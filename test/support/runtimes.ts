import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Node of another major version, where `npm ci --prefix test/runtimes` has installed it. */
export function otherNode(major: 22 | 24): string | undefined {
  const binary = new URL(`../../../test/runtimes/node_modules/node${major}/bin/node`, import.meta.url);
  const path = fileURLToPath(binary);
  return existsSync(path) ? path : undefined;
}

/** What a test says that needs an engine which is not there. */
export const NO_RUNTIMES = "SKIPPED, other engines are not installed: npm ci --prefix test/runtimes";
