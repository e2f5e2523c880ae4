import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { requireArguments } from "../arguments.js";
import { PlateauError, quote } from "../errors.js";
import { removeStaleTemporaries, writeFileAtomic } from "../files/atomic.js";
import { removeQuietly } from "../files/folder.js";
import { openNewFolder } from "../files/new-folder.js";
import { readFileChecked } from "../files/read.js";
import { readJson } from "../files/read-json.js";
import { Model } from "../nn/model.js";
import { isTarget } from "../targets/own.js";
import type { Target } from "../targets/target.js";
import { shellWord } from "../text.js";
import { decodeCheckpoint } from "../training/checkpoint.js";
import type { TrainingState } from "../training/state.js";
import { version } from "../version.js";
import {
  defineExperiment,
  type Experiment,
  type ExperimentInput,
  experimentFromJson,
  identity,
  recordedTarget,
  resolved,
} from "./config.js";
import { requireHeld } from "./held.js";
import { parseHistory, type RunHistory } from "./history.js";
import { protocolSchema } from "./protocol.js";
import type { RunResult } from "./run.js";
import { decodeWeights, encodeWeights, weightsSha256 } from "./weights.js";

const RUN = "run.json";
const CHECKPOINT = "checkpoint.safetensors";
const WEIGHTS = "weights.safetensors";
const RESULT = "result.json";
const HISTORY = "history.json";
const MAX_TENSORS = 2 ** 33;

/** What readers of a stored result rely on. Numbers that are none were stored as null. */
const measure = v.union([v.number(), v.null()]);
const scores = v.looseObject({
  failureRate: v.optional(v.record(v.string(), measure)),
  matched: v.optional(v.record(v.string(), measure)),
});
const resultSchema = v.looseObject({
  target: v.string(),
  mode: v.picklist(["regression", "classification"]),
  protocol: protocolSchema,
  steps: v.number(),
  seconds: v.number(),
  parameters: v.number(),
  footprintBytes: v.number(),
  test: scores,
  baselines: v.object({ mean: scores, majority: scores, leastSquares: scores }),
  weightsSha256: v.string(),
  verdict: v.string(),
});

/** What has to be given beside a run's folder. */
export interface OpenRunOptions {
  /** The run's own target, by `defineTarget`. */
  readonly target?: Target;
}

/**
 * A stored configuration with its target, where that is not among what is stored.
 * @throws PlateauError `usage` where it has to be given, or another one was trained on
 */
function ownInput(config: unknown, target: Target | undefined, path: string): ExperimentInput {
  const input = experimentFromJson(config, "config");
  if (target === undefined && input.ownTarget === undefined) return input;
  if (target === undefined) {
    throw new PlateauError(
      "usage",
      `the run in ${path} has a target of its own, ${quote(input.target)}, made by defineTarget, which is not stored: the program that has it opens it, RunDirectory.open(path, { target }); of a module, plateau train FILE --resume continues it, plateau analyze, certify, eval, export, predict and report take --target-module FILE`,
    );
  }
  const given = isTarget(target) ? target.name : target;
  if (given === input.target && isTarget(target) && (input.ownTarget !== undefined || !target.own)) {
    const whole = { ...input, target };
    // Another function of that name is the caller's mistake, not the file's.
    recordedTarget(whole);
    return whole;
  }
  throw new PlateauError(
    "usage",
    `target is ${quote(given)}: the run in ${path} was trained on ${quote(input.target)}`,
  );
}

/**
 * A folder that holds one run: `run.json` (its configuration), `checkpoint.safetensors` while it is not
 * finished, `weights.safetensors`, `result.json` and `history.json` when it is. Every file is written whole or not at all.
 */
export class RunDirectory {
  readonly path: string;
  readonly experiment: Experiment;
  /** The plateau that began the run. */
  readonly version: string;

  private constructor(path: string, experiment: Experiment, begunBy: string) {
    this.path = path;
    this.experiment = experiment;
    this.version = begunBy;
  }

  /**
   * Makes a folder for a new run.
   * @throws PlateauError `run-directory` when it holds a run already, or other files; `io`
   */
  static create(path: string, input: ExperimentInput): RunDirectory {
    requireArguments("RunDirectory.create", { path: [path, "text"], input: [input, "object"] });
    const experiment = defineExperiment(input);
    const { created, existing } = openNewFolder(path);
    if (existing.includes(RUN)) {
      throw new PlateauError(
        "run-directory",
        `${shellWord(path)} holds a run already: continue it with --resume ${shellWord(path)}, or choose another folder`,
      );
    }
    if (existing.length > 0) {
      throw new PlateauError(
        "run-directory",
        `${shellWord(path)} is not empty (${existing[0]}): choose a new folder`,
      );
    }
    const directory = new RunDirectory(path, experiment, version);
    try {
      // `resolved` is for readers: what is continued follows from `config`.
      const content = { plateau: version, config: experiment.config, resolved: resolved(experiment) };
      directory.#write(RUN, `${JSON.stringify(content, null, 2)}\n`);
    } catch (error) {
      removeQuietly(created);
      throw error;
    }
    return directory;
  }

