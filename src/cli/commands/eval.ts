import { evaluate as judge, type RunResult } from "../../experiments/run.js";
import { RunDirectory } from "../../experiments/run-directory.js";
import { verdict } from "../../experiments/verdict.js";
import { prepareBuild } from "../build.js";
import { interruptible } from "../interrupt.js";
import { print, printJson } from "../output.js";
import { ProgressLine } from "../progress.js";
import { exitCodes } from "../report.js";
import { describeResult } from "../result.js";
import { type CliCommand, examples } from "./command.js";

export const evaluate: CliCommand = {
  name: "eval",
  define(program, exit) {
    program
      .command("eval")
      .description("judge the stored weights of a finished run again")
      .argument("<dir>", "folder of plateau train --out")
      .option("--json", "print one JSON document")
      .addHelpText("after", examples("plateau eval runs/a", "plateau eval runs/a --json"))
      .action(async (path: string, options: { json?: boolean }) => {
        const directory = RunDirectory.open(path);
        const { experiment } = directory;
        const stored = directory.result();
        prepareBuild(experiment.config.build);
        const model = await directory.model();
        const progress = new ProgressLine();
        progress.show("judging…");
        const { signal, dispose } = interruptible();
        const judgement = await judge(experiment, model, { signal }).finally(() => {
          progress.clear();
          dispose();
        });
        const judged = { ...stored, ...judgement };
        // A divergence is a fact about training: no weights can tell of it.
        const result: RunResult = { ...judged, verdict: stored.diverged ? stored.verdict : verdict(judged) };
        if (options.json) printJson(result);
        else print(describeResult(result, experiment));
        exit(result.diverged ? exitCodes.failed : exitCodes.done);
      });
  },
};
