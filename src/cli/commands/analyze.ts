import { Option } from "commander";
import { type Analysis, analyzeSubject } from "../../analysis/analyze.js";
import { findMeasure, measures } from "../../analysis/registry.js";
import { RunDirectory } from "../../experiments/run-directory.js";
import { measureOptions, subjectOf } from "../../experiments/subject.js";
import { describeAnalysis } from "../analysis.js";
import { prepareBuild } from "../build.js";
import { interruptible } from "../interrupt.js";
import { parseNumber } from "../number.js";
import { note, percent, print, printJson } from "../output.js";
import { ProgressLine } from "../progress.js";
import { Interruption } from "../report.js";
import { parseSegment } from "../segment.js";
import { type CliCommand, examples } from "./command.js";

interface AnalyzeFlags {
  measures?: string[];
  segment?: string[];
  samples?: number;
  seed?: number;
  json?: boolean;
  quiet?: boolean;
}

const list = [...measures.values()].map(({ name, description }) => `  ${name.padEnd(12)} ${description}`);
const help = `\nMeasures:\n${list.join("\n")}\n\nThe result is also stored in the run's folder, as analysis.json.`;

export const analyze: CliCommand = {
  name: "analyze",
  define(program, exit) {
    const number = (flag: string) => (value: string) => parseNumber(flag, value);
    program
      .command("analyze")
      .description("measure how the model of a finished run approximates its target")
      .argument("<dir>", "folder of plateau train --out or plateau fit --out")
      .addOption(
        new Option("--measures <names>", "some of the measures below, separated by commas (default: all)").argParser(
          (value: string) => value.split(",").map((name) => findMeasure(name.trim()).name),
        ),
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
      .addOption(new Option("--seed <seed>", "of points and intervals (default 0)").argParser(number("--seed")))
      .option("--json", "print one JSON document")
      .option("--quiet", "no progress line, no notes")
      .addHelpText(
        "after",
        `${help}${examples(
          "plateau analyze runs/a",
          "plateau analyze runs/a --measures plateaus,errors --json",
          'plateau analyze runs/sine --measures plateaus --segment "-0.5:0.5"',
        )}`,
      )
      .action(async (path: string, flags: AnalyzeFlags) => {
        await execute(path, flags);
        exit(0);
      });
  },
};

async function execute(path: string, flags: AnalyzeFlags): Promise<void> {
  const directory = RunDirectory.open(path);
  const { experiment } = directory;
  const { build } = experiment.config;
  prepareBuild(build);
  const subject = subjectOf(experiment, directory.model());
  const segments = flags.segment?.map((text) => parseSegment(text, subject.domain));
  const progress = new ProgressLine(flags.quiet);
  const { signal, dispose } = interruptible(() => progress.show("stopping…"));
  let analysis: Analysis;
  try {
    analysis = await analyzeSubject(subject, {
      measures: flags.measures,
      samples: flags.samples,
      seed: flags.seed,
      options: measureOptions(experiment, { segments }),
      signal,
      onProgress: (measure, share) => progress.show(`${measure} ${percent(share)}`),
    });
  } finally {
    progress.clear();
    dispose();
  }
  const stored = directory.saveAnalysis(analysis);
  if (analysis.aborted) {
    throw new Interruption(
      `interrupted; what was done is in ${stored}, the rest by: plateau analyze ${path} --measures ${analysis.aborted.join(",")}`,
      path,
    );
  }
  if (flags.json) printJson(analysis);
  else print(describeAnalysis(analysis));
  if (!flags.json && !flags.quiet) note(`saved in ${stored}`);
}
