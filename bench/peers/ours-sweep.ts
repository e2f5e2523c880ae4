// Two workers of a plateau sweep as a peer: trials that train a job's model, each from its beginning.
import { join } from "node:path";
import { Study } from "../../src/sweep/study.js";
import { version } from "../../src/version.js";
import { inFolder } from "../sweep/in-folder.js";
import { timed } from "../sweep/suite.js";
import { training, wide } from "./ours-work.js";
import type { Job, Work } from "./protocol.js";
import { serve } from "./serve.js";

const WORKERS = 2;
/** Of each worker, that are timed: one more before them starts its thread. */
const TRIALS = 2;
const OBJECTIVE = new URL("./steps-objective.js", import.meta.url).href;

function sweeping(job: Job): Work {
  const probe = training(job);
  const milliseconds = () => {
    for (let i = 0; i < 3; i++) probe.step();
    const start = performance.now();
    for (let i = 0; i < 5; i++) probe.step();
    return (performance.now() - start) / 5;
  };
  const each = milliseconds();
  return {
    step: () => undefined,
    check: (steps) => training(job).check(steps),
    time: (seconds) =>
      inFolder(async (folder) => {
        const steps = Math.max(5, Math.ceil((1000 * seconds) / TRIALS / each));
        const study = await Study.open(join(folder, "a.sqlite"), {
          name: "a",
          space: { parameters: { lr: { type: "log-uniform", low: 1e-4, high: 1e-2 } } },
          sampler: "random",
          task: { job: job as unknown as Record<string, never>, steps },
        });
        const run = { trials: WORKERS * (1 + TRIALS), workers: WORKERS, objective: OBJECTIVE };
        const found = await timed(study, run);
        study.close();
        return { ms: [(1000 * found.seconds) / (found.trials * steps)] };
      }),
  };
}

await serve({
  hello: () => ({
    version,
    notes: `${WORKERS} worker threads of a sweep, ${wide ? "widened" : "not widened"}`,
  }),
  load: sweeping,
});
