import { readFileSync } from "node:fs";
import { sayRatio, type Timing, unpairedRatio } from "./statistics.js";
import type { Values } from "./suite.js";

/** What `--json` printed once. @throws Error where it is none */
export function readBaseline(file: string): Record<string, Values> {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message.split("\n")[0]}`);
  }
  if (typeof content !== "object" || content === null || Array.isArray(content)) {
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

export function isTiming(value: number | Timing): value is Timing {
  return typeof value === "object" && Array.isArray(value.rounds);
}
