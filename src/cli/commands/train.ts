import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { PlateauError } from "../../errors.js";
import { type Experiment, inputOf } from "../../experiments/config.js";
import { footprint } from "../../experiments/run.js";
import { RunDirectory } from "../../experiments/run-directory.js";
import { isModule } from "../../sweep/modules.js";
import { shellWord } from "../../text.js";
import { prepareBuild } from "../build.js";
import { moduleTarget, openRun } from "../module-target.js";
import { parseNumber } from "../number.js";
import { note, print, printJson } from "../output.js";
import { exitCodes } from "../report.js";
import { describeResult } from "../result.js";
import { reportUnsaved, resumeCommand } from "../store.js";
import { targetArgument } from "../target.js";
import { CHECKPOINT_SECONDS, type Trained, trainInto } from "../train-into.js";
import {
  addTrainOptions,
  checkedSeconds,
  defineGiven,
  givenInput,
  requireSame,
  type TrainFlags,
} from "../train-options.js";
import { type CliCommand, examples } from "./command.js";

export const train: CliCommand = {
  name: "train",
  define(program, exit) {
    const command = program
      .command("train")
      .description("train a Transformer on a target and judge it beside baselines")
      .addArgument(
        targetArgument(
          "[target]",
          'a target such as m2n1 or "sine(3)": plateau targets lists them; or a module of your own',
        ),
      );
    addTrainOptions(command);
    addRunOptions(command)
      .addHelpText(
        "after",
        examples(
          "plateau train m2n1 --seed 7",
          'plateau train "sine(3)" --steps 500',
          'plateau train "sin(6*x) + abs(y) on x=-1:1,y=0:2"',
          "plateau train m4n3 --dim 16 --mode classification --classes 10 --json",
          "plateau train m2n1 --protocol study --protocol-set outputHead=linear --steps 1000",
          "plateau train m2n1 --config options.json --lr 1e-3 --out runs/a",
          "plateau train --resume runs/a",
          "plateau train m4n3 --d-model 256 --layers 6 --slices 2 --threads 2",
        ),
      )
      .action(async (target: string | undefined, flags: TrainFlags) => exit(await execute(target, flags)));
  },
};

function addRunOptions(command: Command): Command {
  const group = "Run:";
  const every = new Option(
    "--checkpoint-every <seconds>",
    `seconds between checkpoints with --out (default ${CHECKPOINT_SECONDS})`,
  ).argParser(checkedSeconds);
  const options = [
    new Option("--config <file>", "JSON file of options, named as in run.json; flags override it"),
    new Option("--out <dir>", "store weights, result and checkpoints in a new folder"),
    new Option("--resume <dir>", "continue a run from its last checkpoint, bit for bit"),
    every,
    new Option("--record-spectrum", "with --out: record at each validation which frequencies are learned"),
    new Option(
      "--threads <n>",
      "threads that share each batch, at most as many as --slices; they change no bits (default 1)",
    ).argParser((value: string) => parseNumber("--threads", value)),
    new Option("--json", "print one JSON document"),
    new Option("--quiet", "no progress line, no notes"),
  ];
  for (const option of options) command.addOption(option.helpGroup(group));
  return command;
}

async function execute(target: string | undefined, flags: TrainFlags): Promise<number> {
  const named = givenInput(target, flags);
  const module = named.target !== undefined && isModule(named.target) ? named.target : undefined;
  const given = module === undefined ? named : { ...named, target: await moduleTarget(module) };
  let directory: RunDirectory | undefined;
  let experiment: Experiment;
  if (flags.resume !== undefined) {
    directory = await resumable(flags.resume, flags.out, module);
    experiment = directory.experiment;
    requireSame(experiment, given, flags.resume);
  } else {
    experiment = defineGiven(given, flags);
  }
  if (flags.classes !== undefined && experiment.config.mode === "regression" && !flags.quiet) {
    note("note: --classes has no effect in regression, which is judged at 5, 10, 15 and 20 classes");
  }
  // Everything that can be refused is refused before a folder is made.
  prepareBuild(experiment.config.build);
  footprint(experiment, flags.threads);
  if (directory?.finished) {
    if (!flags.quiet) note(`the run in ${directory.path} is finished: this is its result`);
    return show({ result: directory.result() }, experiment, directory, flags);
  }
  if (flags.recordSpectrum && flags.out === undefined && !directory) {
    throw new PlateauError("usage", "--record-spectrum without --out: there is no folder to keep it in");
  }
  if (flags.out !== undefined && !directory) directory = RunDirectory.create(flags.out, inputOf(experiment));
  return show(
    await trainInto(directory, experiment, { ...flags, module }),
    experiment,
    directory,
    flags,
    module,
  );
}

function resumable(path: string, out: string | undefined, module: string | undefined): Promise<RunDirectory> {
  if (out !== undefined && resolve(out) !== resolve(path)) {
    throw new PlateauError(
      "usage",
      `--out ${shellWord(out)} with --resume ${shellWord(path)}: a run continues in its own folder, leave out --out`,
    );
  }
  return openRun(path, { targetModule: module });
}

async function show(
  { result, unsaved }: Omit<Trained, "model" | "keep">,
  experiment: Experiment,
  directory: RunDirectory | undefined,
  { json, quiet }: TrainFlags,
  module?: string,
): Promise<number> {
  if (json) printJson(result);
  else print(describeResult(result, experiment));
  if (directory && !unsaved && !json && !quiet) note(`saved in ${directory.path}`);
  if (unsaved) return reportUnsaved(unsaved, directory && resumeCommand(directory.path, "train", module));
  if (!result.diverged) return exitCodes.done;
  const { update } = result.diverged;
  note(
    `error: training diverged at update ${update}: lower --lr (it was ${experiment.training.lr}) or raise --warmup`,
  );
  return exitCodes.failed;
}
