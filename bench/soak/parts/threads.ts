import { rmSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../../src/experiments/run.js";
import { RunDirectory } from "../../../src/experiments/run-directory.js";
import type { Executor } from "../../../src/sweep/executors/executor.js";
import { threadsExecutor } from "../../../src/sweep/executors/threads.js";
import type { Part, PartKind, PartOptions } from "../part.js";
import { live, OBJECTIVE } from "../study.js";

/** Studies that a set of threads lives for. */
const LIFE = 8;

const tiny = { target: "m2n1", steps: 5, dModel: 8, ff: 8, layers: 1, testRows: 64, trainRows: 256 };

/**
 * A study through threads that live for some studies and are broken all the while; a run trained, stored, loaded;
 * every few studies one trained on several threads.
 */
export class Threads implements Part {
  readonly #options: PartOptions;
  #threads: (Executor & AsyncDisposable) | undefined;
  #cycles = 0;
  trials = 0;

  constructor(options: PartOptions) {
    this.#options = options;
  }

  async cycle(): Promise<void> {
    const { folder, trials } = this.#options;
    const number = this.#cycles++;
    if (number % LIFE === 0) await this.#renew();
    const executor = { ...this.#threads!, close: async () => {} };
    await live({
      ...{ file: join(folder, `${number}.sqlite`), seed: number, trials, retries: 0 },
      executor: async () => executor,
      onEnd: () => this.trials++,
    });
    const run = join(folder, `run-${number}`);
    await this.#run(run, number, number % 4 === 0 ? 2 : 1);
    rmSync(run, { recursive: true });
  }

  async others() {
    return {};
  }

  async close(): Promise<void> {
    await this.#threads?.close();
    this.#threads = undefined;
  }

  async #renew(): Promise<void> {
    await this.close();
    this.#threads = threadsExecutor(OBJECTIVE, { workers: this.#options.workers });
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

export const threads: PartKind = {
  name: "threads",
  share: 5 / 6,
  open: async (options) => new Threads(options),
};
