import { Worker } from "node:worker_threads";

/** How long a case may take before it counts as hanging. */
export interface Patience {
  /** Seconds of processor time. */
  readonly deadline: number;
  /** Seconds of any kind: of those the watching thread has seen itself, so that a stopped machine is no hang. */
  readonly patience: number;
}

/**
 * Ends the process where it is at one case for too long: by SIGXCPU when it computes, by SIGALRM when it waits. From a
 * thread of its own: this one may not come to it.
 * @returns what is to be counted up at each case
 */
export function watch({ deadline, patience }: Patience): Int32Array {
  const beat = new Int32Array(new SharedArrayBuffer(4));
  const code = `
    const { beat, deadline, patience } = require("node:worker_threads").workerData;
    const TICK = 200;
    let last = -1;
    let ticks = 0;
    let begin = process.cpuUsage();
    setInterval(() => {
      const now = Atomics.load(beat, 0);
      if (now !== last) {
        last = now;
        ticks = 0;
        begin = process.cpuUsage();
        return;
      }
      const { user, system } = process.cpuUsage(begin);
      if (user + system > 1e6 * deadline) process.kill(process.pid, "SIGXCPU");
      else if (++ticks * TICK > 1000 * patience) process.kill(process.pid, "SIGALRM");
    }, TICK);`;
  new Worker(code, { eval: true, workerData: { beat, deadline, patience } }).unref();
  return beat;
}
