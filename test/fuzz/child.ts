// One target's cases in a process of their own: they may crash or hang it.
//   node dist/test/fuzz/child.js '{"target": "npy", "cases": 1000, "seed": 1, "root": "/tmp/x", "deadline": 5}'
import { openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { attempter, type Findings, fuzz, prepared } from "./loop.js";
import { targets } from "./registry.js";

/** What the process is told. */
export interface ChildOptions {
  readonly target: string;
  readonly cases: number;
  readonly seed: number;
  readonly root: string;
  /** Seconds of processor time after which a case counts as hanging; absent: none. */
  readonly deadline?: number;
  /** A file with one input, to be tried instead of cases. */
  readonly input?: string;
}

const { target: name, cases, seed, root, deadline, input } = JSON.parse(process.argv[2]) as ChildOptions;
const target = targets.find((one) => one.name === name)!;
const current = openSync(join(root, "..", `${name}.current`), "w");
const beat = new Int32Array(new SharedArrayBuffer(4));
if (deadline !== undefined) watch(deadline);
if (input === undefined) {
  const findings = await fuzz(target, { cases, seed, root, current, beat });
  writeFileSync(join(root, "..", `${name}.json`), JSON.stringify(findings));
} else {
  await prepared(target, root);
  const nothing = {
    target: name,
    cases: 0,
    accepted: 0,
    refused: {},
    seconds: 0,
    growth: 0,
    milliseconds: 0,
  };
  const findings: Findings = nothing;
  await attempter(target, { root, current, beat }, findings)(readFileSync(input));
  console.log(findings);
}
process.exit();

/** Ends the process where it computes for too long at one case. A thread of its own: this one may not come to it. */
function watch(seconds: number): void {
  const code = `
    const { beat, seconds } = require("node:worker_threads").workerData;
    let last = -1;
    let begin = process.cpuUsage();
    setInterval(() => {
      const now = Atomics.load(beat, 0);
      const { user, system } = process.cpuUsage(begin);
      if (now !== last) {
        last = now;
        begin = process.cpuUsage();
      } else if (user + system > 1e6 * seconds) process.kill(process.pid, "SIGXCPU");
    }, 200);`;
  new Worker(code, { eval: true, workerData: { beat, seconds } }).unref();
}
