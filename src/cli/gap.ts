import { availableParallelism } from "node:os";
import { PlateauError, quote } from "../errors.js";
import type { GapConfig } from "../experiments/gap/config.js";
import { estimateOf } from "../experiments/gap/estimate.js";
import { gap as kind } from "../experiments/gap/gap.js";
import { ladderOf } from "../experiments/gap/ladder.js";
import { leftOut } from "../experiments/gap/presets.js";
import { findTarget } from "../targets/registry.js";
import type { GapFlags } from "./commands/gap.js";
import { runExperiment } from "./experiment.js";
import { describeGap, describeLadder } from "./gap-view.js";
import { note, print, printJson } from "./output.js";
import { exitCodes } from "./report.js";
import { targetOf } from "./target.js";

/** `plateau gap`. @returns the exit code */
export async function runGap(text: string | undefined, flags: GapFlags): Promise<number> {
  const given = givenOf(text, flags);
  if (flags.dryRun) return dryRun(given, flags);
  if (given && !flags.quiet) {
    const { preset, target } = kind.parse(given);
    for (const line of leftOut(preset, findTarget(target).inputs)) note(`note: ${line}`);
  }
  return runExperiment(kind, given, flags, describeGap);
}

/** The configuration that was given; undefined where a folder's is to be continued. */
function givenOf(text: string | undefined, flags: GapFlags): Partial<GapConfig> | undefined {
  const { preset, seed, widths, depths, construction: constructions, sizes: cells } = flags;
  const { seeds, steps, lr, batch, boxes } = flags;
  const options = { preset, seed, widths, depths, constructions, cells, seeds, steps, lr, batch, boxes };
  const own = Object.entries(options).filter(([, value]) => value !== undefined);
  if (text === undefined) {
    if (flags.resume && own.length === 0 && flags.domain === undefined) return undefined;
    throw new PlateauError(
      "usage",
      flags.resume
        ? `${own.length > 0 ? `${own[0][0]} ${quote(own[0][1])}` : `--domain ${flags.domain}`} without a target: to continue, leave it out; else give the target, too`
        : 'no target given: plateau gap "sin(6*x)", a name of plateau targets, or --resume',
    );
  }
  const { target, assumed } = targetOf(text, flags.domain);
  if (assumed && !flags.quiet) note(`note: ${assumed}`);
  return { target: target.name, ...Object.fromEntries(own) };
}

function dryRun(given: Partial<GapConfig> | undefined, { workers, json }: GapFlags): number {
  if (given === undefined) {
    throw new PlateauError("usage", "--dry-run says what a target would take: give one");
  }
  const config = kind.parse(given);
  const ladder = ladderOf(config);
  const estimate = estimateOf(config, ladder, workers ?? availableParallelism());
  const { inputs } = findTarget(config.target);
  const left = leftOut(config.preset, inputs);
  if (json) printJson({ config, ladder, estimate, leftOut: left });
  else print(describeLadder(config, ladder, estimate, left));
  return exitCodes.done;
}
