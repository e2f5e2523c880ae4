import { findTarget } from "../../targets/registry.js";
import { plateausAt } from "./audit.js";
import { type AuditConfig, presets } from "./config.js";

/** What an audit leaves out beside the preset full, by name, and what no audit does: "d = 16, 256". Never empty. */
export function leftOut(config: AuditConfig): string[] {
  const { full } = presets;
  const { targets, dims, classes, factorial, trainRows } = config;
  const found: string[] = [];
  const lacks = <T extends string | number>(what: string, all: readonly T[], some: readonly T[]) => {
    const missing = all.filter((one) => !some.includes(one));
    if (missing.length > 0) found.push(`${what}${missing.join(", ")}`);
  };
  lacks("targets: ", full.targets, targets);
  lacks("d = ", full.dims, dims);
  lacks("K = ", full.classes, classes);
  if (!factorial) found.push("the fractional factorial design");
  if (dims.length * classes.length > 1) {
    found.push(
      `beside d = ${dims[0]} with K = ${classes[0]}, all but both protocols and the switches 1, 3 and 7 of the study's`,
    );
  }
  const fewer = (what: string, count: number, all: number) => {
    if (count < all) found.push(`${what}: ${count} of ${all}`);
  };
  fewer("seeds", config.seeds, full.seeds);
  fewer("updates", config.steps, full.steps);
  fewer("training rows", trainRows, Math.max(...targets.map((name) => findTarget(name).sizes.train)));
  fewer("test rows", config.testRows, full.testRows);
  const [measured, not] = [true, false].map((wanted) =>
    dims.filter((dim) => (plateausAt({ dim }, config).plateaus !== undefined) === wanted),
  );
  if (not.length > 0) found.push(`plateaus at d = ${not.join(", ")}`);
  if (measured.length > 0) {
    fewer("segments of plateaus", config.plateaus.segments, full.plateaus.segments);
    fewer("cells of a segment", config.plateaus.samples, full.plateaus.samples);
  }
  return [...found, "the search of hyperparameters (plateau replicate has it)"];
}
