import { rmSync } from "node:fs";
import type { Executor } from "../../src/sweep/executors/executor.js";
import { Study } from "../../src/sweep/study.js";
import { fates } from "./objective.js";

export const OBJECTIVE = new URL("./objective.js", import.meta.url).href;

/** One study of a soak. */
export interface Lived {
  readonly file: string;
  readonly seed: number;
  /** Beside the one that hangs: one of each fate, the others train. */
  readonly trials: number;
  readonly retries: number;
  /** It is closed by the study. */
  readonly executor: (study: Study) => Promise<Executor>;
  /** Called after each trial with how many there were. */
  readonly onEnd: (trials: number) => void;
}

/**
 * A study made, run, opened again, read and deleted.
 * @throws where a trial came to anything else than it had to
 */
export async function live({ file, seed, trials, retries, executor, onEnd }: Lived): Promise<void> {
  const choices = ["train", "hang", ...fates];
  const space = { parameters: { fate: choices, x: { type: "uniform", low: 0, high: 1 } } } as const;
  const input = { name: "soak", space, sampler: "random", objective: OBJECTIVE, seed, retries };
  let ended = 0;
  {
    await using study = await Study.open(file, input);
    for (let trial = 0; trial < trials; trial++) {
      // Spread over the study, so that threads end beside others that train.
      const fate = trial % 4 === 1 && trial / 4 < fates.length ? fates[(trial - 1) / 4] : "train";
      study.enqueue({ fate, x: trial / trials });
    }
    for await (const _ of study.run({ trials, executor: await executor(study) })) onEnd(++ended);
    // One that has to be killed, alone: a limit on all would say how fast the machine is.
    study.enqueue({ fate: "hang", x: 0 });
    const last = { trials: trials + 1, executor: await executor(study), timeLimit: 0.2 };
    for await (const _ of study.run(last)) onEnd(++ended);
  }
  await using again = await Study.open(file, { name: "soak" });
  const { complete, failed, diverged } = again.states;
  const found = JSON.stringify({ complete, failed, diverged });
  const expected = JSON.stringify({ complete: trials - fates.length, failed: fates.length, diverged: 1 });
  if (found !== expected) throw new Error(`study ${seed}: trials came to ${found}, not ${expected}`);
  for (const end of ["", "-wal", "-shm"]) rmSync(`${file}${end}`, { force: true });
}
