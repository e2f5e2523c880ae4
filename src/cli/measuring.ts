import { type Analysis, analyzeSubject } from "../analysis/analyze.js";
import type { Subject } from "../analysis/measure.js";
import { saveAnalysis } from "../experiments/analysis-file.js";
import { interruptible } from "./interrupt.js";
import { percent } from "./output.js";
import { ProgressLine } from "./progress.js";
import { Interruption } from "./report.js";

export interface Measuring {
  readonly subject: Subject;
  /** Options of single measures. */
  readonly options: Record<string, object>;
  readonly measures?: readonly string[];
  readonly samples?: number;
  readonly seed?: number;
  readonly quiet?: boolean;
  /** The run's folder, where there is one: the analysis is stored there, finished or not. */
  readonly folder?: string;
  readonly weightsSha256: string;
}

/**
 * Analyses with a progress line.
 * @throws Interruption when stopped by a signal, naming what is left to do
 */
export async function measureWithProgress(work: Measuring): Promise<Analysis> {
  const { subject, options, measures, samples, seed, folder } = work;
  const progress = new ProgressLine(work.quiet);
  const { signal, dispose } = interruptible(() => progress.show("stopping…"));
  const onProgress = (measure: string, share: number) => progress.show(`${measure} ${percent(share)}`);
  let analysis: Analysis;
  try {
    analysis = await analyzeSubject(subject, { measures, samples, seed, options, signal, onProgress });
  } finally {
    progress.clear();
    dispose();
  }
  const file = folder === undefined ? undefined : saveAnalysis(folder, work.weightsSha256, analysis);
  if (analysis.aborted) {
    const rest = analysis.aborted.join(",");
    throw new Interruption(
      file
        ? `interrupted; what was done is in ${file}, the rest by: plateau analyze ${folder} --measures ${rest}`
        : `interrupted before ${rest}; nothing is kept without --out`,
      folder,
    );
  }
  return analysis;
}
