import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { findMeasure, measures } from "../../analysis/registry.js";
import { PlateauError } from "../../errors.js";
import type { FitInput } from "../../experiments/fit/config.js";
import { heldAt } from "../../experiments/held.js";
import { shellWord } from "../../text.js";
import { suggest } from "../completion/suggest.js";
import { type FitFunctionFlags, fitFunction, fitFunctionAgain } from "../fit-function.js";
import { askForOutput, type FitTableFlags, fitAgain, fitNew } from "../fit-table.js";
import { addMovedTable, type MovedTable } from "../moved-table.js";
import { parseNumber } from "../number.js";
import { addTableOptions, givenOf, repeatable, type TableFlags } from "../table-options.js";
import { targetNames } from "../target.js";
import { CHECKPOINT_SECONDS } from "../train-into.js";
import { checkedSeconds, type TrainFlags } from "../train-options.js";
import { type CliCommand, examples } from "./command.js";

interface FitFlags
  extends Pick<TrainFlags, "quiet" | "json" | "out" | "resume" | "checkpointEvery">,
    TableFlags,
    MovedTable {
  target?: string;
  domain?: string;
  data?: string;
  inputs?: string[];
  output?: string;
  categorical?: string[];
  measures?: string[];
  dModel?: number;
  heads?: number;
  layers?: number;
  ff?: number;
  dropout?: number;
  steps?: number;
  batch?: number;
  lr?: number;
  seed?: number;
}

/** Options that a function has no use for. */
const TABLE_ONLY = ["inputs", "output", "categorical", "delimiter", "decimal", "missing"] as const;

/** Taken of a fit unless others are asked for: what answers whether a Transformer helps here. */
const MEASURES = { target: ["errors", "plateaus", "compare"], data: ["errors", "compare"] } as const;

const sizes = [
  ["--d-model <D>", "model width (default: from the size of the data)"],
  ["--heads <H>", "attention heads (default: 4 where they divide D)"],
  ["--layers <layers>", "layers (default 2)"],
  ["--ff <F>", "feed-forward width (default 2·D)"],
  ["--dropout <p>", "dropout probability (default 0; 0.1 for tables below 10,000 rows)"],
  ["--steps <updates>", "optimizer updates (default: from the size of the data; 2000 for a function)"],
  ["--batch <B>", "rows per batch (default: from the size of the data, 128 at most)"],
  ["--lr <rate>", "peak learning rate (default 0.001; 0.002 for a function)"],
  ["--seed <seed>", "of split, weights, dropout and measures (default 0)"],
] as const;

export const fit: CliCommand = {
  name: "fit",
  define(program, exit) {
    const names = (value: string) => value.split(",").map((name) => name.trim());
    const command = program
      .command("fit")
      .description("train on your own function or table, and say whether a Transformer helps there")
      .addOption(
        suggest(
          new Option("--target <expression>", "a function: an expression, or a name of plateau targets"),
          targetNames,
        ).helpGroup("Function:"),
      )
      .addOption(
        new Option("--domain <ranges>", 'where an expression is defined: "x=-1:1,y=0:2"').helpGroup(
          "Function:",
        ),
      )
      .addOption(
        new Option("--data <file>", "a table: .csv, .tsv, .json, .npy or .parquet").helpGroup("Table:"),
      )
      .addOption(
        new Option(
          "--inputs <columns>",
          "columns that predict, separated by commas (repeatable; default: all that are usable)",
        )
          .helpGroup("Table:")
          .argParser(repeatable),
      )
      .addOption(new Option("--output <column>", "the numeric column to predict").helpGroup("Table:"))
      .addOption(
        new Option("--categorical <columns>", "numeric inputs to read as categories (repeatable)")
          .helpGroup("Table:")
          .argParser(repeatable),
      );
    addTableOptions(command, "Table:");
    addMovedTable(command, "Table:");
    for (const [flag, help] of sizes) {
      const name = flag.slice(0, flag.indexOf(" "));
      command.addOption(
        new Option(flag, help)
          .helpGroup("Model and training:")
          .argParser((value: string) => parseNumber(name, value)),
      );
    }
    command
      .addOption(
        suggest(
          new Option(
            "--measures <names>",
            "measures taken (default: errors, compare; plateaus of a function)",
          ),
          measures.keys(),
        ).argParser((value: string) => names(value).map((name) => findMeasure(name).name)),
      )
      .option("--out <dir>", "store weights, result, analysis and checkpoints in a new folder")
      .option(
        "--resume <dir>",
        "continue a fit from its last checkpoint, bit for bit, and end as it would have",
      )
      .addOption(
        new Option(
          "--checkpoint-every <seconds>",
          `seconds between checkpoints with --out (default ${CHECKPOINT_SECONDS})`,
        ).argParser(checkedSeconds),
      )
      .option("--json", "print one JSON document")
      .option("--quiet", "no progress line, no notes")
      .addHelpText(
        "after",
        examples(
          'plateau fit --target "sin(6*x) + abs(y)" --domain "x=-1:1,y=0:2"',
          "plateau fit --data cars.csv --inputs weight,horsepower --output mpg --out runs/cars",
          'plateau fit --data autos.csv --output Verbrauch --decimal comma --missing "k. A.,-1"',
          "plateau fit --resume runs/cars",
          "plateau analyze runs/cars",
        ),
      )
      .allowExcessArguments()
      .action(async (flags: FitFlags, { args }: Command) => {
        requireNoArguments(args);
        exit(await execute(flags));
      });
  },
};

