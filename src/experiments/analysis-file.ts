import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Analysis } from "../analysis/analyze.js";
import { writeFileAtomic } from "../files/atomic.js";
import { readJson } from "../files/read-json.js";

const ANALYSIS = "analysis.json";

/**
 * Stores an analysis in a run's folder, beside the other measures of earlier ones of the same weights; each
 * holds the seed it was taken under.
 * @returns the file's path
 * @throws PlateauError `io`
 */
export function saveAnalysis(folder: string, weightsSha256: string, analysis: Analysis): string {
  const file = join(folder, ANALYSIS);
  let earlier: Partial<Analysis & { weightsSha256: string }> = {};
  try {
    if (existsSync(file)) earlier = (readJson(file) ?? {}) as typeof earlier;
  } catch {
    // A damaged file is replaced.
  }
  const measures = { ...(earlier.weightsSha256 === weightsSha256 ? earlier.measures : {}) };
  for (const [name, outcome] of Object.entries(analysis.measures)) {
    // What was measured before is worth more than a reason why it was not this time.
    if (!("skipped" in outcome && name in measures)) measures[name] = outcome;
  }
  const { aborted: _, ...rest } = analysis;
  writeFileAtomic(file, `${JSON.stringify({ weightsSha256, ...rest, measures }, null, 2)}\n`);
  return file;
}
