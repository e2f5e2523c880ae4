import { type Command, Option } from "commander";
import type { GapConfig } from "../../experiments/gap/config.js";
import { presetNames } from "../../experiments/gap/presets.js";
import { suggest } from "../completion/suggest.js";
import { addExperimentOptions, type ExperimentFlags } from "../experiment.js";
import { parseNumber, parseNumbers } from "../number.js";
import { targetArgument } from "../target.js";
import { type CliCommand, examples } from "./command.js";

/** What a gap is told, beside what every experiment is. */
export interface GapFlags extends ExperimentFlags {
  domain?: string;
  preset?: GapConfig["preset"];
  seed?: number;
  widths?: number[];
  depths?: number[];
  construction?: string[];
  sizes?: number[];
  seeds?: number;
  steps?: number;
  lr?: number[];
  batch?: number;
  boxes?: number;
  dryRun?: boolean;
}

const HELP = `
At each size of a ladder: the best of Transformers trained on several seeds and learning rates; constructed networks
with their certificates; training that begins from their weights; and training of the same architectures from drawn
weights. All have the same number of updates, and are judged by the same search for the largest error. --sizes are
cells a side: partition has a memory token for each cell, so sizes^inputs.`;

export const gap: CliCommand = {
  name: "gap",
  define(program, exit) {
    const command = program
      .command("gap")
      .description(
        "expressivity against learning: what training finds at a size, and what is representable there",
      )
      .addArgument(targetArgument("[target]", "an expression, or a name of plateau targets"))
      .option("--domain <sides>", "where, for an expression: x=-1:1,y=0:2 (default: 0 to 1)")
      .addOption(
        suggest(
          new Option(
            "--preset <name>",
            "quick (default): minutes; standard: a quarter of an hour; full: a day",
          ),
          presetNames,
        ),
      )
      .addOption(number("--seed <seed>", "the first seed (default 0)"))
      .addOption(numbers("--widths <D,…>", "widths of Transformers"))
      .addOption(numbers("--depths <L,…>", "encoder layers, and as many decoder layers"))
      .addOption(
        new Option(
          "--construction <name>",
          "partition, partition(order=2), relu, yun (repeatable; default: the first three)",
        ).argParser((value: string, before: string[] = []) => [...before, value]),
      )
      .addOption(numbers("--sizes <n,…>", "sizes of constructions, in cells a side"))
      .addOption(number("--seeds <n>", "trainings of each size and learning rate"))
      .addOption(number("--steps <updates>", "updates of each training"))
      .addOption(numbers("--lr <rates>", "learning rates, chosen among by validation"))
      .addOption(number("--batch <B>", "rows per batch (default 128)"))
      .addOption(number("--boxes <n>", "boxes that a certificate may look at"))
      .option("--dry-run", "print the ladder and how long it will take, and do nothing");
    addExperimentOptions(command as Command, "gap");
    command
      .addHelpText(
        "after",
        `${HELP}\n${examples(
          'plateau gap "sin(6*x)" --domain x=0:1 --out gap-sine',
          'plateau gap "abs(x-y)" --preset standard --out gap-abs --dry-run',
          "plateau gap --resume --out gap-sine",
        )}`,
      )
      .action(async (target: string | undefined, flags: GapFlags) => exit(await execute(target, flags)));
  },
};

function number(flags: string, help: string): Option {
  const [name] = flags.split(" ");
  return new Option(flags, help).argParser((value: string) => parseNumber(name, value));
}

function numbers(flags: string, help: string): Option {
  const [name] = flags.split(" ");
  return new Option(flags, help).argParser((value: string) => parseNumbers(name, value));
}

/** SQLite and worker threads are loaded when they are needed: other commands start faster without. */
async function execute(target: string | undefined, flags: GapFlags): Promise<number> {
  const { runGap } = await import("../gap.js");
  return runGap(target, flags);
}