/** @throws PlateauError `usage` saying by which option what was given is meant, most likely */
function requireNoArguments([first]: readonly string[]): void {
  if (first === undefined) return;
  const option = existsSync(first) || /\.(csv|tsv|txt|json|npy|parquet)$/i.test(first) ? "data" : "target";
  throw new PlateauError(
    "usage",
    `fit takes options only: did you mean --${option} ${shellWord(first)}? (see plateau fit --help)`,
  );
}

function execute(flags: FitFlags): Promise<number> {
  const { target, domain, data, output, resume } = flags;
  const refuse = (message: string) => {
    throw new PlateauError("usage", message);
  };
  if (resume !== undefined) return resumed(resume, flags);
  if (flags.table !== undefined) refuse("--table is of --resume: a new fit takes --data");
  if ((target === undefined) === (data === undefined)) {
    refuse(`${target === undefined ? "nothing" : "two things"} to fit: give either --target or --data`);
  }
  if (target !== undefined) {
    requireForFunction(flags);
    return fitFunction(domain === undefined ? target : `${target} on ${domain}`, ofFunction(flags));
  }
  if (domain !== undefined) refuse("--domain is for functions: it needs --target, not --data");
  return output === undefined ? askForOutput(data!, ofTable(flags)) : fitNew(data!, output, ofTable(flags));
}

/** @throws PlateauError `usage` where that makes no sense beside it, `run-directory` where there is no fit */
function resumed(path: string, flags: FitFlags): Promise<number> {
  for (const flag of ["target", "domain", "data"] as const) {
    if (flags[flag] === undefined) continue;
    throw new PlateauError(
      "usage",
      `--${flag} with --resume: a fit continues with its own, leave --${flag} out`,
    );
  }
  if (flags.out !== undefined && resolve(flags.out) !== resolve(path)) {
    throw new PlateauError(
      "usage",
      `--out ${shellWord(flags.out)} with --resume ${shellWord(path)}: a fit continues in its own folder, leave out --out`,
    );
  }
  if (heldAt(path) === "run") {
    requireForFunction(flags);
    return fitFunctionAgain(path, ofFunction(flags));
  }
  return fitAgain(path, ofTable(flags));
}

const ofTable = (flags: FitFlags): FitTableFlags => ({
  ...flags,
  sizes: given(flags),
  measures: flags.measures ?? MEASURES.data,
  named: flags.measures !== undefined,
});

const ofFunction = (flags: FitFlags): FitFunctionFlags => ({
  ...flags,
  given: given(flags),
  measures: flags.measures ?? MEASURES.target,
  named: flags.measures !== undefined,
});

function requireForFunction(flags: FitFlags): void {
  for (const flag of [...TABLE_ONLY, "table"] as const) {
    if (flags[flag] === undefined) continue;
    throw new PlateauError("usage", `--${flag} is for tables: it needs --data, not --target`);
  }
}

/** Sizes and seed, as far as they were given. */
function given(flags: FitFlags): Partial<FitInput> {
  const { dModel, heads, layers, ff, dropout, steps, batch, lr, seed } = flags;
  return givenOf({ dModel, heads, layers, ff, dropout, steps, batch, lr, seed });
}
