import * as v from "valibot";
import { PlateauError, quote } from "../../errors.js";
import { requireStudyOptions, type StudyInput } from "../../sweep/definition.js";
import { random } from "../../sweep/samplers/random.js";
import { Space, type SpaceInput } from "../../sweep/space/space.js";
import type { Storage } from "../../sweep/storage/storage.js";
import { Study } from "../../sweep/study.js";
import { check } from "../../validate.js";
import { defineExperiment, type Experiment, type ExperimentInput, experimentSchema } from "../config.js";
import { parseMetric, protocolMetric } from "../metric.js";
import { findPreset } from "./presets.js";
import { type TrainingTask, trialExperiment } from "./task.js";

/** The name that definitions have for the objective that trains a model. */
const TRAINING = "training";
/** Where plateau's own objectives are, by the name that definitions have for them. */
export const objectives = { [TRAINING]: new URL("./objective.js", import.meta.url).href };

/** Draws from a space that are looked at before a study is made. */
const EXAMPLES = 16;

/** A study of trained models: each trial trains one. */
export interface TrainingStudyInput extends Omit<StudyInput, "space" | "objective" | "task"> {
  readonly target: string;
  /**
   * What varies, by the names that `defineExperiment` has: lr, layers, dModel, …, or with a dot
   * protocol.outputHead. A preset by its name: study (default), sound.
   */
  readonly space?: SpaceInput | string;
  /** Options that all trials have. */
  readonly experiment?: Omit<ExperimentInput, "target" | "seed">;
  /**
   * What is minimised, or maximised where more is better: validation. or test. with rmse, relativeL2, r2, sup,
   * failureRate.1 … 4 or matched.5, 10, 15, 20. Default: what validation minimises under the protocol.
   */
  readonly objective?: string;
  /** Whether trials that were trained to their end are judged on the test rows, too. Default true. */
  readonly test?: boolean;
}

/**
 * Opens a study: of trained models where it has a target, else of whatever objective it names or is run with.
 * With a name alone, one that there is.
 * @param storage a SQLite file's path, ":memory:", or a storage
 * @throws PlateauError `usage`, `unknown-name`, `io`, `study`
 */
export async function openStudy(
  storage: string | Storage,
  input: TrainingStudyInput | StudyInput | { readonly name?: string },
): Promise<Study> {
  const study = "target" in input ? trainingStudy(input) : input;
  return Study.open(storage, study, objectives);
}

/** The study that a training study is: with its space, objective and task. */
export function trainingStudy(input: TrainingStudyInput): StudyInput {
  requireStudyOptions(Object.keys(input), ["target", "experiment", "test"]);
  const { target, space = "study", experiment = {}, objective, test, direction, ...rest } = input;
  const preset = typeof space === "string" ? findPreset(space) : undefined;
  const fixed: Partial<ExperimentInput> = { ...preset?.experiment, ...experiment, target };
  const described = preset ? preset.space(fixed) : (space as SpaceInput);
  requireOptions(fixed, described);
  const options = fixed as TrainingTask["experiment"];
  const [example] = examples({ experiment: options, metric: "", test: false }, described);
  const metric = objective ?? `validation.${protocolMetric(example)}`;
  const { rising } = parseMetric(metric);
  const task: TrainingTask = { experiment: options, metric, test: test ?? true };
  return {
    ...rest,
    direction: direction ?? (rising ? "maximize" : "minimize"),
    space: described,
    objective: TRAINING,
    task,
  };
}

/** @throws PlateauError `usage` where an option or parameter is none of training */
function requireOptions(fixed: Partial<ExperimentInput>, space: SpaceInput): void {
  check("experiment", v.partial(experimentSchema), fixed);
  const known = Object.keys(experimentSchema.entries).filter((name) => name !== "seed");
  for (const { name } of new Space(space).parameters) {
    const [first, second] = name.split(".");
    if (!known.includes(first) || (second !== undefined && first !== "protocol")) {
      throw new PlateauError(
        "usage",
        `space: ${quote(name)} is no option of training (known: ${known.join(", ")}, and protocol. with a field)`,
      );
    }
  }
}

/**
 * Experiments that the space holds: some drawn at random, those left out that training refuses.
 * @throws PlateauError `usage` where it refuses them all: then not one trial could be trained
 */
function examples(task: TrainingTask, space: SpaceInput): Experiment[] {
  const drawn = random.create({ space: new Space(space), seed: 0, direction: "minimize", options: {} });
  const found: Experiment[] = [];
  let refused: unknown;
  for (let n = 0; n < EXAMPLES; n++) {
    try {
      found.push(defineExperiment(trialExperiment(task, drawn.suggest(n, [])!, 0)));
    } catch (error) {
      refused ??= error;
    }
  }
  if (found.length > 0) return found;
  if (!(refused instanceof PlateauError)) throw refused;
  throw new PlateauError(refused.code, `no trial of this space can be trained: ${refused.message}`, {
    cause: refused,
  });
}
