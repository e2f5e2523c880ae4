import { scoreFit } from "../../experiments/fit/fit.js";
import { openFit } from "../../experiments/fit/open.js";
import { requireHeld } from "../../experiments/held.js";
import { evaluate as judge, type RunResult } from "../../experiments/run.js";
import { verdict } from "../../experiments/verdict.js";
import { prepareBuild } from "../build.js";
import { describeFit } from "../fit.js";
import { document } from "../fit-table.js";
import { interruptible } from "../interrupt.js";
import { openRun, requireNoModule, type TargetModule, targetModuleOption } from "../module-target.js";
import { addMovedTable, type MovedTable, requireNoTable } from "../moved-table.js";
import { print, printJson } from "../output.js";
import { ProgressLine } from "../progress.js";
import { exitCodes } from "../report.js";
import { describeResult } from "../result.js";
import { type CliCommand, examples } from "./command.js";

export const evaluate: CliCommand = {
  name: "eval",
  define(program, exit) {
    const command = program
      .command("eval")
      .description("judge the stored weights of a finished run or fit again")
      .argument("<dir>", "folder of plateau train --out or plateau fit --out")
      .option("--json", "print one JSON document")
      .addOption(targetModuleOption());
    addMovedTable(command);
    command
      .addHelpText("after", examples("plateau eval runs/a", "plateau eval runs/a --json"))
      .action(async (path: string, options: EvalFlags) => exit(await judges[held(path)](path, options)));
  },
};

interface EvalFlags extends MovedTable, TargetModule {
  json?: boolean;
}

const held = (path: string) => requireHeld(path, ["run", "fit"], "plateau eval");

/** Who judges, by what a folder holds: one line each. */
const judges = { run: judgeRun, fit: judgeFit } as const;

async function judgeRun(path: string, { json, table, targetModule }: EvalFlags): Promise<number> {
  requireNoTable({ table }, "run");
  const directory = await openRun(path, { targetModule });
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
  if (json) printJson(result);
  else print(describeResult(result, experiment));
  return result.diverged ? exitCodes.failed : exitCodes.done;
}

async function judgeFit(path: string, { json, table, targetModule }: EvalFlags): Promise<number> {
  requireNoModule({ targetModule }, "fit");
  prepareBuild("strict");
  const { stored, model, data } = await openFit(path, { table });
  const { config, ...result } = stored;
  const judged = { ...result, test: scoreFit(await data(), model) };
  if (json) printJson(document(config, judged));
  else print(describeFit(config, judged));
  return exitCodes.done;
}
