import { unknownName } from "../../errors.js";
import { edf } from "./edf.js";
import { history } from "./history.js";
import { importance } from "./importance.js";
import type { Insight } from "./insight.js";
import { parallel } from "./parallel.js";
import { slice } from "./slice.js";

/** Everything that can be seen in a study, in the order of reports: one line each. */
// Each knows its own result and options; here they are names for whoever looks them up.
const registry = [history, importance, parallel, slice, edf] as readonly Insight<unknown>[];

/** Every insight by name. */
export const insights: ReadonlyMap<string, Insight<unknown>> = new Map(
  registry.map((one) => [one.name, one]),
);

/** @throws PlateauError `unknown-name` */
export function findInsight(name: string): Insight<unknown> {
  const insight = insights.get(name);
  if (!insight) throw unknownName("insight", name, [...insights.keys()]);
  return insight;
}
