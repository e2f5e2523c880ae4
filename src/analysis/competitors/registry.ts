import { unknownName } from "../../errors.js";
import type { Competitor } from "./competitor.js";
import { leastSquares } from "./least-squares.js";
import { majority } from "./majority.js";
import { mean } from "./mean.js";
import { mlp } from "./mlp.js";
import { nearestNeighbours } from "./nearest-neighbours.js";
import { staircase } from "./staircase.js";

/** Every competitor by name, one line each, simplest first. */
const registry: readonly Competitor[] = [mean, majority, leastSquares, nearestNeighbours, staircase, mlp];

export const competitors: ReadonlyMap<string, Competitor> = new Map(registry.map((one) => [one.name, one]));

/** @throws PlateauError `unknown-name` */
export function findCompetitor(name: string): Competitor {
  const found = competitors.get(name);
  if (!found) throw unknownName("competitor", name, [...competitors.keys()]);
  return found;
}
