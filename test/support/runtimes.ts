import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A program that `npm ci --prefix test/runtimes` has installed; undefined where it has not. */
function installed(path: string): string | undefined {
  const file = fileURLToPath(new URL(`../../../test/runtimes/node_modules/${path}`, import.meta.url));
  return existsSync(file) ? file : undefined;
}

/** Node of another major version. */
export const otherNode = (major: 22 | 24 | 26) => installed(`node${major}/bin/node`);
export const deno = () => installed("deno/deno");
/** The name is the same on every system. */
export const bun = () => installed("bun/bin/bun.exe");

/** What a test says that needs an engine which is not there. */
export const NO_RUNTIMES = "SKIPPED, other engines are not installed: npm ci --prefix test/runtimes";
