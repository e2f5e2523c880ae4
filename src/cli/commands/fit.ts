import { Option } from "commander";
import type { Analysis } from "../../analysis/analyze.js";
import { findMeasure, measures } from "../../analysis/registry.js";
import { PlateauError } from "../../errors.js";
import type { ExperimentInput } from "../../experiments/config.js";
import type { FitInput } from "../../experiments/fit/config.js";
import { requireNewFolder, saveFit } from "../../experiments/fit/directory.js";
import { type Fit, fitSubject, fitTable } from "../../experiments/fit/fit.js";
import { fitVerdict } from "../../experiments/fit/verdict.js";
import { footprint, type RunResult } from "../../experiments/run.js";
import { RunDirectory } from "../../experiments/run-directory.js";
import { measureOptions, subjectOf } from "../../experiments/subject.js";
import { weightsSha256 } from "../../experiments/weights.js";
import { readTable } from "../../tables/read.js";
import { describeTable } from "../../tables/table.js";
import { describeAnalysis } from "../analysis.js";
import { suggest } from "../completion/suggest.js";
import { describeFit, unitsOf } from "../fit.js";
import { interruptible } from "../interrupt.js";
import { type Measured, measureWithProgress } from "../measuring.js";
import { parseNumber } from "../number.js";
import { note, print, printJson } from "../output.js";
import { describeProgress, ProgressLine } from "../progress.js";
import { exitCodes, Interruption } from "../report.js";
import { describeResult } from "../result.js";
import { reportUnsaved, tryToStore } from "../store.js";
import { targetNames } from "../target.js";
import { trainInto } from "../train-into.js";
import { defineGiven, type TrainFlags } from "../train-options.js";
import { type CliCommand, examples } from "./command.js";

interface FitFlags extends Pick<TrainFlags, "quiet" | "json" | "out"> {
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
        new Option("--inputs <columns>", "columns that predict (default: all that are usable)")
          .helpGroup("Table:")
          .argParser(names),
      )
      .addOption(new Option("--output <column>", "the numeric column to predict").helpGroup("Table:"))
      .addOption(
        new Option("--categorical <columns>", "numeric inputs to read as categories")
          .helpGroup("Table:")
          .argParser(names),
      );
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
      .option("--out <dir>", "store weights, result and analysis in a new folder")
      .option("--json", "print one JSON document")
      .option("--quiet", "no progress line, no notes")
      .addHelpText(
        "after",
        examples(
          'plateau fit --target "sin(6*x) + abs(y)" --domain "x=-1:1,y=0:2"',
          "plateau fit --data cars.csv --inputs weight,horsepower --output mpg --out runs/cars",
          "plateau analyze runs/cars",
        ),
      )
      .action(async (flags: FitFlags) => exit(await execute(flags)));
  },
};

function execute(flags: FitFlags): Promise<number> {
  const { target, domain, data, output } = flags;
  const refuse = (message: string) => {
    throw new PlateauError("usage", message);
  };
  if ((target === undefined) === (data === undefined)) {
    refuse(`${target === undefined ? "nothing" : "two things"} to fit: give either --target or --data`);
  }
  if (target !== undefined) {
    for (const flag of ["inputs", "output", "categorical"] as const) {
      if (flags[flag] !== undefined) refuse(`--${flag} is for tables: it needs --data, not --target`);
    }
    return fitFunction(domain === undefined ? target : `${target} on ${domain}`, flags);
  }
  if (domain !== undefined) refuse("--domain is for functions: it needs --target, not --data");
  if (output === undefined) refuse("--data needs --output: the column to predict");
  return fitData({ data: data!, output: output! }, flags);
}

