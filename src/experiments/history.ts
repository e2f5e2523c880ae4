import * as v from "valibot";
import { type SpectrumHistory, spectrumRecorder } from "../analysis/spectra/spectrum-recorder.js";
import { PlateauError, quote } from "../errors.js";
import type { Model } from "../nn/model.js";
import type { Outcome } from "../training/loop.js";
import type { Evaluation } from "../training/state.js";
import type { Experiment } from "./config.js";
import { environment } from "./environment.js";
import { protocolMetric } from "./metric.js";
import type { Environment } from "./record.js";
import { subjectOf } from "./subject.js";

/** What was watched while a model was trained: `history.json` of a run's folder. */
export interface RunHistory {
  /** What validation minimised: rmse, failureRate.1. */
  readonly measure: string;
  /** A value that was NaN or infinite is null. */
  readonly evaluations: readonly { readonly update: number; readonly value: number | null }[];
  /** The evaluation whose weights were kept. */
  readonly best?: Evaluation;
  /** Error by octaves of frequency at the evaluations, where it was asked for. */
  readonly spectrum?: SpectrumHistory;
  readonly environment: Environment;
}

/** Small enough that watching costs less than validating. */
const SPECTRUM = { segments: 8, samples: 256 } as const;

const bandSchema = v.object({ low: v.number(), high: v.number(), learnedAt: v.nullable(v.number()) });
const spectrumSchema = v.object({
  bands: v.array(bandSchema),
  steps: v.array(v.object({ step: v.number(), relativeError: v.array(v.nullable(v.number())) })),
});
const schema = v.object({
  measure: v.string(),
  evaluations: v.array(v.object({ update: v.number(), value: v.nullable(v.number()) })),
  best: v.optional(v.object({ update: v.number(), value: v.number() })),
  spectrum: v.optional(spectrumSchema),
  environment: v.object({
    plateau: v.string(),
    build: v.string(),
    engine: v.string(),
    machine: v.string(),
    date: v.string(),
    seconds: v.number(),
    workers: v.number(),
  }),
});

/** @throws PlateauError `format` naming the file */
export function parseHistory(value: unknown, file: string): RunHistory {
  const found = v.safeParse(schema, value);
  if (found.success) return found.output as RunHistory;
  const [issue] = found.issues;
  throw new PlateauError(
    "format",
    `${file}: ${v.getDotPath(issue) ?? "all of it"} is ${quote(issue.input)}, which no history has: delete the file, the run is complete without it`,
  );
}

/** Watches one training, also over several sessions: `notes` belong into its checkpoints. */
export interface TrainingWatch {
  readonly onModel: (model: Model) => void;
  readonly onEvaluation: (evaluation: Evaluation) => void;
  notes(): unknown;
  history(outcome: Pick<Outcome, "evaluations" | "best" | "seconds">): RunHistory;
}

/**
 * @param options.spectrum whether to record the error by octaves. Where `notes` of an earlier session have one,
 * it is continued, whether asked for or not.
 */
export function watchTraining(
  experiment: Experiment,
  options: { readonly spectrum?: boolean; readonly notes?: unknown } = {},
): TrainingWatch {
  const before = v.safeParse(v.object({ spectrum: spectrumSchema }), options.notes);
  const earlier = before.success ? before.output.spectrum : undefined;
  const wanted = options.spectrum || earlier !== undefined;
  let recorder: ReturnType<typeof spectrumRecorder> | undefined;
  const spectrum = () => (recorder ? { spectrum: recorder.history() } : {});
  return {
    onModel(model) {
      if (wanted) recorder = spectrumRecorder(subjectOf(experiment, model), SPECTRUM, earlier);
    },
    onEvaluation: (evaluation) => recorder?.onEvaluation(evaluation),
    notes: () => (recorder ? spectrum() : undefined),
    history({ evaluations, best, seconds }) {
      return {
        measure: protocolMetric(experiment),
        evaluations: evaluations.map(({ update, value }) => ({
          update,
          value: Number.isFinite(value) ? value : null,
        })),
        ...(best && Number.isFinite(best.value) ? { best } : {}),
        ...spectrum(),
        environment: environment({ seconds, workers: 1, build: experiment.config.build }),
      };
    },
  };
}
