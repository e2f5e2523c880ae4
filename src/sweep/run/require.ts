import * as v from "valibot";
import { requireOptions } from "../../arguments.js";
import { PlateauError } from "../../errors.js";
import { check, positive, whole } from "../../validate.js";

const workers = whole(1, 1024);

/** Numbers that say how a study is run; `memory` in whatever unit its reader counts. */
export const runNumbers = {
  /** How many trials the study is to have in all. */
  trials: whole(1),
  workers: v.optional(workers),
  timeLimit: v.optional(positive),
  checkpointEvery: v.optional(positive),
  memory: v.optional(positive),
};

const numbersSchema = v.object(runNumbers);
const executorSchema = v.object({ workers: whole(1), run: v.function(), close: v.function() });

const kinds = {
  trials: "anything",
  workers: "anything",
  timeLimit: "anything",
  checkpointEvery: "anything",
  memory: "anything",
  signal: "signal?",
  footprint: "function?",
  onEvent: "function?",
  objective: "anything",
  executor: "Executor: workers run close?",
};

/** @throws PlateauError `usage` naming the option that is none, or makes no sense */
export function requireRunOptions(options: unknown): void {
  check("run", numbersSchema, options);
  requireOptions("run", options, kinds);
  const { executor, objective } = options as { executor?: unknown; objective?: unknown };
  if (executor === undefined) return;
  check("run: executor", executorSchema, executor);
  if (objective === undefined) return;
  throw new PlateauError(
    "usage",
    "run: objective and executor are given: an executor has its objective already (threadsExecutor(url), bullmqExecutor(study, { objective: name })): leave out one of them",
  );
}

/** @throws PlateauError `usage` */
export function requireWorkers(count: unknown, call = "executor", name = "workers"): void {
  check(call, v.strictObject({ [name]: workers }), { [name]: count });
}
