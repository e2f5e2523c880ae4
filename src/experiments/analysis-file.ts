import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Analysis } from "../analysis/analyze.js";
import { writeFileAtomic } from "../files/atomic.js";
import { readJson } from "../files/read-json.js";

const ANALYSIS = "analysis.json";

/**
 * Stores an analysis in a run's folder, beside the measures of an earlier one of the same weights under
 * the same seed.
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
  const same = earlier.weightsSha256 === weightsSha256 && earlier.seed === analysis.seed;
  const measures = { ...(same ? earlier.measures : {}), ...analysis.measures };
  const { aborted: _, ...rest } = analysis;
  writeFileAtomic(file, `${JSON.stringify({ weightsSha256, ...rest, measures }, null, 2)}\n`);
  return file;
}
