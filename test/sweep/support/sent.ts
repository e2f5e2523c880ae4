import { encodeJob } from "../../../src/sweep/executors/bullmq/wire.js";

/** A trial that may be sent. */
export const sentJob = {
  ...{ number: 3, parameters: { x: 0.1, y: -0, z: "a", w: null, on: true }, task: { a: [1, { b: 2 }] } },
  ...{ seeds: [1, 2 ** 48 - 1], done: [{ seed: 1, value: Number.NaN }], checkpointEvery: 30_000 },
  timeLimit: Number.POSITIVE_INFINITY,
};
export const sentMore = { study: "a", objective: "training", answers: true };
/** As it travels. */
export const goodJob = encodeJob(sentJob, sentMore);
