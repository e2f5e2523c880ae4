import { type Analysis, analysisOf, analyzeSubject, type MeasureOutcome } from "../analysis/analyze.js";
import type { Subject } from "../analysis/measure.js";
import { measures as registry } from "../analysis/registry.js";
import type { PlateauError } from "../errors.js";
import { saveAnalysis } from "../experiments/analysis-file.js";
import { shellWord } from "../text.js";
import { interruptible } from "./interrupt.js";
import { percent } from "./output.js";
import { ProgressLine } from "./progress.js";
import { Interruption } from "./report.js";
import { tryToStore } from "./store.js";

export interface Measuring {
  readonly subject: Subject;
  /** Options of single measures. */
  readonly options: Record<string, object>;
  readonly measures?: readonly string[];
  readonly optional?: boolean;
  readonly samples?: number;
  readonly seed?: number;
  readonly quiet?: boolean;
  /** The run's folder, where there is one: the analysis is stored there, finished or not. */
  readonly folder?: string;
  /** Stores what was trained in a new folder, where there is none and it would be lost. @returns the folder */
  readonly rescue?: () => Promise<string>;
  /** Called once a signal would lose nothing: what is known by then can be told. */
  readonly onStart?: () => void;
  readonly weightsSha256: string;
  /** Whether measures that are stored there already stay. Default: those taken now replace them. */
  readonly keep?: boolean;
}

export interface Measured {
  readonly analysis: Analysis;
  /** Why the analysis could not be stored, where it could not. */
  readonly unsaved?: PlateauError;
}

/**
 * Analyses with a progress line.
 * @throws Interruption when stopped by a signal, naming what is left to do
 */
export async function measureWithProgress(work: Measuring): Promise<Measured> {
  const { subject, options, measures, optional, samples, seed, rescue } = work;
  let { folder } = work;
  const progress = new ProgressLine(work.quiet);
  const { signal, dispose } = interruptible(() => progress.show("stopping…"));
  const onProgress = (measure: string, share: number) => progress.show(`${measure} ${percent(share)}`);
  const taken: Record<string, MeasureOutcome> = {};
  let analysis: Analysis;
  let stopped = false;
  try {
    work.onStart?.();
    analysis = await analyzeSubject(subject, {
      measures,
      optional,
      samples,
      seed,
      options,
      signal,
      onProgress,
      onMeasure: (name, outcome) => void (taken[name] = outcome),
    });
  } catch (error) {
    if (!signal.aborted) throw error;
    stopped = true;
    analysis = { ...analysisOf(subject, seed), measures: taken };
  } finally {
    progress.clear();
    dispose();
  }
  let file: string | undefined;
  const unsaved = await tryToStore(async () => {
    if (stopped) folder ??= await rescue?.();
    if (folder !== undefined) file = saveAnalysis(folder, work.weightsSha256, analysis, work.keep);
  });
  if (stopped) {
    if (unsaved) throw unsaved;
    const asked = measures ?? [...registry.keys()];
    const rest = asked.filter((name) => !(name in taken)).join(",");
    throw new Interruption(
      file
        ? `interrupted; what was done is in ${file}, the rest by: plateau analyze ${shellWord(folder!)} --measures ${rest}`
        : `interrupted before ${rest}; nothing is kept without --out`,
      folder,
    );
  }
  return { analysis, unsaved };
}
