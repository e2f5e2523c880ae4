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
import { namingOptions } from "./option-names.js";
import { note, print, printJson } from "./output.js";
import { exitCodes } from "./report.js";
import { targetOf } from "./target.js";

/** Flags of the fields that are not named by them. */
const flagsOf = { target: "target", cells: "--sizes", constructions: "--construction" };

/** `plateau gap`. @returns the exit code */
export async function runGap(text: string | undefined, flags: GapFlags): Promise<number> {
  const given = givenOf(text, flags);
  if (flags.dryRun) return dryRun(given, flags);
  if (!flags.resume && !flags.quiet) {
    const { preset, target } = parsed(given);
    for (const line of leftOut(preset, findTarget(target).inputs)) note(`note: ${line}`);
  }
  return runExperiment(kind, given, flags, describeGap, flagsOf);
}

type Given = Readonly<Partial<GapConfig>>;

const parsed = (given: Given) => namingOptions(() => kind.parse(given), given, flagsOf);

/** The configuration that was given: where a folder's is to be continued, of that what was said again. */
function givenOf(text: string | undefined, flags: GapFlags): Given {
  const { preset, seed, widths, depths, construction: constructions, sizes: cells } = flags;
  const { seeds, steps, lr, batch, boxes, domain } = flags;
  const options = { preset, seed, widths, depths, constructions, cells, seeds, steps, lr, batch, boxes };
  const own = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  if (text === undefined) {
    if (domain !== undefined) {
      throw new PlateauError(
        "usage",
        `--domain ${quote(domain)} without a target: ${flags.resume ? "leave it out, the folder has both" : "give the expression, too"}`,
      );
    }
    if (flags.resume && !flags.dryRun) return own;
    throw new PlateauError(
      "usage",
      'no target given: plateau gap "sin(6*x)", a name of plateau targets, or --resume',
    );
  }
  const { target, assumed } = targetOf(text, domain);
  if (assumed && !flags.quiet) note(`note: ${assumed}`);
  return { target: target.name, ...own };
}

function dryRun(given: Given, { workers, json }: GapFlags): number {
  const config = parsed(given);
  const ladder = ladderOf(config);
  const estimate = estimateOf(config, ladder, workers ?? availableParallelism());
  const { inputs } = findTarget(config.target);
  const left = leftOut(config.preset, inputs);
  if (json) printJson({ config, ladder, estimate, leftOut: left });
  else print(describeLadder(config, ladder, estimate, left));
  return exitCodes.done;
}
