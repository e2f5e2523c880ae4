import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { requireArguments } from "../arguments.js";
import { kindOf, PlateauError, quote } from "../errors.js";
import { canonicalJson } from "../formats/canonical-json.js";
import { defineStudy, requireSameStudy, type StudyDefinition, type StudyInput } from "./definition.js";
import {
  type DefinitionMaker,
  located,
  noSuchFile,
  type ObjectiveNames,
  runnable,
} from "./definition-maker.js";
import type { Executor } from "./executors/executor.js";
import { inlineExecutor } from "./executors/inline.js";
import { threadsExecutor } from "./executors/threads.js";
import { type Importance, type ImportanceOptions, importance } from "./insight/importance.js";
import { findInsight } from "./insight/registry.js";
import { type Kinds, kindsOf } from "./kinds.js";
import { moduleUrl } from "./modules.js";
import type { Objective } from "./objective.js";
import { pickStudy } from "./pick.js";
import { type AskedTrial, type Asker, asker } from "./run/ask.js";
import type { ExecutionOptions } from "./run/execution.js";
import { Guide } from "./run/guide.js";
import { loadObjective } from "./run/load-objective.js";
import { TrialQueue } from "./run/queue.js";
import { requireRunOptions } from "./run/require.js";
import { runStudy } from "./run/study-run.js";
import type { Parameters } from "./space/parameter.js";
import { Space } from "./space/space.js";
import { turn } from "./storage/idle.js";
import { newOwner, retire } from "./storage/owner.js";
import { openSqlite } from "./storage/sqlite.js";
import type { Storage, StoredTrial, StudyStorage } from "./storage/storage.js";
import type { Replicate, Report, TrialState } from "./trial.js";

/** How a study is run: none of it changes what comes out, but for time limits and memory. */
export interface StudyRunOptions extends Omit<ExecutionOptions, "executor"> {
  /** Trials at a time. Default: one a core. */
  readonly workers?: number;
  /**
   * What evaluates a trial, where the study does not say: a function, which runs on this thread, or the path or
   * URL of a module whose default export is one, which runs on worker threads.
   */
  readonly objective?: Objective | string | { readonly href: string };
  /** Runs trials elsewhere. It is closed in the end. */
  readonly executor?: Executor;
}

/** One study of a storage: the trials of a hyperparameter sweep. */
export class Study implements AsyncDisposable {
  readonly definition: StudyDefinition;
  readonly space: Space;
  readonly #storage: Storage;
  readonly #study: StudyStorage;
  readonly #objectives: ObjectiveNames;
  readonly #kinds: Kinds;
  /** What is to evaluate trials, where that is not what the study was made with. */
  readonly #objective: string | null;
  #asker: Asker | undefined;
  /** Runs that have not ended. */
  #runs = 0;

  private constructor(
    storage: Storage,
    study: StudyStorage,
    objectives: ObjectiveNames,
    kinds: Kinds,
    objective: string | null,
  ) {
    this.definition = study.definition;
    this.space = new Space(study.definition.space);
    this.#storage = storage;
    this.#study = study;
    this.#objectives = objectives;
    this.#kinds = kinds;
    this.#objective = objective;
  }

  /**
   * Opens a study, made where there is none of that name. Of one that there is, what is given is held to what
   * it was made with; what is not given is as it was. Without a name it is the only one.
   * @param storage a SQLite file's path, ":memory:", or a storage, which the study then closes
   * @param input its definition or, where that depends on what there is, its name and what makes it
   * @param objectives where objectives with a name are; given ones are used instead of the stored
   * @throws PlateauError `usage`, `unknown-name`: nothing is stored then; `io`; `study` where the file is
   * none, or holds another study of that name
   */
  static async open(
    storage: string | Storage,
    input: Partial<StudyInput> | DefinitionMaker = {},
    objectives: ObjectiveNames = {},
  ): Promise<Study> {
    if (typeof storage !== "string") {
      requireArguments("Study.open", {
        storage: [storage, "storage, or a file's path: where find create list"],
      });
    }
    if (typeof input !== "object" || input === null) {
      throw new PlateauError(
        "usage",
        `Study.open: the study is ${kindOf(input)}: expected its name, or what it is`,
      );
    }
    const { name } = input;
    const { make: define, complete } =
      "make" in input ? input : { make: () => input, complete: "space" in input };
    const make = async (stored?: StudyDefinition) => located(await define(stored), objectives);
    if (typeof storage === "string") await turn();
    // A study that cannot be made leaves no file behind.
    const isNew = typeof storage === "string" && (storage === ":memory:" || !existsSync(storage));
    if (isNew && !complete) throw noSuchFile(storage);
    const made = isNew ? runnable(await make()) : undefined;
    const opened = typeof storage === "string" ? openSqlite(storage) : storage;
    try {
      const found = complete ? opened.find(name ?? made?.definition.name ?? "") : pickStudy(opened, name);
      if (!found) {
        const { definition, kinds } = made ?? runnable(await make());
        return new Study(opened, opened.create(definition), objectives, kinds, null);
      }
      const { definition: stored } = found;
      const given = await make(stored);
      requireSameStudy(stored, defineStudy({ ...stored, ...given }, stored), quote(opened.where));
      return new Study(opened, found, objectives, kindsOf(given), given.objective ?? null);
    } catch (error) {
      if (typeof storage === "string") opened.close();
      throw error;
    }
  }

