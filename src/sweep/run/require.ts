import * as v from "valibot";
import { check, positive, whole } from "../../validate.js";

const anything = v.optional(v.unknown());
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

const runSchema = v.strictObject({
  ...runNumbers,
  signal: anything,
  footprint: anything,
  onEvent: anything,
  objective: anything,
  executor: anything,
});

/** @throws PlateauError `usage` naming the option that is none, or makes no sense */
export function requireRunOptions(options: unknown): void {
  check("run", runSchema, options);
}

/** @throws PlateauError `usage` */
export function requireWorkers(count: unknown): void {
  check("executor", v.strictObject({ workers }), { workers: count });
}
