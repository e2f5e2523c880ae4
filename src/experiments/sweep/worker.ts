import { requireOptions } from "../../arguments.js";
import { PlateauError, quote } from "../../errors.js";
import { type WorkerOptions, work } from "../../sweep/executors/bullmq/worker.js";
import { objectives } from "./open.js";

const kinds = {
  redis: "text",
  threads: "anything",
  objectives: "object?",
  memory: "anything",
  once: "flag?",
  signal: "signal?",
  onNote: "function?",
};

/**
 * Takes trials of sweeps over many machines (`bullmqExecutor`) from Redis and runs them on worker threads, until its
 * signal or, `once`, until there are none. It runs plateau's own objective and those that it is given, by name, and
 * takes trials of its own version and build alone.
 * @returns how many trials it has run to an end
 * @throws PlateauError `usage` of an option, where bullmq and ioredis are not installed, or where there are sweeps, but
 * of another version or build; `io` where Redis cannot be reached or refuses; `threads`, `memory`, `permission` where no
 * thread begins
 */
export async function runWorker(options: WorkerOptions): Promise<number> {
  requireOptions("runWorker", options, kinds);
  const own = options.objectives ?? {};
  const taken = Object.keys(own).find((name) => Object.hasOwn(objectives, name));
  if (taken !== undefined)
    throw new PlateauError(
      "usage",
      `runWorker: objectives: ${quote(taken)} is plateau's own: give yours another name`,
    );
  return work({ ...options, objectives: { ...objectives, ...own } });
}