  get name(): string {
    return this.definition.name;
  }

  /**
   * The same for as long as there is the study, wherever its file lies; other studies have others.
   * @throws PlateauError `io` of the storage; `study` where it was removed meanwhile
   */
  get id(): string {
    const found = this.#storage.list().find(({ name }) => name === this.name);
    if (!found)
      throw new PlateauError("study", `${quote(this.where)} has no study ${quote(this.name)} any more`);
    const text = `${found.created}\n${canonicalJson({ ...this.definition, objective: null })}`;
    return createHash("sha256").update(text).digest("hex").slice(0, 20);
  }

  /** Where the study is stored. */
  get where(): string {
    return this.#storage.where;
  }

  /** The best complete trial, the earliest of equals. */
  get best(): StoredTrial | undefined {
    return this.#study.best();
  }

  /**
   * Whether trials go by earlier ones, as far as `lookahead` lets them: by sampler, pruner, or seeds that are compared.
   * @throws PlateauError `unknown-name`, `usage`: the study was made with other samplers
   */
  get learns(): boolean {
    return new Guide(this.#study, this.#kinds).usesHistory;
  }

  /** How many trials there are in each state. */
  get states(): Readonly<Record<TrialState, number>> {
    return this.#study.states();
  }

  /** Trials by number, all or those in some states. Read as they are wanted. */
  trials(states?: readonly TrialState[]): Iterable<StoredTrial> {
    return this.#study.trials(states);
  }

  /** One trial, by its number. */
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
  async *run(options: StudyRunOptions): AsyncGenerator<StoredTrial, void> {
    requireRunOptions(options);
    const asked = this.#asker?.open ?? new Set();
    if (asked.size > 0) {
      const numbers = [...asked].join(", ");
      throw new PlateauError("usage", `run: trials ${numbers} were asked for and not told: tell them first`);
    }
    this.#runs++;
    try {
      yield* runStudy(this.#study, this.#kinds, await this.#withExecutor(options));
    } finally {
      this.#runs--;
    }
  }

  async #withExecutor({ workers, objective, executor, ...rest }: StudyRunOptions): Promise<ExecutionOptions> {
    if (executor) return { ...rest, executor };
    const most = Math.min(workers ?? availableParallelism(), rest.trials, this.#mostAtATime());
    if (typeof objective === "function") {
      return { ...rest, executor: inlineExecutor(objective, { workers: most }) };
    }
    const url = this.#objectiveUrl(objective);
    const { footprint, prepare } = await loadObjective(url);
    await prepare?.(this.definition.task);
    const threads = threadsExecutor(url, { workers: most });
    return { ...(footprint ? { footprint } : {}), ...rest, executor: threads };
  }

  /** More threads than the lookahead lets run would only wait. */
  #mostAtATime(): number {
    return this.learns ? this.definition.lookahead : Number.POSITIVE_INFINITY;
  }

  /**
   * Adds a trial with parameters of your own, to be run in its turn: a configuration that is known to be good.
   * @returns its number
   * @throws PlateauError `usage` where the space does not hold them, or the study is a shard: the trial's number would
   * be another's in the whole study
   */
  enqueue(parameters: Parameters): number {
    const { shard } = this.definition;
    if (shard !== undefined) {
      const why = `enqueue: study ${quote(this.name)} is shard ${shard}, whose trials are those of the whole study`;
      throw new PlateauError("usage", `${why}: add your own to that, once its shards are merged`);
    }
    const owner = newOwner();
    const queue = new TrialQueue(this.#study, new Guide(this.#study, this.#kinds), owner);
    try {
      const number = queue.add(this.space.accept(parameters));
      this.#study.release(number, owner);
      return number;
    } finally {
      retire(owner);
    }
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
    this.#asker ??= asker(this.#study, this.#kinds);
    return this.#asker.ask();
  }

  /**
   * Lets go of the storage. Trials that were asked for and not told wait to be asked for again.
   * @throws PlateauError `usage` while the study runs; `io` where that cannot be stored: they do so all the same
   */
  close(): void {
    if (this.#runs > 0) {
      throw new PlateauError(
        "usage",
        `study ${quote(this.name)} is running: stop it first, by its signal or by leaving its loop`,
      );
    }
    try {
      this.#asker?.close();
    } finally {
      this.#asker = undefined;
      this.#storage.close();
    }
  }

  /** Closes it: `using`. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Closes it: `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  #objectiveUrl(given: string | { readonly href: string } | undefined): string {
    const objective = given ?? this.#objective ?? this.definition.objective;
    if (objective === null) {
      throw new PlateauError(
        "usage",
        `study ${quote(this.name)} does not say what evaluates its trials: give run an objective, a function or a module's path`,
      );
    }
    if (typeof objective === "string" && Object.hasOwn(this.#objectives, objective)) {
      return this.#objectives[objective];
    }
    return moduleUrl(objective);
  }
}
