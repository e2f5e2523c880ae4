import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { findChromium } from "../support/chromium.js";
import { bun, deno, NO_RUNTIMES, otherNode } from "../support/runtimes.js";
import { inChromium } from "./chromium.js";
import { inProcess } from "./process.js";

/** By feature: a hash, a word where there is nothing to hash, or why there is none. */
export type Found = Record<string, { readonly is: string } | { readonly not: string }>;

/** Something that plateau runs on. */
export interface Runtime {
  readonly name: string;
  /** Why it cannot be tried here. */
  readonly absent?: string;
  /** @throws Error where it fails, or takes longer than it may */
  run(): Promise<Found>;
}

/** Seconds that a runtime may take: ten times what it needs on a busy machine. */
export const SECONDS = 150;

const BUNDLE = fileURLToPath(new URL("../../browser/plateau.js", import.meta.url));
const major = (version: string) => Number.parseInt(version, 10);
const present = major(process.versions.node);

function server(
  name: string,
  command: string | undefined,
  args: readonly string[] = [],
  wide = false,
): Runtime {
  return {
    name: wide ? `${name} widened` : name,
    ...(command === undefined ? { absent: NO_RUNTIMES } : {}),
    run: () => inProcess(command!, args, { wide, seconds: SECONDS }),
  };
}

function node(version: 20 | 22 | 24 | 26, wide = false): Runtime {
  const other = version === 20 ? undefined : otherNode(version);
  return server(`node ${version}`, present === version ? process.execPath : other, [], wide);
}

function chromium(where: "page" | "worker"): Runtime {
  const executable = findChromium();
  const absent = !executable
    ? "SKIPPED, there is no Chromium: install one, or name it in CHROMIUM"
    : existsSync(BUNDLE)
      ? undefined
      : "SKIPPED, there is no module for pages: npm run build";
  return {
    name: `chromium ${where}`,
    ...(absent === undefined ? {} : { absent }),
    run: () => inChromium(executable!, where, SECONDS),
  };
}

/** One line each. */
export const runtimes: readonly Runtime[] = [
  node(20),
  node(22),
  node(24),
  node(24, true),
  node(26),
  node(26, true),
  server("deno", deno(), ["run", "-A"]),
  server("bun", bun()),
  chromium("page"),
  chromium("worker"),
];
