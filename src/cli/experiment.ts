import { existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { type Command, Option } from "commander";
import { PlateauError, quote } from "../errors.js";
import { ExperimentFolder } from "../experiments/experiment-folder.js";
import type { ExperimentKind, ExperimentRecord } from "../experiments/record.js";
import { shellWord } from "../text.js";
import { interruptible } from "./interrupt.js";
import { parseWorkers } from "./number.js";
import { namingOptions } from "./option-names.js";
import { note, print, printJson } from "./output.js";
import { ProgressLine } from "./progress.js";
import { exitCodes, Interruption } from "./report.js";

/** What every command has that runs an experiment. */
export interface ExperimentFlags {
  out?: string;
  study?: string;
  workers?: number;
  resume?: boolean;
  json?: boolean;
  quiet?: boolean;
}

/** Adds the options that experiments share. */
export function addExperimentOptions(command: Command, kind: string): void {
  command
    .option("--out <dir>", "folder of its studies, results and report", `plateau-${kind}`)
    .addOption(
      new Option(
        "--study <file>",
        "SQLite file of its studies (default: studies.sqlite in the folder)",
      ).argParser(parseStudy),
    )
    .addOption(
      new Option("--workers <n>", "trainings at a time (default: one a core)").argParser(parseWorkers),
    )
    .option("--resume", "continue what the folder holds")
    .option("--json", "print one JSON document: configuration, results, fingerprint")
    .option("--quiet", "no progress on stderr");
}

/** A file that studies can be stored in, before hours of training show it. @throws PlateauError `io` */
function parseStudy(file: string): string {
  const refuse = (problem: string) => new PlateauError("io", `--study ${quote(file)}: ${problem}`);
  const folder = dirname(file);
  if (!existsSync(folder)) throw refuse(`there is no folder ${quote(folder)}: create it first`);
  if (existsSync(file) && !statSync(file).isFile()) throw refuse("it is no regular file: name another");
  return file;
}

/**
 * Runs an experiment in its folder from the beginning or where it was left, stores what came out, writes its report
 * and prints what matters.
 * @param given the experiment's own options; where it is resumed, the folder has the others
 * @param describe what a person is to read of the results
 * @param flagsOf flags of the fields that are not named by them
 * @returns the exit code
 */
export async function runExperiment<Config, Results>(
  kind: ExperimentKind<Config, Results>,
  given: Readonly<Record<string, unknown>>,
  flags: ExperimentFlags,
  describe: (record: ExperimentRecord<Config, Results>) => string,
  flagsOf: Readonly<Record<string, string>> = {},
): Promise<number> {
  const { out = `plateau-${kind.name}`, study: named, workers, resume, quiet, json } = flags;
  const folder = namingOptions(
    () =>
      resume
        ? ExperimentFolder.resume(out, kind as ExperimentKind, given, named)
        : ExperimentFolder.create(out, kind as ExperimentKind, kind.parse(given), named),
    given,
    flagsOf,
  );
  const config = kind.parse(folder.config);
  const { study } = folder;
  if (resume && !quiet && !existsSync(study)) {
    note(`note: there is no file ${quote(study)}, which holds what was trained: all of it is trained again`);
  }
  const line = new ProgressLine(quiet);
  const { signal, dispose } = interruptible(
    () => line.show("stopping…"),
    () => resumeCommand(kind.name, flags),
  );
  let record: ExperimentRecord<Config, Results>;
  try {
    record = await kind.run(config, {
      ...{ folder: out, study, workers, signal },
      onProgress: (text, share) => line.show(`${(100 * share).toFixed(0)}%  ${text}`),
      onNote: (text) => {
        line.clear();
        if (!quiet) note(text);
      },
    });
  } catch (error) {
    line.clear();
    if (!signal.aborted) throw error;
    throw new Interruption(`interrupted, continue with: ${resumeCommand(kind.name, flags)}`, out);
  } finally {
    line.clear();
    dispose();
  }
  folder.finish(record as ExperimentRecord);
  line.show("drawing its report…");
  const files = await reportInto(out, record as ExperimentRecord).finally(() => line.clear());
  if (json) printJson(record);
  else print(describe(record));
  if (!quiet) note(files);
  return exitCodes.done;
}

/**
 * Writes the report of a finished experiment into its folder.
 * @returns what to tell of it: where it is, or what was in its way. The results are stored either way
 */
async function reportInto(folder: string, record: ExperimentRecord): Promise<string> {
  const { documentOfRecord } = await import("../report/sources/experiment.js");
  const { allFiles, writeReport } = await import("../report/write.js");
  const files = allFiles(folder);
  const document = await documentOfRecord(record);
  try {
    // What needs nothing that draws comes first: tables, and the data of figures.
    await writeReport(document, { data: files.data! });
    const { data: _, ...drawn } = files;
    await writeReport(document, drawn);
    return `report: ${files.html}`;
  } catch (error) {
    if (!(error instanceof PlateauError) || !["usage", "io"].includes(error.code)) throw error;
    const command = `plateau report ${shellWord(folder)} -o ${shellWord(files.html!)}`;
    return `no report: ${error.message}; then: ${command}`;
  }
}

/** The folder knows its file of studies. */
function resumeCommand(name: string, { out, workers }: ExperimentFlags): string {
  const options = [
    ...(out ? ["--out", shellWord(out)] : []),
    ...(workers ? ["--workers", String(workers)] : []),
  ];
  return ["plateau", name, ...options, "--resume"].join(" ");
}