/** The options that were given, without the ones that were not. */
function given(flags: FitFlags): Partial<FitInput> {
  const { dModel, heads, layers, ff, dropout, steps, batch, lr, seed } = flags;
  const all = { dModel, heads, layers, ff, dropout, steps, batch, lr, seed };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

async function fitFunction(target: string, flags: FitFlags): Promise<number> {
  const { out, json, quiet, seed } = flags;
  const experiment = defineGiven({ target, ...given(flags) } as ExperimentInput, flags as TrainFlags);
  footprint(experiment);
  const directory = out === undefined ? undefined : RunDirectory.create(out, experiment.config);
  const { result, model, unsaved } = await trainInto(directory, experiment, { quiet });
  let measured: Partial<Measured> = {};
  if (!result.diverged) {
    measured = await measureWithProgress({
      subject: subjectOf(experiment, model),
      options: measureOptions(experiment),
      measures: flags.measures ?? MEASURES.target,
      optional: flags.measures === undefined,
      seed,
      quiet,
      folder: unsaved ? undefined : out,
      weightsSha256: result.weightsSha256,
    });
  }
  const { analysis } = measured;
  const lost = unsaved ?? measured.unsaved;
  if (json) printJson({ ...result, analysis, helps: analysis && fitVerdict(analysis) });
  else {
    print(describeResult(result, experiment));
    if (analysis) printAnalysis(analysis);
    if (out !== undefined && !lost && !quiet) note(`saved in ${out}`);
  }
  return lost ? reportUnsaved(lost, directory) : divergence(result.diverged);
}

async function fitData(columns: { data: string; output: string }, flags: FitFlags): Promise<number> {
  const { out, json, quiet, inputs, categorical, seed } = flags;
  const table = await readTable(columns.data);
  if (!json && !quiet) note(describeTable(table));
  if (out !== undefined) requireNewFolder(out);
  const fitted = await train(table, { ...columns, ...given(flags), inputs, categorical }, quiet);
  const { data, model, outcome } = fitted;
  if (outcome.diverged) {
    if (json) printJson({ data: fitted.report, diverged: outcome.diverged });
    return divergence(outcome.diverged);
  }
  const sha256 = await weightsSha256(model);
  const unsaved = out === undefined ? undefined : await tryToStore(() => saveFit(out, fitted));
  const measured = await measureWithProgress({
    subject: fitSubject(data, model),
    options: { compare: { training: fitted.sizes.training } },
    measures: flags.measures ?? MEASURES.data,
    optional: flags.measures === undefined,
    seed,
    quiet,
    folder: unsaved ? undefined : out,
    weightsSha256: sha256,
  });
  const { analysis } = measured;
  const lost = unsaved ?? measured.unsaved;
  if (json) {
    const { config, report, test } = fitted;
    const { updates: steps, seconds } = outcome;
    const parameters = model.parameterCount;
    const helps = fitVerdict(analysis);
    const common = { parameters, steps, seconds, weightsSha256: sha256, test, analysis, helps };
    printJson({ config, data: report, ...common });
  } else {
    print(describeFit(fitted));
    printAnalysis(analysis);
    print(unitsOf(columns.output));
    if (out !== undefined && !lost && !quiet) note(`saved in ${out}`);
  }
  return lost ? reportUnsaved(lost) : exitCodes.done;
}

async function train(
  table: Awaited<ReturnType<typeof readTable>>,
  input: FitInput,
  quiet?: boolean,
): Promise<Fit> {
  const progress = new ProgressLine(quiet);
  const { signal, dispose } = interruptible(() => progress.show("stopping…"));
  try {
    return await fitTable(table, input, {
      signal,
      onProgress: (now) => progress.show(describeProgress(now)),
    });
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new Interruption("interrupted: a fit to a table keeps nothing before its end, start it again");
  } finally {
    progress.clear();
    dispose();
  }
}

function printAnalysis(analysis: Analysis): void {
  print(`\n${describeAnalysis(analysis)}`);
  const verdict = fitVerdict(analysis);
  if (verdict) print(`\nverdict: ${verdict}`);
}

function divergence(diverged: RunResult["diverged"]): number {
  if (!diverged) return exitCodes.done;
  note(`error: training diverged at update ${diverged.update}: give a lower --lr`);
  return exitCodes.failed;
}