  /**
   * Opens the folder of a run, finished or not.
   * @param options its target where that is its own, by `defineTarget`, which is not stored
   * @throws PlateauError `run-directory` when there is none; `format` when its files are damaged; `usage` where its
   * target has to be given, or is another
   */
  static open(path: string, options: OpenRunOptions = {}): RunDirectory {
    requireArguments("RunDirectory.open", { path: [path, "text"], options: [options, "object?"] });
    requireHeld(path, ["run"]);
    const { target } = options;
    const file = join(path, RUN);
    const remedy = "put the right one back, or train anew in another folder";
    const { plateau, config } = (readJson(file, { name: shellWord(file), remedy }) ?? {}) as {
      plateau?: unknown;
      config?: unknown;
    };
    const input = ownInput(config, target, shellWord(path));
    let experiment: Experiment;
    try {
      experiment = defineExperiment(input);
    } catch (cause) {
      // Not the caller's options are wrong, but this file.
      if (!(cause instanceof PlateauError)) throw cause;
      throw new PlateauError("format", `${file}: ${cause.message}`, { cause });
    }
    removeStaleTemporaries(path);
    const directory = new RunDirectory(
      path,
      experiment,
      typeof plateau === "string" ? plateau : quote(plateau),
    );
    if (directory.finished) directory.#dropCheckpoint();
    return directory;
  }

  get finished(): boolean {
    return existsSync(join(this.path, RESULT));
  }

  /**
   * Stores a checkpoint in place of the last one, whole or not at all.
   * @param checkpoint as `encodeCheckpoint` gives it for the experiment's `identity`
   * @throws PlateauError `io`
   */
  saveCheckpoint(checkpoint: Uint8Array): void {
    this.#write(CHECKPOINT, checkpoint);
  }

  /**
   * The last checkpoint; undefined before the first.
   * @throws PlateauError `format`, `io`; `run-directory` when another version began the run: bits are
   * promised within one
   */
  async checkpoint(): Promise<TrainingState | undefined> {
    if (this.version !== version) {
      throw new PlateauError(
        "run-directory",
        `the run in ${shellWord(this.path)} was begun by plateau ${this.version}, this is ${version}: continue it with that version, or start it anew with --config ${shellWord(join(this.path, RUN))}`,
      );
    }
    const file = join(this.path, CHECKPOINT);
    if (!existsSync(file)) return undefined;
    try {
      return await decodeCheckpoint(readFileChecked(file, MAX_TENSORS), identity(this.experiment), file);
    } catch (error) {
      if (!(error instanceof PlateauError && error.code === "format")) throw error;
      throw new PlateauError("format", `${error.message}: delete it to begin the run anew`, { cause: error });
    }
  }

  /**
   * Stores weights, history, then the result, and drops the checkpoint: in this order, so a kill between loses
   * nothing.
   * @throws PlateauError `io`
   */
  finish(model: Model, result: RunResult, history?: RunHistory): void {
    this.#write(WEIGHTS, encodeWeights(model, { config: JSON.stringify(this.experiment.config) }));
    if (history) this.#write(HISTORY, `${JSON.stringify(history, null, 2)}\n`);
    this.#write(RESULT, `${JSON.stringify(result, null, 2)}\n`);
    this.#dropCheckpoint();
  }

  /** Of a finished run nobody needs it: where it cannot be removed, it is when the folder is opened next. */
  #dropCheckpoint(): void {
    try {
      rmSync(join(this.path, CHECKPOINT), { force: true });
    } catch {
      // The result is stored: a run is finished with the checkpoint beside it as well.
    }
  }

  /** What was watched in training; undefined where nothing was stored. @throws PlateauError `format` */
  history(): RunHistory | undefined {
    const file = join(this.path, HISTORY);
    return existsSync(file) ? parseHistory(readJson(file), file) : undefined;
  }

  /** The stored result. @throws PlateauError `run-directory` when the run is not finished, `format` */
  result(): RunResult {
    this.#requireFinished();
    const file = join(this.path, RESULT);
    const name = shellWord(file);
    const remedy = `delete it and train to the same bits with ${this.#resume}`;
    const stored = readJson(file, { name, remedy });
    const found = v.safeParse(resultSchema, stored);
    if (found.success) return stored as RunResult;
    const [issue] = found.issues;
    throw new PlateauError(
      "format",
      `${name}: ${v.getDotPath(issue) ?? "all of it"} is ${quote(issue.input)}, which no result has: ${remedy}`,
    );
  }

  /**
   * The trained model.
   * @throws PlateauError `run-directory`, `shape-mismatch`; `format`, also where the weights are not the
   * ones that the result was measured on
   */
  async model(): Promise<Model> {
    this.#requireFinished();
    const { architecture, config } = this.experiment;
    const file = join(this.path, WEIGHTS);
    const state = this.#decodeWeights(file);
    const model = new Model(architecture, { seed: config.seed, build: config.build });
    model.loadStateDict(state, file);
    const { weightsSha256: expected } = this.result();
    const found = await weightsSha256(model);
    if (found !== expected) {
      throw new PlateauError(
        "format",
        `${file}: its weights have sha256 ${found}, training stored ${expected}: the file was changed or damaged, put the right one back or train again`,
      );
    }
    return model;
  }

  /** @throws PlateauError `format` saying how to come by the right weights, `io` */
  #decodeWeights(file: string): ReturnType<typeof decodeWeights> {
    try {
      return decodeWeights(readFileChecked(file, MAX_TENSORS), file);
    } catch (error) {
      if (!(error instanceof PlateauError && error.code === "format")) throw error;
      const again = this.experiment.initial
        ? "make it anew in another folder"
        : `delete ${shellWord(join(this.path, RESULT))} and train to the same bits with ${this.#resume}`;
      throw new PlateauError("format", `${error.message}: put the right file back, or ${again}`, {
        cause: error,
      });
    }
  }

  /** The command that continues it. */
  get #resume(): string {
    return `plateau train --resume ${shellWord(this.path)}`;
  }

  #requireFinished(): void {
    if (this.finished) return;
    throw new PlateauError(
      "run-directory",
      `the run in ${shellWord(this.path)} is not finished: continue it with ${this.#resume}`,
    );
  }

  #write(name: string, content: Uint8Array | string): void {
    writeFileAtomic(join(this.path, name), content);
  }
}
