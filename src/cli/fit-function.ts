import type { Experiment, ExperimentInput } from "../experiments/config.js";
import type { FitInput } from "../experiments/fit/config.js";
import { fitVerdict } from "../experiments/fit/verdict.js";
import { footprint, type RunResult } from "../experiments/run.js";
import { RunDirectory } from "../experiments/run-directory.js";
import { measureOptions, subjectOf } from "../experiments/subject.js";
import { prepareBuild } from "./build.js";
import { printAnalysis } from "./fit-table.js";
import { type Measured, measureWithProgress } from "./measuring.js";
import { note, print, printJson } from "./output.js";
import { exitCodes } from "./report.js";
import { describeResult } from "./result.js";
import { reportUnsaved, resumeCommand } from "./store.js";
import { type Trained, trainInto } from "./train-into.js";
import { defineGiven, requireSame, type TrainFlags } from "./train-options.js";

/** What a fit to a function is asked for. */
export interface FitFunctionFlags extends Pick<TrainFlags, "quiet" | "json" | "out" | "checkpointEvery"> {
  /** Sizes and seed, as far as they were given. */
  given: Partial<FitInput>;
  measures: readonly string[];
  /** Whether the measures were asked for by name. */
  named: boolean;
}

/** Fits a function from its beginning. */
export async function fitFunction(target: string, flags: FitFunctionFlags): Promise<number> {
  const experiment = defineGiven({ target, ...flags.given } as ExperimentInput, flags.given as TrainFlags);
  footprint(experiment);
  const { out } = flags;
  const directory = out === undefined ? undefined : RunDirectory.create(out, experiment.config);
  return finish(await train(directory, experiment, flags), experiment, directory, flags);
}

/** Continues the run in a folder from its last checkpoint, and ends as a fit does: with its measures and a verdict. */
export async function fitFunctionAgain(path: string, flags: FitFunctionFlags): Promise<number> {
  const directory = RunDirectory.open(path);
  const { experiment } = directory;
  requireSame(experiment, flags.given as Partial<ExperimentInput>, path);
  prepareBuild(experiment.config.build);
  footprint(experiment);
  if (!directory.finished)
    return finish(await train(directory, experiment, flags), experiment, directory, flags);
  if (!flags.quiet) note(`the run in ${path} is finished: this is its result`);
  const result = directory.result();
  const model = result.diverged ? undefined : await directory.model();
  return finish({ result, model }, experiment, directory, flags);
}

function train(directory: RunDirectory | undefined, experiment: Experiment, flags: FitFunctionFlags) {
  const { quiet, checkpointEvery } = flags;
  return trainInto(directory, experiment, { quiet, checkpointEvery, command: "fit" });
}

async function finish(
  { result, model, unsaved, keep }: Pick<Trained, "result"> & Partial<Trained>,
  experiment: Experiment,
  directory: RunDirectory | undefined,
  { json, quiet, measures, named }: FitFunctionFlags,
): Promise<number> {
  const say = () => json || print(describeResult(result, experiment));
  let measured: Partial<Measured> = {};
  if (result.diverged || !model) say();
  else {
    measured = await measureWithProgress({
      subject: subjectOf(experiment, model),
      options: measureOptions(experiment),
      measures,
      optional: !named,
      seed: experiment.config.seed,
      quiet,
      folder: unsaved ? undefined : directory?.path,
      rescue: keep,
      onStart: say,
      weightsSha256: result.weightsSha256,
    });
  }
  const { analysis } = measured;
  const lost = unsaved ?? measured.unsaved;
  if (json) printJson({ ...result, analysis, helps: analysis && fitVerdict(analysis) });
  else {
    if (analysis) {
      print("");
      printAnalysis(analysis);
    }
    if (directory && !lost && !quiet) note(`saved in ${directory.path}`);
  }
  if (lost) return reportUnsaved(lost, directory && resumeCommand(directory.path, "fit"));
  return divergence(result.diverged);
}

function divergence(diverged: RunResult["diverged"]): number {
  if (!diverged) return exitCodes.done;
  note(`error: training diverged at update ${diverged.update}: give a lower --lr`);
  return exitCodes.failed;
}
