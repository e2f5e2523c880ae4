import { PlateauError, quote } from "../errors.js";
import { runWorker } from "../experiments/sweep/worker.js";
import { nameOfModule } from "../sweep/executors/bullmq/executor.js";
import { moduleUrl } from "../sweep/modules.js";
import { divertOutput } from "../sweep/run/divert-output.js";
import { counted } from "../text.js";
import { interruptible } from "./interrupt.js";
import { note, print } from "./output.js";
import { redisUrl } from "./redis.js";
import { exitCodes, Interruption } from "./report.js";

export interface WorkerFlags {
  redis?: string;
  threads?: number;
  objective?: string[];
  memory?: number;
  once?: boolean;
  quiet?: boolean;
}

/** Runs `plateau worker`. @returns the exit code */
export async function runWorkerCommand(flags: WorkerFlags): Promise<number> {
  const { threads, memory, once = false, quiet = false } = flags;
  const redis = redisUrl(flags.redis);
  const named = (flags.objective ?? []).map(objectiveOf);
  const twice = named.find(([name], i) => named.some(([other], k) => k < i && other === name));
  if (twice)
    throw new PlateauError(
      "usage",
      `--objective: ${quote(twice[0])} is given twice: give one of them another name, name=module`,
    );
  const objectives = Object.fromEntries(named);
  const giveBack = divertOutput();
  const { signal, dispose } = interruptible(() => note("stopping…"));
  let trials: number;
  try {
    trials = await runWorker({
      ...{ redis, objectives, once, signal },
      ...(threads === undefined ? {} : { threads }),
      ...(memory === undefined ? {} : { memory: memory * 2 ** 20 }),
      ...(quiet ? {} : { onNote: note }),
    });
  } finally {
    dispose();
    giveBack();
  }
  const told = `${counted(trials, "trial")} run`;
  if (signal.aborted) throw new Interruption(`stopped after ${told}: what was running goes on elsewhere`);
  if (!quiet) print(told);
  return exitCodes.done;
}

/** Reads name=module, or a module alone, which is called by its file's name. @throws PlateauError `usage` */
function objectiveOf(text: string): [string, string] {
  const [, name, module] = /^([\w.-]+)=(.+)$/s.exec(text) ?? [];
  if (module !== undefined) return [name, moduleUrl(module)];
  if (text.includes("=")) {
    throw new PlateauError("usage", `--objective ${quote(text)}: give name=module, such as mine=./mine.mjs`);
  }
  return [nameOfModule(text), moduleUrl(text)];
}
