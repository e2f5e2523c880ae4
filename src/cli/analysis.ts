import type { Analysis } from "../analysis/analyze.js";

/** An analysis for people: a line a measure, in plain words. */
export function describeAnalysis({ model, target, measures }: Analysis): string {
  const width = Math.max(...Object.keys(measures).map((name) => name.length));
  const lines = Object.entries(measures).map(([name, outcome]) => {
    const text = "skipped" in outcome ? `left out: ${outcome.skipped}` : outcome.line;
    return `${name.padEnd(width)}  ${text}`;
  });
  return [`${model}${target ? ` against ${target}` : ""}`, "", ...lines].join("\n");
}
