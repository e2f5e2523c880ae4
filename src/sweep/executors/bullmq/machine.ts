import { PlateauError, quote } from "../../../errors.js";
import type { ObjectiveNames } from "../../definition-maker.js";
import { loadObjective } from "../../run/load-objective.js";
import { MemoryGate } from "../../run/memory.js";
import { failure } from "../../run/trial-run.js";
import { BrokenExecutor } from "../broken.js";
import type { Executor, JobOutcome, TrialEvents } from "../executor.js";
import { SharedThreads } from "../shared.js";
import { requireObjectiveName } from "./executor.js";
import { moduleDigest } from "./module-digest.js";
import { requireNoCode } from "./no-code.js";
import { type SentJob, trialJob } from "./wire.js";

export interface MachineOptions {
  readonly threads: number;
  /** Bytes that running trials may take together. */
  readonly memory?: number;
  readonly objectives: ObjectiveNames;
}

interface Ready {
  readonly executor: Executor;
  readonly gate: MemoryGate;
}

/** What a worker has to run trials: threads, memory, and objectives by the names that it was given. */
export class Machine {
  readonly objectives: readonly string[];
  /** Digest of each objective's module. */
  readonly modules: Readonly<Record<string, string>>;
  readonly #threads: SharedThreads;
  readonly #ready: ReadonlyMap<string, Ready>;

  private constructor(
    threads: SharedThreads,
    ready: ReadonlyMap<string, Ready>,
    modules: Readonly<Record<string, string>>,
  ) {
    this.#threads = threads;
    this.modules = modules;
    this.#ready = ready;
    this.objectives = [...ready.keys()];
  }

  /** @throws PlateauError `usage` of a name that is none, or a module that cannot be loaded */
  static async open({ threads: workers, memory, objectives }: MachineOptions): Promise<Machine> {
    const bound = memory === undefined ? {} : { memory };
    const ready = new Map<string, Ready>();
    const loaded: [string, string, MemoryGate][] = [];
    const modules: Record<string, string> = {};
    for (const [name, url] of Object.entries(objectives)) {
      const digest = moduleDigest(url);
      if (digest !== undefined) modules[name] = digest;
      const { footprint = () => 0 } = await loadObjective(url);
      loaded.push([requireObjectiveName(name), url, new MemoryGate(footprint, memory)]);
    }
    if (loaded.length === 0) throw new PlateauError("usage", "a worker without objectives has nothing to do");
    const threads = new SharedThreads({ workers, ...bound });
    for (const [name, url, gate] of loaded)
      ready.set(name, { executor: await threads.executor(url, 0), gate });
    return new Machine(threads, ready, modules);
  }

  /** Why a sweep's objective cannot be evaluated here; undefined where it can. */
  lacks({ objective, module }: Pick<SentJob, "objective" | "module">): string | undefined {
    const named = quote(objective);
    if (!this.#ready.has(objective))
      return `a sweep wants the objective ${named}, which this worker has not: start one with --objective ${objective}=module`;
    const here = this.modules[objective];
    if (module === undefined || here === undefined || here === module) return undefined;
    return `a sweep's module for the objective ${named} is another (SHA-256 ${module}…) than this worker's (${here}…): start one with the same file`;
  }

  /**
   * Whatever happens is how the trial ended.
   * @throws BrokenExecutor where no trial can be run here
   */
  async run(
    job: SentJob,
    checkpoint: Uint8Array | undefined,
    events: TrialEvents,
    signal: AbortSignal,
  ): Promise<JobOutcome> {
    try {
      const found = this.#ready.get(job.objective);
      if (!found) throw new PlateauError("unknown-name", `no objective ${quote(job.objective)} here`);
      const { executor, gate } = found;
      requireNoCode(job.task, job.parameters);
      const trial = trialJob(job, checkpoint);
      // In this thread, which has loaded no module that a task may name: of such a trial it throws, and none is loaded.
      const bytes = gate.bytes(trial.parameters, trial.task);
      if (bytes > gate.most) return tooLarge(bytes, gate.most);
      return await executor.run(trial, events, signal);
    } catch (error) {
      if (error instanceof BrokenExecutor) throw error;
      return failure(error);
    }
  }

  close(): Promise<void> {
    return this.#threads.close();
  }
}

/** Another machine may have more memory. */
function tooLarge(bytes: number, most: number): JobOutcome {
  const mebibytes = (count: number) => `${Math.ceil(count / 2 ** 20)} MiB`;
  const message = `it needs ${mebibytes(bytes)} of memory, a trial may take ${mebibytes(most)} on that worker: use a smaller model, or workers with more memory`;
  return { kind: "failed", again: true, error: { code: "memory", message } };
}
