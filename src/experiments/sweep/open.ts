import * as v from "valibot";
import { PlateauError, quote } from "../../errors.js";
import type { StudyInput } from "../../sweep/definition.js";
import { Space, type SpaceInput } from "../../sweep/space/space.js";
import type { Storage } from "../../sweep/storage/storage.js";
import { Study } from "../../sweep/study.js";
import { check } from "../../validate.js";
import { defineExperiment, type ExperimentInput, experimentSchema } from "../config.js";
import { parseMetric, protocolMetric } from "../metric.js";
import { findPreset } from "./presets.js";
import type { TrainingTask } from "./task.js";

/** The name that definitions have for the objective that trains a model. */
const TRAINING = "training";
/** Where plateau's own objectives are, by the name that definitions have for them. */
export const objectives = { [TRAINING]: new URL("./objective.js", import.meta.url).href };

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
  const { target, space = "study", experiment = {}, objective, test, direction, ...rest } = input;
  const preset = typeof space === "string" ? findPreset(space) : undefined;
  const fixed: Partial<ExperimentInput> = { ...preset?.experiment, ...experiment, target };
  const described = preset ? preset.space(fixed) : (space as SpaceInput);
  requireOptions(fixed, described);
  const metric = objective ?? `validation.${protocolMetric(exemplary(fixed, described))}`;
  const { rising } = parseMetric(metric);
  const task: TrainingTask = {
    experiment: fixed as TrainingTask["experiment"],
    metric,
    test: test ?? true,
  };
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

/** An experiment of the study's kind: the constants of its space count, what varies does not matter here. */
function exemplary(fixed: Partial<ExperimentInput>, space: SpaceInput) {
  const mode = space.parameters["mode"];
  const varied = typeof mode === "string" ? { mode: mode as "regression" } : {};
  const { target, protocol, dim, mode: given } = fixed;
  const chosen = {
    target: target!,
    ...(protocol ? { protocol } : {}),
    ...(dim ? { dim } : {}),
    ...(given ? { mode: given } : {}),
  };
  return defineExperiment({ ...chosen, ...varied });
}
