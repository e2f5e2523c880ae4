import type { Quantisation } from "../../targets/quantisation.js";
import type { Range } from "../../targets/target.js";
import type { Answers } from "./answers.js";

/** Where the classes of a failure rate lie: the answers to questions 3 and 4. */
export type Scale = Pick<Answers, "classDefinition" | "classRange">;

/** Every scale on which every run is read, whatever its own. */
export const scales: readonly Scale[] = (["diagonal", "per-coordinate"] as const).flatMap((classDefinition) =>
  (["unit", "target"] as const).map((classRange) => ({ classDefinition, classRange })),
);

/** The study's scale, and the one that all runs have in common. */
export const studyScale: Scale = { classDefinition: "diagonal", classRange: "unit" };
export const commonScale: Scale = { classDefinition: "per-coordinate", classRange: "target" };

/** Such as diagonal/unit. */
export const scaleName = ({ classDefinition, classRange }: Scale): string =>
  `${classDefinition}/${classRange}`;

/** Where a scale is among all. */
export function scaleIndex(scale: Scale): number {
  return scales.findIndex((one) => scaleName(one) === scaleName(scale));
}

/** The centroids of a scale. */
export function quantisationOf(
  { classDefinition, classRange }: Scale,
  classes: number,
  range: Range,
): Quantisation {
  const { low, high } = classRange === "unit" ? { low: -1, high: 1 } : range;
  return { classes, low, high, mode: classDefinition };
}
