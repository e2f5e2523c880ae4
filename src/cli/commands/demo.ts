import { availableParallelism } from "node:os";
import type { ExperimentInput } from "../../experiments/config.js";
import type { BaselineScores } from "../../experiments/evaluate.js";
import type { RunResult } from "../../experiments/run.js";
import { interruptible } from "../interrupt.js";
import { parseNumber } from "../number.js";
import { duration, percent, print, printJson, r2, short, table, whole } from "../output.js";
import { ProgressLine } from "../progress.js";
import { exitCodes, Interruption } from "../report.js";
import { type CliCommand, examples } from "./command.js";

const STEPS = 1000;
const TEST_ROWS = 4000;

const protocols = ["study", "sound"] as const;
const modes = ["regression", "classification"] as const;

const heading = (steps: number) => `\
m2n1: X₂ = ∛X₁, Y₁ = X₁ + X₂, four numbers a token, learned by a Transformer of 2 + 2 layers.
  study   model, training and metric as in the study's published code (arXiv 2402.15478)
  sound   the same task as we hold it to be sound (docs/guides/protocols.md)
Equal in all four runs: ${whole(steps)} updates of 128 rows, seed 0, ${whole(TEST_ROWS)} test rows. All else is the protocol's,
the model's width among it. Y₁ is linear in the inputs, so least squares shows what is possible.
Every number was computed just now on this machine; none is the paper's.
`;

const footnote = `\
¹ Its own protocol's: 5 points on the diagonal of [−1, 1]^d in the study's, 5 of each coordinate's range in ours.
`;

export const demo: CliCommand = {
  name: "demo",
  define(program, exit) {
    program
      .command("demo")
      .description("train m2n1 in both modes under both protocols and compare with baselines")
      .option("--steps <updates>", `optimizer updates of each run (default ${STEPS})`, (text) =>
        parseNumber("--steps", text),
      )
      .option("--json", "print one JSON document")
      .addHelpText("after", examples("plateau demo", "plateau demo --json"))
      .action(async (options: { steps?: number; json?: boolean }) => exit(await execute(options)));
  },
};

/** The four runs: what `plateau train` would be told for each. */
export function demoInputs(steps: number): ExperimentInput[] {
  return protocols.flatMap((protocol) =>
    modes.map((mode) => ({ target: "m2n1", mode, protocol, steps, testRows: TEST_ROWS, seed: 0 })),
  );
}

async function execute({ steps = STEPS, json }: { steps?: number; json?: boolean }): Promise<number> {
  const begin = performance.now();
  const threads = availableParallelism();
  const results = await trainAll(demoInputs(steps), threads);
  const seconds = (performance.now() - begin) / 1000;
  if (json) printJson({ seconds, threads, runs: results });
  else {
    print(heading(steps));
    print(comparison(results));
    print(footnote);
    for (const result of results) print(`${title(result)}: ${result.verdict}`);
    const rest = `--steps ${steps} --test-rows ${TEST_ROWS}`;
    print(`\n${results.length} runs in ${duration(seconds)} on ${threads} threads. Now, with all numbers, one of them again, and the
study's protocol with three of its answers changed:
  npx plateau train m2n1 --protocol sound ${rest}
  npx plateau train m2n1 --protocol study --protocol-set width=embedded \\
    --protocol-set outputHead=linear --protocol-set startVector=learned ${rest}`);
  }
  return results.some(({ diverged }) => diverged) ? exitCodes.failed : exitCodes.done;
}

async function trainAll(inputs: ExperimentInput[], threads: number): Promise<RunResult[]> {
  const line = new ProgressLine();
  const shares = new Map<number, number>();
  const { signal, dispose } = interruptible();
  const onProgress = (run: number, update: number, total: number) => {
    shares.set(run, update / total);
    const done = [...shares.values()].reduce((sum, share) => sum + share, 0);
    line.show(`training ${inputs.length} models: ${percent(done / inputs.length)}`);
  };
  line.show(`training ${inputs.length} models…`);
  // Not before it is needed: other commands start faster without it.
  const { runAll } = await import("../../experiments/sweep/run-all.js");
  // The wider models take longer: they go first, so that no core waits for them at the end.
  try {
    const reversed = await runAll(inputs.toReversed(), { workers: threads, signal, onProgress });
    return reversed.reverse();
  } catch (error) {
    throw signal.aborted ? new Interruption("interrupted: the demo keeps nothing, start it again") : error;
  } finally {
    line.clear();
    dispose();
  }
}

const title = ({ protocol, mode }: RunResult) => `${protocol.base}, ${mode}`;

function comparison(results: readonly RunResult[]): string {
  const row = (label: string, write: (result: RunResult) => string) => [label, ...results.map(write)];
  const regression = (write: (result: RunResult) => string) => (result: RunResult) =>
    result.mode === "regression" ? write(result) : "";
  const own = (baseline?: keyof BaselineScores) => (result: RunResult) =>
    percent((baseline ? result.baselines[baseline] : result.test).failureRate?.["1"]);
  const matched = (baseline?: keyof BaselineScores) => (result: RunResult) =>
    percent((baseline ? result.baselines[baseline] : result.test).matched?.["5"]);
  return table(
    ["", ...results.map((result) => title(result).replace(", ", "\n"))],
    [
      row("parameters", ({ parameters }) => whole(parameters)),
      row("seconds of training", ({ seconds }) => seconds.toFixed(1)),
      row(
        "R²",
        regression(({ test }) => r2(test.r2)),
      ),
      row(
        "  least squares",
        regression(({ baselines }) => r2(baselines.leastSquares.r2)),
      ),
      row(
        "RMSE",
        regression(({ test }) => short(test.rmse)),
      ),
      row(
        "  least squares",
        regression(({ baselines }) => short(baselines.leastSquares.rmse)),
      ),
      row("fails among all true vectors", regression(own())),
      row("  mean predictor", regression(own("mean"))),
      row("  least squares", regression(own("leastSquares"))),
      row("fails at 5 classes¹", matched()),
      row("  majority class", (result) =>
        matched("majority")(result) === "–" ? own("majority")(result) : matched("majority")(result),
      ),
      row("  least squares", (result) =>
        matched("leastSquares")(result) === "–"
          ? own("leastSquares")(result)
          : matched("leastSquares")(result),
      ),
    ],
  );
}
