// What Node, Deno and Bun run: the program, then what takes threads, files and SQLite. Prints hashes as JSON.
//   node dist/test/conformance/server.js [--wide]
// --wide has V8 widen the kernels, for which a process of its own is needed.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as plateau from "../../src/index.js";
import { enableWide } from "../../src/node.js";
import {
  executorConformance,
  openSqlite,
  Study,
  storageConformance,
  threadsExecutor,
} from "../../src/sweep.js";
import { facts } from "../sweep/support/facts.js";
import { type Hashes, jsonSha256, program, slicedTraining } from "./program.js";

/** Trials of a tenth of a second or so; what they go by is random, learned and cut short. */
const sweep: Parameters<typeof Study.open>[1] = {
  name: "conformance",
  seed: 5,
  target: "m2n1",
  sampler: { name: "tpe", startup: 3 },
  pruner: { name: "asha", reduction: 2 },
  lookahead: 2,
  space: {
    parameters: {
      dModel: [4, 8],
      lr: { type: "log-uniform", low: 1e-4, high: 0.3 },
      dropout: { type: "uniform", low: 0, high: 0.3 },
    },
  },
  experiment: {
    ...{ heads: 2, layers: 1, steps: 60, batch: 16, evaluateEvery: 20 },
    ...{ trainRows: 500, validationRows: 100, testRows: 100 },
  },
};
const TRIALS = 6;

async function sweepOn(file: string, workers: number): Promise<string> {
  await using study = await Study.open(file, sweep);
  for await (const _ of study.run({ trials: TRIALS, workers }));
  return jsonSha256(facts(study));
}

/** Half of the study, then a file that is closed and opened again, then the rest. */
async function sweepAgain(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "plateau-conformance-"));
  const file = join(folder, "study.sqlite");
  try {
    {
      await using study = await Study.open(file, sweep);
      for await (const _ of study.run({ trials: TRIALS / 2, workers: 2 }));
    }
    await sweepOn(file, 2);
    await using study = await Study.open(file, { name: "conformance" });
    return await jsonSha256(facts(study));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What every executor and storage must do, of threads and SQLite. @returns how many cases held */
async function suites(): Promise<number> {
  const cases = [
    ...executorConformance(({ url }) => threadsExecutor(url, { workers: 2 })),
    ...storageConformance(() => openSqlite(":memory:")),
  ];
  for (const { run } of cases) await run();
  return cases.length;
}

const widened = process.argv.includes("--wide") ? enableWide() : { wide: false };
const hashes: Hashes = {
  ...(await program(plateau)),
  "2 threads": await slicedTraining(plateau, 2),
  "1 worker": await sweepOn(":memory:", 1),
  "2 workers": await sweepOn(":memory:", 2),
  reopened: await sweepAgain(),
};
console.log(JSON.stringify({ ...widened, hashes, held: await suites() }));
