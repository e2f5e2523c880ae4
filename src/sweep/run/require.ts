import * as v from "valibot";
import { requireOptions } from "../../arguments.js";
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
  const { executor } = options as { executor?: unknown };
  if (executor !== undefined) check("run: executor", executorSchema, executor);
}

/** @throws PlateauError `usage` */
export function requireWorkers(count: unknown): void {
  check("executor", v.strictObject({ workers }), { workers: count });
}
