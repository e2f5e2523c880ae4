import { analyzeSubject, type MeasureOutcome } from "../../../analysis/analyze.js";
import type { AttentionResult } from "../../../analysis/attention.js";
import type { CompareResult } from "../../../analysis/compare.js";
import type { ErrorNorms } from "../../../analysis/error-norms.js";
import type { FailureRateResult } from "../../../analysis/failure-curve.js";
import type { Subject } from "../../../analysis/measure.js";
import type { ModulusResult } from "../../../analysis/modulus.js";
import type { PlateausResult } from "../../../analysis/plateaus.js";
import type { SpectrumResult } from "../../../analysis/spectrum.js";
import type { StopSignal } from "../../../pause.js";

/** What each measure of a run's report comes to. */
interface Results {
  readonly errors: ErrorNorms;
  readonly failureRate: FailureRateResult;
  readonly plateaus: PlateausResult;
  readonly modulus: ModulusResult;
  readonly spectrum: SpectrumResult;
  readonly attention: AttentionResult;
  readonly compare: CompareResult;
}

export type MeasureName = keyof Results;

/** What measures found, by name. */
export class Measured {
  readonly #outcomes: Readonly<Record<string, MeasureOutcome>>;

  constructor(outcomes: Readonly<Record<string, MeasureOutcome>>) {
    this.#outcomes = outcomes;
  }

  /** A measure's result; undefined where it could not be taken. */
  result<N extends MeasureName>(name: N): Results[N] | undefined {
    const outcome = this.#outcomes[name];
    return outcome && "result" in outcome ? (outcome.result as Results[N]) : undefined;
  }

  /** What a measure says in one sentence, or why it says nothing. */
  line(name: MeasureName): string {
    const outcome = this.#outcomes[name];
    const text =
      outcome && "line" in outcome
        ? outcome.line
        : `Not measured: ${outcome?.skipped ?? "nothing was found"}`;
    const sentence = `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
    return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
  }
}

/** The measures of a report, each with its options. */
export type Budgets = Readonly<Partial<Record<MeasureName, object>>>;

/** How measures are taken. */
export interface MeasuringOptions {
  /** Default: those of a run. */
  readonly budgets?: Budgets;
  /** Default 0. */
  readonly seed?: number;
  readonly signal?: StopSignal;
  readonly onProgress?: (text: string, share: number) => void;
}

/**
 * Budgets that keep the measures of a report within a minute or so, on one core, of the largest models that are
 * trained here. They are fixed: the same run has the same report. `plateau analyze` takes more.
 */
export const runBudgets: Budgets = {
  errors: { samples: 4000, starts: 8, derivativeSamples: 256 },
  failureRate: { samples: 2000 },
  plateaus: { segments: 4 },
  modulus: { samples: 2048, starts: 4, scales: 12 },
  spectrum: { segments: 16, samples: 512, grid: 0 },
  attention: { samples: 256, keep: true },
};

/**
 * The measures of a report: those that are stored, and those that are not, taken now.
 * @throws PlateauError `aborted` through the signal
 */
export async function measuredOf(
  subject: Subject,
  stored: Readonly<Record<string, MeasureOutcome>>,
  { budgets = runBudgets, seed, signal, onProgress }: MeasuringOptions,
): Promise<Measured> {
  const names = (Object.keys(budgets) as MeasureName[]).filter((name) => !suffices(name, stored[name]));
  const { measures } = await analyzeSubject(subject, {
    measures: names,
    options: Object.fromEntries(names.map((name) => [name, budgets[name]!])),
    optional: true,
    seed,
    signal,
    onProgress: (name, share) =>
      onProgress?.(name, (names.indexOf(name as MeasureName) + share) / names.length),
  });
  return new Measured({ ...stored, ...measures });
}

/** Whether what is stored can be drawn: maps of attention are stored only where they were asked for. */
function suffices(name: MeasureName, outcome: MeasureOutcome | undefined): boolean {
  if (!outcome || !("result" in outcome)) return false;
  if (name !== "attention") return true;
  return (outcome.result as AttentionResult).blocks.every(({ heads }) =>
    heads.every(({ weights }) => weights),
  );
}
