import type { ReplicationConfig } from "./config.js";
import { full } from "./presets.js";

/** What of the study's size a configuration leaves out, by name: "m2n1: d = 8, 32". Empty for all of it. */
export function leftOut(config: ReplicationConfig): string[] {
  const missing = <T>(all: readonly T[], some: readonly T[]) => all.filter((one) => !some.includes(one));
  const found: string[] = [];
  const say = (what: string, list: readonly (string | number)[]) => {
    if (list.length > 0) found.push(`${what}${list.join(", ")}`);
  };
  say("targets: ", missing(full.targets, config.targets));
  for (const target of config.targets)
    say(`${target}: d = `, missing(full.dims[target], config.dims[target]!));
  say("classifications: K = ", missing(full.classes, config.classes));
  say("positions: ", missing(full.positions, config.positions));
  if (config.trials < full.trials) found.push(`trials of a setting: ${config.trials} of ${full.trials}`);
  if (config.seeds < full.seeds)
    found.push(`seeds of a best configuration: ${config.seeds} of ${full.seeds}`);
  const rows = { training: config.trainRows, validation: config.validationRows, test: config.testRows };
  for (const [split, count] of Object.entries(rows)) {
    if (count !== undefined) found.push(`${split} rows: ${count} at most`);
  }
  if (config.epochs !== undefined) found.push(`epochs: ${config.epochs} instead of 4, 6 or 9`);
  return found;
}
