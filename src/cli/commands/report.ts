import { existsSync, realpathSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { PlateauError, quote } from "../../errors.js";
import { tableAsSources } from "../../experiments/fit/open.js";
import { heldAt } from "../../experiments/held.js";
import { requireNotOver } from "../../files/not-over.js";
import { counted } from "../../text.js";
import { interruptible } from "../interrupt.js";
import { moduleTarget, requireNoModule, type TargetModule, targetModuleOption } from "../module-target.js";
import { addMovedTable, type MovedTable, requireNoTable } from "../moved-table.js";
import { bytes, note, print, printJson } from "../output.js";
import { ProgressLine } from "../progress.js";
import { exitCodes } from "../report.js";
import { type CliCommand, examples } from "./command.js";

interface ReportFlags extends MovedTable, TargetModule {
  output: string;
  name?: string;
  svg?: string;
  png?: string;
  data?: string;
  json?: boolean;
  quiet?: boolean;
}

export const report: CliCommand = {
  name: "report",
  define(program, exit) {
    const command = program
      .command("report")
      .description(
        "one HTML file that tells what came out: of a study, a run, a fit to a table, or an experiment",
      )
      .argument(
        "<path>",
        "SQLite file of plateau sweep, or folder of plateau train, fit, replicate, audit or gap",
      )
      .option("-o, --output <file>", "the page", "report.html")
      .option("--name <study>", "which study of a file that has several")
      .option("--svg <dir>", "also every figure as SVG")
      .option("--png <dir>", "also every figure as PNG (npm install @resvg/resvg-js dejavu-fonts-ttf)")
      .option(
        "--data <path>",
        "also the data of figures and tables: a folder of CSV and figures' Vega-Lite specifications, or all in one file that ends with .json or .parquet",
      )
      .option("--json", "print one JSON document: question, setting, answer, files")
      .option("--quiet", "no progress on stderr")
      .addOption(targetModuleOption());
    addMovedTable(command);
    command
      .addHelpText(
        "after",
        examples(
          "plateau report runs.sqlite --name m2n1",
          "plateau report runs/a -o a.html --svg figures",
          "plateau report runs/a --data a.json",
          "plateau report plateau-audit --json",
        ),
      )
      .action(async (path: string, flags: ReportFlags) => exit(await execute(path, flags)));
  },
};

/**
 * Reports of others are not written over: experiments have theirs in their folders.
 * @throws PlateauError `usage`
 */
function requireNotOthers(path: string, { output, svg, png, data }: ReportFlags): void {
  const own = existsSync(path) ? realpathSync(path) : undefined;
  const places = [
    ["-o", output],
    ...Object.entries({ svg, png, data }).map(([name, at]) => [`--${name}`, at]),
  ];
  for (const [option, place] of places) {
    if (place === undefined) continue;
    const folder = [place, dirname(place)].find((one) => existsSync(join(one, "experiment.json")));
    if (folder === undefined || realpathSync(folder) === own) continue;
    throw new PlateauError(
      "usage",
      `${option} ${quote(place)}: ${quote(folder)} is the folder of another experiment, which has its own report there: choose another place`,
    );
  }
}

/** A page is no drawing and no document of another kind, whatever its name. @throws PlateauError `usage` */
function requirePage({ output }: ReportFlags): void {
  if (/\.html?$/i.test(output)) return;
  const figures = /\.png$/i.test(output) ? "--png DIR" : "--svg DIR";
  throw new PlateauError(
    "usage",
    `-o ${quote(output)}: the report is an HTML page, let its name end with .html or .htm; its figures alone are written by ${figures}, its data by --data`,
  );
}

/** Loads what it needs when it is called: other commands start faster without. */
async function execute(path: string, flags: ReportFlags): Promise<number> {
  const { output, name, svg, png, data, targetModule, json, quiet } = flags;
  requirePage(flags);
  requireNotOthers(path, flags);
  requireNoTable(flags, heldAt(path));
  requireNoModule(flags, heldAt(path));
  const tables = await tableAsSources(path, flags);
  requireNotOver("-o", output, tables);
  requireNotOver("--data", data, tables);
  const { sourceAt } = await import("../../report/sources/registry.js");
  const { requirePackages, writeReport } = await import("../../report/write.js");
  const wanted = { html: output, svg, png, data };
  // What cannot be reported is refused before anything is asked to be installed.
  const source = sourceAt(path);
  await requirePackages(wanted);
  const target = targetModule === undefined ? undefined : await moduleTarget(targetModule);
  const line = new ProgressLine(quiet);
  const { signal, dispose } = interruptible(() => line.show("stopping…"));
  try {
    const onProgress = (text: string, share: number) => line.show(`${(100 * share).toFixed(0)}%  ${text}`);
    const document = await source.document(path, { name, table: flags.table, target, signal, onProgress });
    line.show("drawing…");
    const files = await writeReport(document, wanted);
    line.clear();
    const { title, question, setting, answer } = document;
    if (json) printJson({ title, question, setting, answer: answer.join(" "), files });
    else {
      print(answer.join("\n"));
      if (!quiet)
        note(
          `written: ${output} (${bytes(statSync(output).size)})${files.length > 1 ? ` and ${counted(files.length - 1, "more file")}` : ""}`,
        );
    }
    return exitCodes.done;
  } finally {
    line.clear();
    dispose();
  }
}
