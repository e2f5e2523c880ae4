import { requireArguments } from "../../arguments.js";
import type { Evaluation } from "../../training/state.js";
import type { MeasureContext, Subject } from "../measure.js";
import {
  RESOLVED,
  type SpectrumOptions,
  seeModel,
  seeTarget,
  summary,
  targetOf,
  viewsOf,
} from "../spectrum.js";

/** Relative errors by octave at steps of training. */
export interface SpectrumHistory {
  readonly bands: readonly {
    /** Cycles per unit of length. */
    readonly low: number;
    readonly high: number;
    /** The first recorded step from which on the relative error stayed at or below 0.5; null: none. */
    readonly learnedAt: number | null;
  }[];
  /** In the order of recording; `relativeError` by band, null where the target has nothing there. */
  readonly steps: readonly { readonly step: number; readonly relativeError: readonly (number | null)[] }[];
}

/** Watches a model that is being trained. */
export interface SpectrumRecorder {
  /** The relative errors of the model as it is now. */
  record(step: number): void;
  /** `record` as a callback of the training loop. */
  readonly onEvaluation: (evaluation: Evaluation) => void;
  /** What was recorded so far. */
  history(): SpectrumHistory;
}

/**
 * Which frequencies are learned when: the measure `spectrum` along lines, at the same points at every
 * evaluation of a training run. Networks learn low frequencies first (Rahaman et al. 2019, "On the
 * spectral bias of neural networks"); this is how to see it.
 *
 *   const recorder = spectrumRecorder({ model, target, domain });
 *   await train(network, data, { …, evaluateEvery: 100, evaluate, onEvaluation: recorder.onEvaluation });
 *   recorder.history();
 *
 * @param subject its `model` is evaluated anew at each recording: it must look at the present weights
 * @param earlier steps that were recorded before training was interrupted
 * @throws PlateauError `usage`
 */
export function spectrumRecorder(
  subject: Pick<Subject, "model" | "target" | "domain">,
  options: Omit<SpectrumOptions, "grid" | "perLine"> & Pick<MeasureContext, "seed"> = {},
  earlier?: SpectrumHistory,
): SpectrumRecorder {
  requireArguments("spectrumRecorder", {
    subject: [subject, "object: model domain"],
    options: [options, "object?"],
    earlier: [earlier, "SpectrumHistory: bands steps?"],
  });

  const target = targetOf(subject);
  const { model } = subject;
  const { lines, base, settings } = viewsOf(subject.domain, { ...options, grid: 0 });
  const references = lines.map((view) => seeTarget(view, target));
  const errors = () => {
    const seen = lines.map((view, i) => seeModel(view, references[i], model));
    return summary(seen, lines, base.lines, settings.samples, settings.seed, false).bands;
  };
  let octaves: readonly { low: number; high: number }[] = earlier?.bands ?? [];
  const steps: SpectrumHistory["steps"][number][] = [...(earlier?.steps ?? [])];
  const record = (step: number) => {
    const bands = errors();
    octaves = bands.map(({ low, high }) => ({ low, high }));
    steps.push({ step, relativeError: bands.map(({ relativeError }) => relativeError) });
  };
  const learnedAt = (band: number): number | null => {
    let since: number | null = null;
    for (const { step, relativeError } of steps) {
      const error = relativeError[band];
      if (error === null || error > RESOLVED) since = null;
      else since ??= step;
    }
    return since;
  };
  return {
    record,
    onEvaluation: ({ update }) => record(update),
    history: () => ({
      bands: octaves.map((octave, band) => ({ ...octave, learnedAt: learnedAt(band) })),
      steps: steps.map(({ step, relativeError }) => ({ step, relativeError: [...relativeError] })),
    }),
  };
}
