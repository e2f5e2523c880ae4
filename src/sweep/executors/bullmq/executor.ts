import { basename } from "node:path";
import * as v from "valibot";
import { requireArguments, requireOptions } from "../../../arguments.js";
import { PlateauError, quote } from "../../../errors.js";
import { check } from "../../../validate.js";
import { requireWorkers } from "../../run/require.js";
import type { Study } from "../../study.js";
import type { Executor } from "../executor.js";
import { Connection } from "./connection.js";
import { Driver } from "./driver.js";
import { MOST_NAME } from "./limits.js";
import { moduleDigest } from "./module-digest.js";
import { requireNoCode, requireNoModule } from "./no-code.js";

/** How trials are spread over machines. */
export interface BullmqOptions {
  /** redis://[user:password@]host:6379, or rediss:// for TLS. It is never printed but for host, port and database. */
  readonly redis: string;
  /** Trials at a time, on all machines together. Default, and at most: the study's `lookahead`. */
  readonly workers?: number;
  /**
   * The name by which workers know the objective. Default: what the study says; of a module, its file's name without
   * extension.
   */
  readonly objective?: string;
  /** Called with what people should know: that no worker is there, that Redis is away, that a worker is gone. */
  readonly onNote?: (text: string) => void;
}

const kinds = { redis: "text", workers: "anything", objective: "text?", onNote: "function?" };

/** What an executor has to know of a study. */
export type SpreadStudy = Pick<Study, "id" | "name" | "definition" | "trial">;

/**
 * Runs the trials of a study on workers of other machines (`plateau worker`), which take them from Redis by BullMQ:
 * `for await (const trial of study.run({ trials, executor: await bullmqExecutor(study, { redis }) }))`. The study's
 * file stays the one record of what was found; Redis holds no more trials than the study's `lookahead`, and what
 * workers say of them until it is recorded.
 * @throws PlateauError `usage` of an option, of a study whose target is a module, or where bullmq and ioredis are not installed; `io` where Redis cannot be
 * reached or refuses
 */
export async function bullmqExecutor(
  study: SpreadStudy,
  options: BullmqOptions,
): Promise<Executor & AsyncDisposable> {
  requireArguments("bullmqExecutor", {
    study: [study, "Study: id name definition"],
    options: [options, "object"],
  });
  requireOptions("bullmqExecutor", options, kinds);
  const { redis, workers, objective, onNote } = options;
  if (workers !== undefined) requireWorkers(workers);
  requireNoCode(study.definition.task);
  const { lookahead, pruner, seeds, stopWorse } = study.definition;
  const module = moduleDigest(study.definition.objective);
  const driven = {
    id: study.id,
    name: study.name,
    objective: objective === undefined ? objectiveName(study) : requireObjectiveName(objective),
    ...(module === undefined ? {} : { module }),
    answers: pruner.name !== "none" || (seeds > 1 && stopWorse),
    hasEnded: (number: number) => {
      const state = study.trial(number)?.state;
      return state !== undefined && state !== "waiting" && state !== "running";
    },
  };
  const connection = await Connection.open(redis, onNote);
  return new Driver(connection, driven, Math.min(workers ?? lookahead, lookahead));
}

/**
 * Finds out what would keep a study from being spread, before there is one.
 * @throws PlateauError as `bullmqExecutor` does
 */
export async function requireMachines(
  redis: string,
  { target, objective }: { readonly target?: string; readonly objective?: string },
): Promise<void> {
  requireNoModule(target);
  if (target === undefined && objective !== undefined) nameOfModule(objective);
  (await Connection.open(redis)).close();
}

function objectiveName({ name, definition }: SpreadStudy): string {
  const { objective } = definition;
  if (objective !== null) return nameOfModule(objective);
  throw new PlateauError(
    "usage",
    `study ${quote(name)} does not say what evaluates its trials: give the name that workers have for its objective`,
  );
}

/** What an objective is called where its module is given: objective of ./objective.mjs. */
export function nameOfModule(module: string): string {
  return requireObjectiveName(basename(module).replace(/\.\w+$/, ""));
}

const nameSchema = v.pipe(
  v.string("expected a text"),
  v.maxLength(MOST_NAME),
  v.regex(/^[\w.-]+$/, "expected letters, digits, dots, - and _"),
);

/** @throws PlateauError `usage` */
export function requireObjectiveName(name: unknown): string {
  return check("executor", v.strictObject({ objective: nameSchema }), { objective: name }).objective;
}
