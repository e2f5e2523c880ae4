import type { Analysis } from "../analysis/analyze.js";
import { PlateauError, quote } from "../errors.js";
import { type FitConfig, type FitInput, fitConfig } from "../experiments/fit/config.js";
import { FitDirectory } from "../experiments/fit/directory.js";
import { fitMeasureOptions, fitSubject, prepareFit } from "../experiments/fit/fit.js";
import { saveFit } from "../experiments/fit/open.js";
import { type FitResult, fitResult } from "../experiments/fit/result.js";
import { fitVerdict } from "../experiments/fit/verdict.js";
import { canonicalJson } from "../formats/canonical-json.js";
import { readTable } from "../tables/read.js";
import { describeTable, type Table } from "../tables/table.js";
import { listed, shellWord } from "../text.js";
import { describeAnalysis } from "./analysis.js";
import { describeFit, unitsOf } from "./fit.js";
import { fitInto } from "./fit-into.js";
import { measureWithProgress } from "./measuring.js";
import type { MovedTable } from "./moved-table.js";
import { flagOf } from "./option-names.js";
import { note, print, printJson } from "./output.js";
import { exitCodes } from "./report.js";
import { reportUnsaved, resumeCommand, tryToStore } from "./store.js";
import { columnNames, givenOf, type TableFlags } from "./table-options.js";
import { freshFolder } from "./train-into.js";

/** What a fit to a table is asked for. */
export interface FitTableFlags extends TableFlags, MovedTable {
  data?: string;
  output?: string;
  /** As given: each one or several columns. */
  inputs?: string[];
  categorical?: string[];
  /** Sizes and seed. */
  sizes: Partial<FitInput>;
  measures: readonly string[];
  /** Whether the measures were asked for by name. */
  named: boolean;
  out?: string;
  checkpointEvery?: number;
  json?: boolean;
  quiet?: boolean;
}

/** Fits a table from its beginning. */
export async function fitNew(data: string, output: string, flags: FitTableFlags): Promise<number> {
  const { delimiter, decimal, missing, out } = flags;
  const reading = givenOf({ delimiter, decimal, missing });
  const table = await readTable(data, reading);
  say(table, flags);
  const inputs = columnNames(flags.inputs, table);
  const categorical = columnNames(flags.categorical, table);
  const config = fitConfig({ data, output, ...givenOf({ inputs, categorical }), ...reading, ...flags.sizes });
  const prepared = prepareFit(table, config);
  const directory = out === undefined ? undefined : await FitDirectory.create(out, prepared);
  return finish(directory, prepared, flags);
}

/** Reads a table of which it is not said what to predict. @throws PlateauError `usage` naming the columns to choose from */
export async function askForOutput(data: string, flags: FitTableFlags): Promise<never> {
  const { delimiter, decimal, missing } = flags;
  const table = await readTable(data, givenOf({ delimiter, decimal, missing }));
  say(table, flags);
  const numeric = table.columns.filter(({ kind }) => kind === "numeric").map(({ name }) => listed(name));
  const choice = numeric.length > 0 ? `one of ${numeric.join(", ")}` : `${table.source} has none`;
  throw new PlateauError("usage", `--data needs --output, the numeric column to predict: ${choice}`);
}

/** Continues the fit in a folder from its last checkpoint. */
export async function fitAgain(path: string, flags: FitTableFlags): Promise<number> {
  const directory = FitDirectory.open(path, flags);
  const { config } = directory.begun;
  const table = directory.finished ? undefined : await directory.table();
  requireSame(config, flags, path, table);
  if (!table) {
    const result = directory.result();
    if (!flags.quiet) note(`the fit in ${path} is finished: this is its result`);
    if (flags.json) printJson(document(config, result));
    else print(describeFit(config, result));
    return exitCodes.done;
  }
  say(table, flags);
  return finish(directory, prepareFit(table, config), flags);
}

function say(table: Table, { json, quiet }: FitTableFlags): void {
  if (!json && !quiet) note(describeTable(table));
}

async function finish(
  directory: FitDirectory | undefined,
  prepared: ReturnType<typeof prepareFit>,
  flags: FitTableFlags,
): Promise<number> {
  const { json, quiet, measures, named } = flags;
  const fitted = await fitInto(directory, prepared, flags);
  const { config, data, model, outcome, sizes } = fitted;
  if (outcome.diverged) {
    if (json) printJson({ data: fitted.report, diverged: outcome.diverged });
    note(`error: training diverged at update ${outcome.diverged.update}: give a lower --lr`);
    return exitCodes.failed;
  }
  const result = await fitResult(fitted);
  const rescue = async () => {
    const path = freshFolder(data.report.source);
    await saveFit(path, fitted);
    return path;
  };
  const unsaved = directory && (await tryToStore(() => directory.finish(fitted)));
  const measured = await measureWithProgress({
    subject: fitSubject(data, model),
    options: fitMeasureOptions(sizes),
    measures,
    optional: !named,
    seed: config.seed,
    quiet,
    folder: unsaved ? undefined : directory?.path,
    rescue,
    onStart: () => json || print(describeFit(config, result)),
    weightsSha256: result.weightsSha256,
  });
  const { analysis } = measured;
  const lost = unsaved ?? measured.unsaved;
  if (json) printJson(document(config, result, analysis));
  else {
    print("");
    printAnalysis(analysis);
    print(unitsOf(config.output));
    if (directory && !lost && !quiet) note(`saved in ${directory.path}`);
  }
  if (!lost) return exitCodes.done;
  return reportUnsaved(lost, unsaved && directory && resumeCommand(directory.path, "fit"));
}

/** What `--json` prints. */
export function document(config: FitConfig, result: FitResult, analysis?: Analysis) {
  const { report, parameters, steps, seconds, weightsSha256, test } = result;
  const common = { parameters, steps, seconds, weightsSha256, test };
  return { config, data: report, ...common, analysis, helps: analysis && fitVerdict(analysis) };
}

/** An analysis, and the verdict where `compare` was taken. */
export function printAnalysis(analysis: Analysis): void {
  print(describeAnalysis(analysis));
  const verdict = fitVerdict(analysis);
  if (verdict) print(`\nverdict: ${verdict}`);
}

/** @throws PlateauError `usage` naming what was asked for beside --resume and is not what the fit is */
function requireSame(config: FitConfig, flags: FitTableFlags, path: string, table: Table | undefined): void {
  const { output, delimiter, decimal, missing, sizes } = flags;
  const inputs = table && columnNames(flags.inputs, table);
  const categorical = table && columnNames(flags.categorical, table);
  const given = givenOf({ output, inputs, categorical, delimiter, decimal, missing, ...sizes });
  for (const [key, value] of Object.entries(given)) {
    if (canonicalJson(value) === canonicalJson(config[key as keyof FitConfig])) continue;
    throw new PlateauError(
      "usage",
      `${flagOf(key as never)} ${quote(value)} is not that of the fit in ${shellWord(path)}: leave it out, or start a new fit without --resume`,
    );
  }
}
