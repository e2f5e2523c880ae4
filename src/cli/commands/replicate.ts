import { Option } from "commander";
import { PlateauError, quote } from "../../errors.js";
import type { ReplicationConfig } from "../../experiments/replication/config.js";
import { leftOut } from "../../experiments/replication/left-out.js";
import { presetNames, presets } from "../../experiments/replication/presets.js";
import { suggest } from "../completion/suggest.js";
import { addExperimentOptions, type ExperimentFlags } from "../experiment.js";
import { parseNumber } from "../number.js";
import { namingOptions } from "../option-names.js";
import { note, print, printJson } from "../output.js";
import { describePlan, describeReplication } from "../replication.js";
import { exitCodes } from "../report.js";
import { type CliCommand, examples } from "./command.js";

interface ReplicateFlags extends ExperimentFlags {
  preset?: string;
  targets?: string[];
  dims?: number[];
  classes?: number[];
  positions?: string[];
  trials?: number;
  seeds?: number;
  seed?: number;
  saveAttention?: boolean;
  dryRun?: boolean;
}

export const replicateCommand: CliCommand = {
  name: "replicate",
  define(program, exit) {
    const sizes = presetNames.map((name) => `${name}: ${presets[name].description}`).join("; ");
    const number = (flag: string) => (text: string) => parseNumber(flag, text);
    const command = program
      .command("replicate")
      .description("run the study's two experiments as its code runs them, beside trivial predictors")
      .addOption(suggest(new Option("--preset <size>", `${sizes} (default: quick)`), presetNames))
      .option("--targets <list>", "m2n1, m4n3 (instead of the preset's; so all below)", names)
      .option("--dims <list>", "d of every target, such as 4,16,64", numbers("--dims"))
      .option("--classes <list>", "K of the classifications, or none", numbers("--classes"))
      .option("--positions <list>", "sinusoidal, learned", names)
      .option("--trials <n>", "configurations tried of each setting", number("--trials"))
      .option("--seeds <n>", "seeds that the best one is trained on", number("--seeds"))
      .option("--seed <n>", "of all random numbers (default 0)", number("--seed"))
      .option("--save-attention", "save the best models' attention weights as .npy files")
      .option("--dry-run", "print what would be run and how long it would take, and stop");
    addExperimentOptions(command, "replicate");
    command
      .addHelpText(
        "after",
        examples(
          "plateau replicate                                   # quick: minutes",
          "plateau replicate --preset standard --out runs/standard",
          "plateau replicate --resume --out runs/standard      # after Ctrl-C, or kill -9",
          "plateau replicate --preset full --dry-run           # how long it would take here",
          "plateau replicate --targets m2n1 --dims 8,64 --classes none",
        ),
      )
      .action(async (flags: ReplicateFlags) => exit(await execute(flags)));
  },
};

/** What trains is loaded when it is needed: other commands start faster without. */
async function execute(flags: ReplicateFlags): Promise<number> {
  const { preset, targets, dims, classes, positions, trials, seeds, seed, saveAttention, dryRun, ...shared } =
    flags;
  const options = { preset, targets, dims, classes, positions, trials, seeds, seed, saveAttention };
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const [{ replicate }, { estimate }, { runExperiment }] = await Promise.all([
    import("../../experiments/replication/replicate.js"),
    import("../../experiments/replication/estimate.js"),
    import("../experiment.js"),
  ]);
  const parse = () => namingOptions(() => replicate.parse(given), given);
  const tell = async (config: ReplicationConfig) => {
    const cost = await estimate(config, { workers: flags.workers });
    return { text: describePlan(config, cost), cost };
  };
  if (dryRun) {
    const config = parse();
    const { text, cost } = await tell(config);
    if (flags.json) printJson({ config, leftOut: leftOut(config), estimate: cost });
    else print(text);
    return exitCodes.done;
  }
  if (!flags.resume && !flags.quiet) note((await tell(parse())).text);
  return runExperiment(replicate, given, shared, describeReplication);
}

const names = (text: string) => text.split(",").map((one) => one.trim());

/** @throws PlateauError `usage` quoting flag and list */
const numbers = (flag: string) => (text: string) => {
  if (flag === "--classes" && text === "none") return [];
  return names(text).map((one) => {
    if (/^\d{1,9}$/.test(one)) return Number(one);
    throw new PlateauError(
      "usage",
      `${flag} ${quote(text)}: ${quote(one)} is no whole number: give a list such as 4,16`,
    );
  });
};
