import { availableParallelism } from "node:os";
import { requireArguments } from "../../arguments.js";
import { PlateauError } from "../../errors.js";
import { whenStopped } from "../../pause.js";
import type { Executor } from "../../sweep/executors/executor.js";
import { SharedThreads } from "../../sweep/executors/shared.js";
import { Study } from "../../sweep/study.js";
import { runCells } from "../cells/run-cells.js";
import { conclude } from "../conclude.js";
import type { ExperimentKind, ExperimentOptions } from "../record.js";
import { studiesFile } from "../studies-file.js";
import { objectives } from "../sweep/open.js";
import { trainingTask, trialExperiment } from "../sweep/task.js";
import { type AttentionMaps, attentionMeasure, saveAttention } from "./attention.js";
import { baselinesStudy, type Trivial, type WidthBaselines } from "./baselines.js";
import { parseReplication, type ReplicationConfig } from "./config.js";
import { Progress } from "./progress.js";
import { type Replica, type ReplicationResults, type SettingResult, settingResult } from "./results.js";
import { replicaSeeds, type Setting, settingOptions, settingsOf, sweepOf } from "./settings.js";
import { trainingWork } from "./work.js";

const BASELINES = new URL("./baselines.js", import.meta.url).href;
const CELLS = new URL("../cells/objective.js", import.meta.url).href;

/** The study's two experiments: a sweep of each setting, its best configuration on several seeds, the test rows. */
export const replicate: ExperimentKind<ReplicationConfig, ReplicationResults> = {
  name: "replicate",
  description: "the study's two experiments, as its published code runs them",
  parse: parseReplication,
  async run(config, options) {
    requireArguments("replicate.run", {
      config: [config, "ReplicationConfig: targets seeds"],
      options: [options, "ExperimentOptions: folder"],
    });
    const run = new ReplicationRun(config, options);
    return conclude(replicate, config, await run.results(), run.studies, options);
  },
};

class ReplicationRun {
  readonly workers: number;
  readonly #config: ReplicationConfig;
  readonly #options: ExperimentOptions;
  /** Of its studies. */
  readonly file: string;
  readonly #stop = new AbortController();
  readonly #progress: Progress;
  #broken: { readonly error: unknown } | undefined;

  constructor(config: ReplicationConfig, options: ExperimentOptions) {
    this.#config = config;
    this.#options = options;
    this.file = studiesFile(options);
    this.workers = options.workers ?? availableParallelism();
    this.#progress = new Progress(config, options);
  }

