// node drive.js FILE REDIS TRIALS: drives the one study of a file on workers of a Redis, in a process that may be killed.

import { openStudy } from "../../../src/experiments/sweep/open.js";
import { bullmqExecutor } from "../../../src/sweep/executors/bullmq/executor.js";

const [, , file, redis, trials] = process.argv;
const study = await openStudy(file);
const executor = await bullmqExecutor(study, {
  redis,
  onNote: (text) => process.stderr.write(`${text}\n`),
});
for await (const _ of study.run({ trials: Number(trials), executor, checkpointEvery: 0.001 }));
study.close();
