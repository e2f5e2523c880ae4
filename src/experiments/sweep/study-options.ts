import { PlateauError } from "../../errors.js";
import { experimentSchema } from "../config.js";

/** What a study of trainings is told, by name. */
const studyOptions: readonly string[] = [
  ...["name", "target", "space", "experiment", "objective", "test", "direction", "seed"],
  ...["sampler", "pruner", "samplers", "pruners", "seeds", "stopWorse", "lookahead", "retries", "shard"],
];

/**
 * Holds what a study is told to what there is.
 * @param where it was told
 * @param more what is known there besides
 * @throws PlateauError `usage` naming what is no option, or one of training
 */
export function requireStudyOptions(where: string, input: object, more: readonly string[] = []): void {
  const known = [...more, ...studyOptions];
  const unknown = Object.keys(input).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const remedy = Object.hasOwn(experimentSchema.entries, unknown)
    ? "it is one of training: put it under experiment"
    : `known: ${known.join(", ")}`;
  throw new PlateauError("usage", `${where}: ${unknown} is no option (${remedy})`);
}
