import { rmSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../src/experiments/run.js";
import { RunDirectory } from "../../src/experiments/run-directory.js";
import type { Executor } from "../../src/sweep/executors/executor.js";
import { threadsExecutor } from "../../src/sweep/executors/threads.js";
import { Study } from "../../src/sweep/study.js";
import { fates } from "./objective.js";

const OBJECTIVE = new URL("./objective.js", import.meta.url).href;
/** Trials of a cycle beside one that hangs: one of each fate, the others train. */
export const TRIALS = 24;
/** Cycles that a set of threads lives for. */
const LIFE = 8;

const tiny = { target: "m2n1", steps: 5, dModel: 8, ff: 8, layers: 1, testRows: 64, trainRows: 256 };

/** What a long life of the package consists of, over and over in one process. */
export class Soak {
  readonly #folder: string;
  readonly #workers: number;
  #threads: (Executor & AsyncDisposable) | undefined;
  #cycles = 0;
  /** Trials that ended, whichever way. */
  trials = 0;

  constructor(folder: string, workers: number) {
    this.#folder = folder;
    this.#workers = workers;
  }

  /**
   * A study opened, run through threads that live for some cycles and are broken all the while, opened again, read
   * and deleted; a run trained, stored, loaded; every few cycles one trained on several threads.
   */
  async cycle(): Promise<void> {
    const number = this.#cycles++;
    if (number % LIFE === 0) await this.#renew();
    await this.#study(join(this.#folder, `${number}.sqlite`), number);
    const folder = join(this.#folder, `run-${number}`);
    await this.#run(folder, number, number % 4 === 0 ? 2 : 1);
    rmSync(folder, { recursive: true });
  }

  async close(): Promise<void> {
    await this.#threads?.close();
    this.#threads = undefined;
  }

  async #renew(): Promise<void> {
    await this.close();
    this.#threads = threadsExecutor(OBJECTIVE, { workers: this.#workers });
  }

  async #study(file: string, seed: number): Promise<void> {
    const choices = ["train", "hang", ...fates];
    const space = { parameters: { fate: choices, x: { type: "uniform", low: 0, high: 1 } } } as const;
    const input = { name: "soak", space, sampler: "random", objective: OBJECTIVE, seed, retries: 0 };
    const executor = { ...this.#threads!, close: async () => {} };
    {
      await using study = await Study.open(file, input);
      for (let trial = 0; trial < TRIALS; trial++) {
        // Spread over the cycle, so that threads end beside others that train.
        const fate = trial % 4 === 1 && trial / 4 < fates.length ? fates[(trial - 1) / 4] : "train";
        study.enqueue({ fate, x: trial / TRIALS });
      }
      for await (const _ of study.run({ trials: TRIALS, executor })) this.trials++;
      // One that has to be killed, alone: a limit on all would say how fast the machine is.
      study.enqueue({ fate: "hang", x: 0 });
      for await (const _ of study.run({ trials: TRIALS + 1, executor, timeLimit: 0.2 })) this.trials++;
    }
    await using again = await Study.open(file, { name: "soak" });
    const { complete, failed, diverged } = again.states;
    const found = JSON.stringify({ complete, failed, diverged });
    const expected = JSON.stringify({ complete: TRIALS - fates.length, failed: fates.length, diverged: 1 });
    if (found !== expected) throw new Error(`cycle ${seed}: trials came to ${found}, not ${expected}`);
    for (const end of ["", "-wal", "-shm"]) rmSync(`${file}${end}`, { force: true });
  }

  async #run(folder: string, seed: number, threads: number): Promise<void> {
    const input = { ...tiny, seed, slices: 2 };
    const directory = RunDirectory.create(folder, input);
    const { model, result } = await run(input, { threads });
    directory.finish(model, result!);
    const loaded = await RunDirectory.open(folder).model();
    loaded.dispose();
    model.dispose();
  }
}
