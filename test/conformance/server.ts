// What Node, Deno and Bun run: the program, then what takes threads, files and SQLite. Prints hashes as JSON.
//   node dist/test/conformance/server.js FILE [--wide]
// FILE is a study that another runtime has begun.
// --wide has V8 widen the kernels, for which a process of its own is needed.
import * as plateau from "../../src/index.js";
import { enableWide } from "../../src/node.js";
import { executorConformance, openSqlite, storageConformance, threadsExecutor } from "../../src/sweep.js";
import { type Hashes, program, slicedTraining } from "./program.js";
import { hashOf, sweepOn, TRIALS } from "./sweep.js";

/** Half of a study, then its file is closed and opened again for the rest. */
async function continued(file: string): Promise<string> {
  await sweepOn(file, 2, TRIALS / 2);
  await sweepOn(file, 2);
  return hashOf(file);
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

const [, , begun, flag] = process.argv;
const widened = flag === "--wide" ? enableWide() : { wide: false };
const hashes: Hashes = {
  ...(await program(plateau)),
  "2 threads": await slicedTraining(plateau, 2),
  "sweep, 1 worker": await sweepOn(":memory:", 1),
  "sweep, 2 workers": await sweepOn(":memory:", 2),
  "sweep, continued": await continued("own.sqlite"),
  "begun by Node": await continued(begun),
};
console.log(JSON.stringify({ ...widened, hashes, held: await suites() }));
