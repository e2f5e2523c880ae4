import { errors } from "../analysis/metrics/errors.js";
import {
  classificationFailureRate,
  failureRanks,
  regressionFailureRate,
} from "../analysis/metrics/failure-rate.js";
import { matched } from "../analysis/metrics/matched.js";
import { PlateauError, quote } from "../errors.js";
import type { StopSignal } from "../pause.js";
import { quantise, studyClasses } from "../targets/quantisation.js";
import type { Sample, Split } from "../targets/target.js";
import type { Experiment } from "./config.js";
import { decode } from "./decode.js";

/** One number of `Scores`, such as failureRate.1, and the part of the data that it is measured on. */
export interface Metric {
  readonly split: Exclude<Split, "train">;
  readonly name: string;
  /** Whether more is better. */
  readonly rising: boolean;
}

const plain = ["rmse", "relativeL2", "r2", "sup"] as const;
const names: readonly string[] = [
  ...plain,
  ...failureRanks.map((k) => `failureRate.${k}`),
  ...studyClasses.map((K) => `matched.${K}`),
];

/** Reads `validation.failureRate.1` and its like. @throws PlateauError `usage` listing what there is */
export function parseMetric(text: string): Metric {
  const [, split, name] = /^(validation|test)\.(.+)$/.exec(text) ?? [];
  if (!split || !names.includes(name)) {
    throw new PlateauError(
      "usage",
      `${quote(text)} is no measure of a trained model: give validation. or test. with one of ${names.join(", ")}`,
    );
  }
  return { split: split as Metric["split"], name, rising: name === "r2" };
}

/** What validation minimises under an experiment's protocol. */
export function protocolMetric({ config, protocol }: Experiment): string {
  const byError = config.mode === "regression" && protocol.metric === "matched-resolution";
  return byError ? "rmse" : "failureRate.1";
}

/** The study's failure rates by k: among the classes, or among all true vectors. */
export async function failureRatesOf(
  { config, quantisation }: Experiment,
  output: Float32Array,
  y: Float32Array,
  options: { signal?: StopSignal } = {},
): Promise<Record<string, number>> {
  const { dim, mode, classes } = config;
  const { failureRate } =
    mode === "classification"
      ? classificationFailureRate(output, quantise(y, dim, quantisation(classes)), classes)
      : await regressionFailureRate(output, y, dim, options);
  return { ...failureRate };
}

/**
 * A measure of predictions. In classification, of the centroids of the predicted classes where it is one of
 * numbers.
 * @param output what the model gave for the sample's x
 * @throws PlateauError `aborted` through the signal
 */
export async function measureBy(
  name: string,
  experiment: Experiment,
  output: Float32Array,
  { y }: Sample,
  options: { signal?: StopSignal } = {},
): Promise<number> {
  const { config, quantisation, target } = experiment;
  const { dim, mode, classes } = config;
  const centroids = quantisation(classes);
  const [family, at] = name.split(".");
  if (family === "failureRate") {
    return (await failureRatesOf(experiment, output, y, options))[at];
  }
  const predicted = mode === "classification" ? decode(output, dim, centroids) : output;
  if (family === "matched") return matched(predicted, y, dim, centroids, [Number(at)]).failureRate[at];
  return errors(predicted, y, target.outputs * dim)[name as (typeof plain)[number]];
}
