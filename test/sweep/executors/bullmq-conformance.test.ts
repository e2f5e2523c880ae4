import { defineStudy } from "../../../src/sweep/definition.js";
import { bullmqExecutor } from "../../../src/sweep/executors/bullmq/executor.js";
import { work } from "../../../src/sweep/executors/bullmq/worker.js";
import { executorConformance } from "../../../src/sweep/executors/conformance.js";
import { startRedis, withRedis } from "../../support/redis.js";

// The worker is in this process: what travels goes through Redis all the same.
let studies = 0;
const cases = [
  ...executorConformance(() => {
    throw new Error("names only");
  }),
];

for (const [i, { name }] of cases.entries()) {
  withRedis.test(`bullmq: ${name}`, async (t) => {
    const { url: redis } = await startRedis(t);
    const end = new AbortController();
    let working: Promise<number> | undefined;
    const [...all] = executorConformance(async ({ url }) => {
      working = work({ redis, threads: 2, objectives: { counting: url }, signal: end.signal });
      const definition = defineStudy({
        name: "conformance",
        objective: "counting",
        space: { parameters: { x: 1 } },
        pruner: "median",
        lookahead: 100,
      });
      const study = {
        id: `conformance-${studies++}`,
        name: "conformance",
        definition,
        trial: () => undefined,
      };
      return bullmqExecutor(study, { redis });
    });
    try {
      await all[i].run();
    } finally {
      end.abort();
      await working;
    }
    t.pass();
  });
}