  /** Names of all its studies. */
  get studies(): string[] {
    const settings = settingsOf(this.#config).map(({ name }) => name);
    return ["baselines", ...settings, ...settings.map(bestOf)];
  }

  async results(): Promise<ReplicationResults> {
    const { signal } = this.#options;
    const deafen = whenStopped(signal, () => this.#stop.abort());
    const settings = settingsOf(this.#config);
    const threads = new SharedThreads({ workers: this.workers });
    try {
      const baselines = this.#guarded(() => this.#baselines(threads));
      const results = await this.#settings(settings, threads, baselines);
      await baselines;
      if (this.#broken) throw this.#broken.error;
      return { settings: results as SettingResult[] };
    } finally {
      deafen();
      this.#stop.abort();
      await threads.close();
    }
  }

  /** All settings, the largest first, as many at a time as keep all workers busy. In the order of `settings`. */
  async #settings(
    settings: readonly Setting[],
    threads: SharedThreads,
    baselines: Promise<Baselines | undefined>,
  ): Promise<(SettingResult | undefined)[]> {
    const largestFirst = settings
      .map((setting, place) => ({ setting, place, work: trainingWork(setting) }))
      .sort((a, b) => b.work - a.work || a.place - b.place);
    const results: (SettingResult | undefined)[] = settings.map(() => undefined);
    let next = 0;
    // A study alone leaves workers idle at its end: the next ones fill in.
    const lane = async () => {
      for (let rank = next++; rank < largestFirst.length && !this.#stop.signal.aborted; rank = next++) {
        const { setting, place } = largestFirst[rank];
        results[place] = await this.#guarded(() => this.#setting(setting, rank + 1, threads, baselines));
      }
    };
    await Promise.all(Array.from({ length: this.workers + 1 }, lane));
    return results;
  }

  /** Where one thing breaks, all others stop and save where they are. */
  async #guarded<R>(work: () => Promise<R>): Promise<R | undefined> {
    try {
      return await work();
    } catch (error) {
      // What others say when they are stopped is not what broke.
      this.#broken ??= { error };
      this.#stop.abort();
      return undefined;
    }
  }

  async #setting(
    setting: Setting,
    rank: number,
    threads: SharedThreads,
    baselines: Promise<Baselines | undefined>,
  ): Promise<SettingResult> {
    const sweep = await this.#sweep(setting, await threads.executor(objectives["training"], rank));
    const replicas = sweep.best
      ? await this.#replicas(setting, sweep.best.parameters, await threads.executor(CELLS, rank))
      : [];
    const known = await baselines;
    if (!known) throw new PlateauError("aborted", "interrupted");
    const result = settingResult(setting, sweep, replicas, known.of(setting));
    this.#progress.done(result);
    return result;
  }

  async #sweep(setting: Setting, executor: Executor) {
    const { trials } = this.#config;
    const study = await Study.open(this.file, sweepOf(setting, this.#config), objectives);
    try {
      const run = study.run({
        ...{ trials, executor, signal: this.#stop.signal },
        onEvent: (event) => this.#progress.event(setting, trials, event),
      });
      this.#progress.trained(setting, [...study.trials(["complete", "diverged", "failed"])].length);
      for await (const _ of run) this.#progress.trained(setting, 1);
      const { best, states } = study;
      return {
        ...{ complete: states.complete, diverged: states.diverged, failed: states.failed },
        ...(best ? { best: { number: best.number, value: best.value!, parameters: best.parameters } } : {}),
      };
    } finally {
      study.close();
    }
  }

  async #replicas(
    setting: Setting,
    parameters: Parameters<typeof trialExperiment>[1],
    executor: Executor,
  ): Promise<Replica[]> {
    const { task } = sweepOf(setting, this.#config);
    const { seed: _, ...cell } = trialExperiment(trainingTask(task), parameters, 0);
    let before = 0;
    const [outcomes] = await runCells(
      this.file,
      {
        name: bestOf(setting.name),
        cells: [cell],
        seeds: replicaSeeds(this.#config),
        ...(this.#config.saveAttention ? { measures: attentionMeasure } : {}),
      },
      {
        ...{ executor, signal: this.#stop.signal },
        onProgress: (done) => {
          this.#progress.trained(setting, done - before);
          before = done;
        },
      },
    );
    if (this.#config.saveAttention) {
      const complete = outcomes.flatMap((one) => (one.state === "complete" ? [one] : []));
      const best = complete.reduce<(typeof complete)[number] | undefined>(
        (least, one) => (least === undefined || one.value < least.value ? one : least),
        undefined,
      );
      const maps = best?.result.more?.["attention"];
      if (maps && "result" in maps) {
        saveAttention(this.#options.folder, setting.name, maps.result as AttentionMaps);
      }
    }
    return outcomes.map((outcome): Replica => {
      if (outcome.state === "diverged") return { state: "diverged", seed: outcome.seed };
      const { parameters: count, steps, test, weightsSha256 } = outcome.result;
      return {
        ...{ state: "complete", seed: outcome.seed, validation: outcome.value, parameters: count, steps },
        ...{ test: test!, weightsSha256 },
      };
    });
  }

  /** Trivial predictors of every width and seed: they train nothing, and go first. */
  async #baselines(threads: SharedThreads): Promise<Baselines> {
    const { classes } = this.#config;
    const widths = widthsOf(settingsOf(this.#config));
    const seeds = replicaSeeds(this.#config);
    const cases = widths.map((setting) => {
      const { dim, ...options } = settingOptions(setting, this.#config);
      const { mode: _, positions: __, classes: ___, ...rows } = options;
      return { target: setting.target, dim, protocol: "study", ...rows };
    });
    const study = await Study.open(this.file, baselinesStudy({ cases, classes: [...classes], seeds }), {
      baselines: BASELINES,
    });
    try {
      study.retryFailed();
      const trials = widths.length * seeds.length;
      const executor = await threads.executor(BASELINES, 0);
      for await (const trial of study.run({ trials, executor, signal: this.#stop.signal })) {
        if (trial.state === "complete") continue;
        const { code, message } = trial.error ?? { code: "study" as const, message: `it is ${trial.state}` };
        throw new PlateauError(
          code,
          `baselines of ${widths[Number(trial.parameters["case"])].name}: ${message}`,
        );
      }
      const found: WidthBaselines[][] = widths.map(() => []);
      for (const { number, parameters } of study.trials(["complete"])) {
        const [{ result }] = study.replicates(number);
        found[Number(parameters["case"])][Number(parameters["replicate"])] = result as WidthBaselines;
      }
      return {
        of(setting) {
          const at = widths.findIndex(({ target, dim }) => target === setting.target && dim === setting.dim);
          return found[at].map(({ regression, classification }) =>
            setting.classes === null ? regression : classification[setting.classes],
          );
        },
      };
    } finally {
      study.close();
    }
  }
}

/** The study that trains a setting's best configuration. */
const bestOf = (setting: string) => `${setting} best`;

interface Baselines {
  of(setting: Setting): readonly Trivial[];
}

/** One setting of each target and width. */
function widthsOf(settings: readonly Setting[]): Setting[] {
  return settings.filter(
    ({ target, dim }, i) => settings.findIndex((one) => one.target === target && one.dim === dim) === i,
  );
}
