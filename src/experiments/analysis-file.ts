import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Analysis } from "../analysis/analyze.js";
import { writeFileAtomic } from "../files/atomic.js";
import { readJson } from "../files/read-json.js";

const ANALYSIS = "analysis.json";

/** Measures that are stored of these weights, by name; none where there are none, or the file is damaged. */
export function storedMeasures(folder: string, weightsSha256: string): Analysis["measures"] {
  const file = join(folder, ANALYSIS);
  try {
    if (!existsSync(file)) return {};
    const stored = (readJson(file) ?? {}) as Partial<Analysis & { weightsSha256: string }>;
    return (stored.weightsSha256 === weightsSha256 && stored.measures) || {};
  } catch {
    // As if it were not there: it can be measured again.
    return {};
  }
}

/**
 * Stores an analysis in a run's folder, beside the other measures of earlier ones of the same weights; each
 * holds the seed it was taken under.
 * @param keep whether what is there stays as it is
 * @returns the file's path
 * @throws PlateauError `io`
 */
export function saveAnalysis(
  folder: string,
  weightsSha256: string,
  analysis: Analysis,
  keep = false,
): string {
  const file = join(folder, ANALYSIS);
  const measures = { ...storedMeasures(folder, weightsSha256) };
  const stays = (name: string) => keep && name in measures && !("skipped" in measures[name]);
  for (const [name, outcome] of Object.entries(analysis.measures)) {
    if (stays(name)) continue;
    // What was measured before is worth more than a reason why it was not this time.
    if (!("skipped" in outcome && name in measures)) measures[name] = outcome;
  }
  writeFileAtomic(file, `${JSON.stringify({ weightsSha256, ...analysis, measures }, null, 2)}\n`);
  return file;
}
