import { table } from "../../src/cli/output.js";
import type { Found, Runtime } from "./runtimes.js";

/** What became of one runtime. */
export interface Outcome {
  readonly name: string;
  readonly found: Found;
  /** It was not tried, and why; or it failed, and with what. */
  readonly absent?: string;
  readonly failed?: string;
  readonly seconds: number;
  /** Nothing differs from what is stored, and nothing failed. */
  readonly ok: boolean;
}

/** Tries runtimes, one after the other: they share the cores with nobody then. */
export async function outcomes(
  runtimes: readonly Runtime[],
  stored: Record<string, string>,
  begin: (name: string) => void = () => {},
): Promise<Outcome[]> {
  const all: Outcome[] = [];
  for (const { name, absent, run } of runtimes) {
    if (absent) {
      all.push({ name, absent, found: {}, seconds: 0, ok: true });
      continue;
    }
    begin(name);
    const start = performance.now();
    const seconds = () => (performance.now() - start) / 1000;
    try {
      const found = await run();
      all.push({ name, found, seconds: seconds(), ok: differences(found, stored).length === 0 });
    } catch (error) {
      all.push({ name, found: {}, failed: (error as Error).message, seconds: seconds(), ok: false });
    }
  }
  return all;
}

/** Features that are found otherwise than stored, of which nothing is stored, or of which nothing is said. */
export function differences(found: Found, stored: Record<string, string>): string[] {
  const features = new Set([...Object.keys(stored), ...Object.keys(found)]);
  return [...features].filter((feature) => {
    const one = found[feature];
    return one === undefined || ("is" in one && one.is !== stored[feature]);
  });
}

const DIGITS = 8;
const short = (value: string) => (/^[0-9a-f]{64}$/.test(value) ? value.slice(0, DIGITS) : value);

/** A feature a line, a runtime a column: the beginnings of hashes; ≠ before one that is not the stored. */
export function describe(outcomes: readonly Outcome[], stored: Record<string, string>): string {
  const notes: string[] = [];
  const noted = (text: string) => {
    if (!notes.includes(text)) notes.push(text);
    return `–${superscript(notes.indexOf(text) + 1)}`;
  };
  const cell = ({ found, absent, failed }: Outcome, feature: string) => {
    if (absent) return noted(absent);
    if (failed) return `failed${noted(failed).slice(1)}`;
    const one = found[feature];
    if (!one) return "≠ nothing";
    if ("not" in one) return noted(one.not);
    return `${one.is === stored[feature] ? "" : "≠ "}${short(one.is)}`;
  };
  const features = Object.keys(stored);
  const drawn = table(
    ["", ...outcomes.map(({ name }) => name.replace(" ", "\n").replace(" ", "\n"))],
    [
      ...features.map((feature) => [feature, ...outcomes.map((outcome) => cell(outcome, feature))]),
      ["seconds", ...outcomes.map(({ seconds }) => (seconds > 0 ? seconds.toFixed(0) : ""))],
    ],
  );
  return [drawn, ...notes.map((note, i) => `${superscript(i + 1)} ${note}`)].join("\n");
}

const superscript = (n: number) => [...String(n)].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]).join("");
