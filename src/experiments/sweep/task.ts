import * as v from "valibot";
import type { Parameters } from "../../sweep/space/parameter.js";
import { check, flag } from "../../validate.js";
import type { ExperimentInput } from "../config.js";

/** What a study of trained models has as its `task`. */
export const taskSchema = v.strictObject({
  /** Options of every trial, as `plateau train` takes them: the target, and all that the space leaves open. */
  experiment: v.looseObject({ target: v.string() }),
  /** What is minimised or maximised, such as validation.failureRate.1. */
  metric: v.string(),
  /** Whether models that were trained to their end are judged on the test rows, too. */
  test: v.optional(flag, true),
});
export type TrainingTask = v.InferOutput<typeof taskSchema>;

/** @throws PlateauError `usage` */
export function trainingTask(task: unknown): TrainingTask {
  return check("the study's task", taskSchema, task);
}

/**
 * The experiment of a trial: the task's options with the trial's parameters over them. A name with dots,
 * such as protocol.outputHead, is a field of an object.
 */
export function trialExperiment(
  { experiment }: TrainingTask,
  parameters: Parameters,
  seed: number,
): ExperimentInput {
  const input: Record<string, unknown> = { ...experiment, seed };
  for (const [name, value] of Object.entries(parameters)) {
    const [first, ...rest] = name.split(".");
    if (rest.length === 0) input[first] = value;
    else input[first] = withField(input[first], rest, value);
  }
  return input as unknown as ExperimentInput;
}

function withField(object: unknown, [name, ...rest]: string[], value: unknown): unknown {
  // A protocol may be given by its name.
  const fields =
    typeof object === "string" ? { base: object } : { ...(object as Record<string, unknown> | undefined) };
  return {
    ...fields,
    [name]: rest.length === 0 ? value : withField((fields as Record<string, unknown>)[name], rest, value),
  };
}
