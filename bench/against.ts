import { readFileSync } from "node:fs";
import { sayRatio, type Timing, unpairedRatio } from "./statistics.js";
import type { Values } from "./suite.js";

/** What `--json` printed once. @throws Error where it is none */
export function readBaseline(file: string): Record<string, Values> {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`);
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    // Said below.
  }
  const isObject = (value: unknown): value is object =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isObject(content) || !Object.values(content).every(isObject)) {
    throw new Error(`${file} is no JSON that --json printed`);
  }
  return content as Record<string, Values>;
}

/**
 * The time of now over that of then, for each time that both have: below 1 is faster. Intervals are drawn from
 * the rounds of both; what holds 1 is noise as far as these rounds can tell.
 */
export function compared(values: Values, before: Values | undefined): string[] {
  return Object.entries(values).flatMap(([name, now]) => {
    const then = before?.[name];
    if (!isTiming(now) || then === undefined || !isTiming(then)) return [];
    const ratio = unpairedRatio(now.rounds, then.rounds, name);
    const verdict = ratio.high < 1 ? "faster" : ratio.low > 1 ? "slower" : "no difference shown";
    return [`${name} × ${sayRatio(ratio)} ${verdict}`];
  });
}

/** Whether a value, perhaps of a file, is a time with its rounds. */
export function isTiming(value: number | Timing): value is Timing {
  return Array.isArray((value as Timing | null)?.rounds);
}
