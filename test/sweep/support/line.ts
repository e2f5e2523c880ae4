import type { StudyInput } from "../../../src/sweep/definition.js";

/** A study of one number, which is its value. */
export const line: StudyInput = {
  name: "line",
  sampler: "random",
  space: { parameters: { x: { type: "uniform", low: 0, high: 1 } } },
};
export const identity = ({ parameters }: { parameters: Readonly<Record<string, unknown>> }) =>
  Number(parameters["x"]);
