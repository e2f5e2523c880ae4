import { availableParallelism } from "node:os";
import { pathToFileURL } from "node:url";
import { PlateauError, quote } from "../errors.js";
import { defineStudy, requireSameStudy, type StudyDefinition, type StudyInput } from "./definition.js";
import type { Executor } from "./executors/executor.js";
import { inlineExecutor } from "./executors/inline.js";
import { threadsExecutor } from "./executors/threads.js";
import { type Importance, type ImportanceOptions, importance } from "./insight/importance.js";
import { findInsight } from "./insight/registry.js";
import type { Objective } from "./objective.js";
import { pickStudy } from "./pick.js";
import { type AskedTrial, type Asker, asker } from "./run/ask.js";
import { loadObjective } from "./run/load-objective.js";
import { requireTrials } from "./run/require.js";
import { type RunStudyOptions, runStudy } from "./run/study-run.js";
import { Space } from "./space/space.js";
import { openSqlite } from "./storage/sqlite.js";
import type { Storage, StoredTrial, StudyStorage } from "./storage/storage.js";
import type { Replicate, Report, TrialState } from "./trial.js";

export interface RunOptions extends Omit<RunStudyOptions, "executor"> {
  /** Trials at a time. Default: one a core. */
  readonly workers?: number;
  /**
   * What evaluates a trial, where the study does not say: a function, which runs on this thread, or the path or
   * URL of a module whose default export is one, which runs on worker threads.
   */
  readonly objective?: Objective | string | URL;
  /** Runs trials elsewhere. It is closed in the end. */
  readonly executor?: Executor;
}

/** Where the objectives of plateau's own are, by the name that definitions have for them. */
export type ObjectiveNames = Readonly<Record<string, string>>;

/** One study of a storage: the trials of a hyperparameter sweep. */
export class Study implements AsyncDisposable {
  readonly definition: StudyDefinition;
  readonly space: Space;
  readonly #storage: Storage;
  readonly #study: StudyStorage;
  readonly #objectives: ObjectiveNames;
  #asker: Asker | undefined;

  private constructor(storage: Storage, study: StudyStorage, objectives: ObjectiveNames) {
    this.definition = study.definition;
    this.space = new Space(study.definition.space);
    this.#storage = storage;
    this.#study = study;
    this.#objectives = objectives;
  }

  /**
   * Opens a study, made where there is none of that name. With a name alone it opens one that there is, with
   * neither the only one.
   * @param storage a SQLite file's path, ":memory:", or a storage, which the study then closes
   * @throws PlateauError `usage`, `unknown-name`; `io`; `study` where the file is none, or holds another
   * study of that name
   */
  static async open(
    storage: string | Storage,
    input: StudyInput | { readonly name?: string },
    objectives: ObjectiveNames = {},
  ): Promise<Study> {
    const definition = "space" in input ? defineStudy(input) : undefined;
    const opened =
      typeof storage === "string" ? openSqlite(storage, { create: definition !== undefined }) : storage;
    try {
      const found = definition ? opened.create(definition) : pickStudy(opened, input.name);
      if (definition) requireSameStudy(found.definition, definition, quote(opened.where));
      return new Study(opened, found, objectives);
    } catch (error) {
      if (typeof storage === "string") opened.close();
      throw error;
    }
  }

  get name(): string {
    return this.definition.name;
  }

  /** Where the study is stored. */
  get where(): string {
    return this.#storage.where;
  }

  /** The best complete trial, the earliest of equals. */
  get best(): StoredTrial | undefined {
    return this.#study.best();
  }

  /** How many trials there are in each state. */
  get states(): Readonly<Record<TrialState, number>> {
    return this.#study.states();
  }

  /** Trials by number, all or those in some states. Read as they are wanted. */
  trials(states?: readonly TrialState[]): Iterable<StoredTrial> {
    return this.#study.trials(states);
  }

  trial(number: number): StoredTrial | undefined {
    return this.#study.trial(number);
  }

  /** Intermediate values of a trial, by seed and step. */
  reports(number: number): Report[] {
    return this.#study.reports(number);
  }

  /** What each seed of a trial gave. */
  replicates(number: number): Replicate[] {
    return this.#study.replicates(number);
  }

  /**
   * Parameter importance by functional analysis of variance: see `importance` of the insights.
   * @throws PlateauError `usage` where there are fewer than 10 complete trials
   */
  importance(options?: ImportanceOptions): Importance {
    const { direction } = this.definition;
    return importance.see({ trials: [...this.trials(["complete"])], space: this.space, direction }, options);
  }

  /**
   * What is to be seen in the study, as plain data: importance, history, parallel, slice, edf.
   * @throws PlateauError `unknown-name`; `usage` where there are too few trials
   */
  insight(name: string, options?: object): unknown {
    const { direction } = this.definition;
    return findInsight(name).see({ trials: [...this.trials()], space: this.space, direction }, options);
  }

  /**
   * Runs the study until it has `trials` trials that have ended, and yields each as it ends. Those that
   * there are count, and interrupted ones are continued: 25 and then 50 is the same study as 50 at once.
   * Several processes may run one study.
   * @throws PlateauError `aborted` through the signal, after running trials have saved where they are; `usage`;
   * `io` where the study cannot be stored: what was stored before is safe
   */
  async *run(options: RunOptions): AsyncGenerator<StoredTrial, void> {
    const { workers = availableParallelism(), objective, executor, ...rest } = options;
    requireTrials(rest.trials);
    if (executor) return yield* runStudy(this.#study, { ...rest, executor });
    if (typeof objective === "function") {
      return yield* runStudy(this.#study, { ...rest, executor: inlineExecutor(objective, { workers }) });
    }
    const url = this.#objectiveUrl(objective);
    const { footprint } = await loadObjective(url);
    const threads = threadsExecutor(url, { workers });
    yield* runStudy(this.#study, { ...(footprint ? { footprint } : {}), ...rest, executor: threads });
  }

  /**
   * Puts failed trials back, to be run again by the next `run`.
   * @returns how many
   */
  retryFailed(): number {
    return this.#study.retryFailed();
  }

  /**
   * The next trial, for whoever evaluates trials without `run`; undefined where there are none left (a grid).
   * A trial that was asked for and never told is handed out again once its process has ended.
   * @throws PlateauError `usage` where an earlier trial has to be told first: see `lookahead`
   */
  ask(): AskedTrial | undefined {
    this.#asker ??= asker(this.#study);
    return this.#asker.ask();
  }

  /** Lets go of the storage. Trials that were asked for and not told wait to be asked for again. */
  close(): void {
    this.#asker?.close();
    this.#asker = undefined;
    this.#storage.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  #objectiveUrl(given: string | URL | undefined): string {
    if (given !== undefined) return moduleUrl(given);
    const { objective } = this.definition;
    if (objective === null) {
      throw new PlateauError(
        "usage",
        `study ${quote(this.name)} does not say what evaluates its trials: give run an objective, a function or a module's path`,
      );
    }
    return Object.hasOwn(this.#objectives, objective) ? this.#objectives[objective] : moduleUrl(objective);
  }
}

/** The URL of a module that is given by path or URL. */
export function moduleUrl(module: string | URL): string {
  if (module instanceof URL) return module.href;
  return /^(file|data|node):/.test(module) ? module : pathToFileURL(module).href;
}
