import { Option } from "commander";
import type { Subject } from "../../analysis/measure.js";
import { findMeasure, measures } from "../../analysis/registry.js";
import { fitMeasureOptions, fitSubject } from "../../experiments/fit/fit.js";
import { openFit } from "../../experiments/fit/open.js";
import { heldAt, requireHeld } from "../../experiments/held.js";
import { measureOptions, subjectOf } from "../../experiments/subject.js";
import { describeAnalysis } from "../analysis.js";
import { prepareBuild } from "../build.js";
import { suggest } from "../completion/suggest.js";
import { unitsOf } from "../fit.js";
import { printAnalysis } from "../fit-table.js";
import { measureWithProgress } from "../measuring.js";
import { openRun, requireNoModule, type TargetModule, targetModuleOption } from "../module-target.js";
import { addMovedTable, type MovedTable, requireNoTable } from "../moved-table.js";
import { parseNumber } from "../number.js";
import { print, printJson } from "../output.js";
import { exitCodes } from "../report.js";
import { parseSegment } from "../segment.js";
import { reportUnsaved } from "../store.js";
import { givenOf } from "../table-options.js";
import { type CliCommand, examples } from "./command.js";

interface AnalyzeFlags extends MovedTable, TargetModule {
  measures?: string[];
  segment?: string[];
  samples?: number;
  seed?: number;
  json?: boolean;
  quiet?: boolean;
}

const list = [...measures.values()].map(({ name, description }) => `  ${name.padEnd(12)} ${description}`);
const help = `\nMeasures:\n${list.join("\n")}\n\nThe result is also stored in the run's folder, as analysis.json; of a fit, measures that are there already stay.`;

export const analyze: CliCommand = {
  name: "analyze",
  define(program, exit) {
    const number = (flag: string) => (value: string) => parseNumber(flag, value);
    const command = program
      .command("analyze")
      .description("measure how the model of a finished run approximates its target")
      .argument("<dir>", "folder of plateau train --out or plateau fit --out")
      .addOption(
        suggest(
          new Option("--measures <names>", "some of the measures below, separated by commas (default: all)"),
          measures.keys(),
        ).argParser((value: string) => value.split(",").map((name) => findMeasure(name.trim()).name)),
      )
      .addOption(
        new Option(
          "--segment <from:to>",
          "look along this way for plateaus, both ends as numbers separated by commas (repeatable)",
        ).argParser((value: string, before: string[] = []) => [...before, value]),
      )
      .addOption(
        new Option("--samples <points>", "points looked at (default: each measure's own)").argParser(
          number("--samples"),
        ),
      )
      .addOption(
        new Option("--seed <seed>", "of points and intervals (default 0; of a fit its own)").argParser(
          number("--seed"),
        ),
      )
      .option("--json", "print one JSON document")
      .option("--quiet", "no progress line, no notes")
      .addOption(targetModuleOption());
    addMovedTable(command);
    command
      .addHelpText(
        "after",
        `${help}${examples(
          "plateau analyze runs/a",
          "plateau analyze runs/a --measures plateaus,errors --json",
          'plateau analyze runs/sine --measures plateaus --segment "-0.5:0.5"',
        )}`,
      )
      .action(async (path: string, flags: AnalyzeFlags) => {
        exit(await execute(path, flags));
      });
  },
};

async function execute(path: string, flags: AnalyzeFlags): Promise<number> {
  const { measures, samples, seed, quiet } = flags;
  const { units, ...opened } = await open(path, flags);
  const { analysis, unsaved } = await measureWithProgress({
    ...opened,
    ...givenOf({ measures, samples, seed, quiet }),
    folder: path,
  });
  if (flags.json) printJson(analysis);
  else {
    if (units) printAnalysis(analysis);
    else print(describeAnalysis(analysis));
    if (units) print(units);
  }
  return unsaved ? reportUnsaved(unsaved) : exitCodes.done;
}

/** What is analysed: the model of a run, or of a fit to a table. */
async function open(path: string, { segment: segments, targetModule, ...moved }: AnalyzeFlags) {
  requireNoTable(moved, heldAt(path));
  requireNoModule({ targetModule }, heldAt(path));
  if (requireHeld(path, ["run", "fit"], "plateau analyze") === "fit") {
    const { stored, model, data } = await openFit(path, moved);
    const subject = fitSubject(await data(), model);
    return {
      subject,
      weightsSha256: stored.weightsSha256,
      options: { ...fitMeasureOptions(stored.sizes), ...segmentOptions(subject, segments) },
      seed: stored.config.seed,
      // What the fit was judged by stays what it was.
      keep: true,
      units: unitsOf(stored.config.output),
    };
  }
  const directory = await openRun(path, { targetModule });
  const { experiment } = directory;
  const { weightsSha256 } = directory.result();
  prepareBuild(experiment.config.build);
  const subject = subjectOf(experiment, await directory.model());
  const options = { ...measureOptions(experiment), ...segmentOptions(subject, segments) };
  return { subject, weightsSha256, options };
}

function segmentOptions({ domain }: Subject, segments?: readonly string[]): Record<string, object> {
  return segments ? { plateaus: { segments: segments.map((text) => parseSegment(text, domain)) } } : {};
}
