import { Option } from "commander";
import { PlateauError } from "../../errors.js";
import { presetNames } from "../../experiments/audit/config.js";
import { suggest } from "../completion/suggest.js";
import type { ExperimentFlags } from "../experiment.js";
import { addExperimentOptions } from "../experiment.js";
import { parseNumber, parseNumbers } from "../number.js";
import { type CliCommand, examples } from "./command.js";

/** What an audit is told, beside what every experiment is. */
export interface AuditFlags extends ExperimentFlags {
  preset?: string;
  targets?: string[];
  dims?: number[];
  classes?: number[];
  seeds?: number;
  seed?: number;
  factorial?: boolean;
  steps?: number;
  batch?: number;
  lr?: number;
  warmup?: number;
  dropout?: number;
  decay?: number;
  trainRows?: number;
  validationRows?: number;
  testRows?: number;
  dryRun?: boolean;
}

const HELP = `
Thirteen questions about the study's protocol (docs/guides/protocols.md), each a switch: one at a time from the
study's protocol, one at a time back from the sound one, and in a fractional factorial design, on the same seeds. It ends in a
verdict for each of the study's claims, read off the results by rules that can come out either way.`;

const words = (text: string) => text.split(",").map((word) => word.trim());

/** @throws PlateauError `usage` */
function classes(text: string): number[] {
  if (text !== "none") return parseNumbers("--classes", text);
  throw new PlateauError(
    "usage",
    '--classes "none": an audit holds regressions against classifications: give a list such as 5,10',
  );
}

export const audit: CliCommand = {
  name: "audit",
  define(program, exit) {
    const number = (flag: string) => (text: string) => parseNumber(flag, text);
    const numbers = (flag: string) => (text: string) => parseNumbers(flag, text);
    const option = (flags: string, description: string, parse: (text: string) => unknown) =>
      new Option(flags, description).argParser(parse);
    const command = program
      .command("audit")
      .description("measure what each choice of the study's protocol does to its conclusions")
      .addOption(
        suggest(new Option("--preset <name>", `${presetNames.join(", ")} (default standard)`), presetNames),
      )
      .addOption(option("--targets <names>", "such as m4n3,m2n1", words))
      .addOption(option("--dims <list>", "numbers a token has: all designs at the first", numbers("--dims")))
      .addOption(option("--classes <list>", "K: all designs with the first", classes))
      .addOption(option("--seeds <n>", "runs of each cell", number("--seeds")))
      .addOption(option("--seed <seed>", "the first of them (default 0)", number("--seed")))
      .option("--no-factorial", "leave the factorial design out")
      .addOption(option("--steps <updates>", "updates of each run", number("--steps")))
      .addOption(option("--batch <rows>", "rows of an update (default 128)", number("--batch")))
      .addOption(option("--lr <rate>", "peak learning rate (default 0.002)", number("--lr")))
      .addOption(
        option("--warmup <updates>", "default 100, at most a quarter of the updates", number("--warmup")),
      )
      .addOption(option("--dropout <p>", "of all runs but those without (default 0.1)", number("--dropout")))
      .addOption(option("--decay <strength>", "of the weight decay (default 0.05)", number("--decay")))
      .addOption(option("--train-rows <n>", "default: the study's", number("--train-rows")))
      .addOption(option("--validation-rows <n>", "default 1,000", number("--validation-rows")))
      .addOption(option("--test-rows <n>", "rows that models are judged on", number("--test-rows")))
      .option("--dry-run", "print the design and how long it will take, and run nothing");
    addExperimentOptions(command, "audit");
    command
      .addHelpText(
        "after",
        `${HELP}${examples(
          "plateau audit --preset quick",
          "plateau audit --preset full --dry-run",
          "plateau audit --targets m2n1 --dims 4,32 --seeds 8 --out m2n1-audit",
          "plateau audit --out m2n1-audit --resume",
        )}`,
      )
      .action(async (flags: AuditFlags) => exit(await execute(flags)));
  },
};

/** SQLite and worker threads are loaded when they are needed: other commands start faster without. */
async function execute(flags: AuditFlags): Promise<number> {
  const { runAudit } = await import("../audit.js");
  return runAudit(flags);
}
