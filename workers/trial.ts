import { parentPort, workerData } from "node:worker_threads";
import { adopt } from "../src/runtime/compile.js";
import { setGemmTile } from "../src/runtime/tile.js";
import type { JobOutcome, TrialEvents } from "../src/sweep/executors/executor.js";
import {
  BEGUN,
  type FromTrial,
  type ThreadData,
  type ToTrial,
  type TrialTask,
} from "../src/sweep/executors/messages.js";
import type { Objective } from "../src/sweep/objective.js";
import type { Decision } from "../src/sweep/pruners/pruner.js";
import { divertOutput } from "../src/sweep/run/divert-output.js";
import { loadObjective } from "../src/sweep/run/load-objective.js";
import { failure, runTrial } from "../src/sweep/run/trial-run.js";

const PROGRESS_MILLISECONDS = 100;

const given = workerData as ThreadData | null;
for (const [build, module] of Object.entries(given?.modules ?? {})) adopt(build, module);
if (given) setGemmTile(given.tile);

divertOutput();
parentPort?.postMessage(BEGUN);

/** Piscina's entry point: runs one trial. */
export default async function trial({ objective, job, port, stop }: TrialTask): Promise<JobOutcome> {
  const waiting: ((decision: Decision) => void)[] = [];
  port.on("message", (decision: ToTrial) => waiting.shift()?.(decision));
  const post = (message: FromTrial) => port.postMessage(message);
  const ask = (message: FromTrial) =>
    new Promise<Decision>((resolve) => {
      waiting.push(resolve);
      post(message);
    });
  post({ kind: "began" });
  let told = 0;
  const events: TrialEvents = {
    report: (report) => ask({ kind: "report", report }),
    replicate: (place, replicate) => ask({ kind: "replicate", place, replicate }),
    async checkpoint(bytes) {
      await ask({ kind: "checkpoint", bytes });
    },
    progress(place, done, total) {
      const now = performance.now();
      if (now - told < PROGRESS_MILLISECONDS) return;
      told = now;
      post({ kind: "progress", place, done, total });
    },
  };
  const flag = new Int32Array(stop);
  const signal = {
    get aborted() {
      return Atomics.load(flag, 0) !== 0;
    },
  };
  // After a trap the state of the module's memory is anyone's guess: the thread says what happened, and ends.
  const watched =
    (evaluate: Objective): Objective =>
    async (context) => {
      try {
        return await evaluate(context);
      } catch (error) {
        if (!(error instanceof WebAssembly.RuntimeError)) throw error;
        post({ kind: "outcome", outcome: failure(error) });
        process.exit(1);
      }
    };
  try {
    const { default: evaluate } = await loadObjective(objective);
    return await runTrial(watched(evaluate), job, events, signal);
  } catch (error) {
    return failure(error);
  } finally {
    port.close();
  }
}
