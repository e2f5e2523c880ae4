import { mkdirSync, rmSync, writeSync } from "node:fs";
import { Canaries, type Grounds } from "./canaries.js";
import type { Findings } from "./findings.js";
import { Guard } from "./guard.js";
import { codeOf, memory, peak } from "./invariants.js";
import { SharedObjects } from "./shared-objects.js";
import type { FuzzTarget } from "./target.js";

export interface AttemptOptions {
  readonly grounds: Grounds;
  /** File descriptor that each input is written to before it is tried: what a dying process was at. */
  readonly current: number;
  /** Counted up at each case. */
  readonly beat: Int32Array;
}

/** Tries one input. @throws Error what an invariant says */
export type Attempt = (bytes: Uint8Array) => Promise<void>;

/** By so much the process may grow when its heap is due to: a case is not to blame for that. */
const PEAK_NOISE = 2 ** 27;

/** A target's cases, with its fixtures made. */
export async function prepared(target: FuzzTarget, { fixtures }: Grounds) {
  mkdirSync(fixtures, { recursive: true });
  return target.prepare(fixtures);
}

/** One case with all that is watched of it; `settled` tells what is not looked at after each. */
export function attempter(
  target: FuzzTarget,
  { grounds, current, beat }: AttemptOptions,
  findings: Findings,
): { attempt: Attempt; settled: () => string | undefined } {
  const { folder, fixtures } = grounds;
  const canaries = new Canaries(grounds);
  process.chdir(grounds.current);
  const guard = new Guard(folder);
  const shared = new SharedObjects();
  const length = new Uint8Array(8);
  const allowance = target.allowance ?? 2 ** 25;
  const attempt: Attempt = async (bytes) => {
    new DataView(length.buffer).setFloat64(0, bytes.length);
    writeSync(current, length, 0, 8, 0);
    writeSync(current, bytes, 0, bytes.length, 8);
    Atomics.add(beat, 0, 1);
    if (target.writes) {
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder);
    }
    const memoryBefore = memory();
    const peakBefore = peak();
    const begin = performance.now();
    let thrown: { error: unknown } | undefined;
    guard.watch();
    try {
      await target.run(bytes, { folder, fixtures });
    } catch (error) {
      thrown = { error };
    }
    const refused = guard.refused();
    const milliseconds = performance.now() - begin;
    // What was given back by now shows where it raised the peak of the whole process, native code included.
    const growth = Math.max(memory() - memoryBefore, peak() - peakBefore - PEAK_NOISE);
    // All are looked at, whichever speaks first: each puts back what it finds changed.
    const changed = shared.changes();
    const strayed = target.writes ? canaries.changes() : undefined;
    findings.cases++;
    findings.milliseconds = Math.max(findings.milliseconds, milliseconds);
    findings.growth = Math.max(findings.growth, growth);
    if (changed) throw new Error(`what all code shares was changed: ${changed}`);
    if (refused) throw new Error(`it would have written outside of its folder: ${refused}`);
    if (strayed) throw new Error(`files outside of its folder: ${strayed}`);
    if (growth > allowance + 64 * bytes.length) {
      throw new Error(`${bytes.length} bytes made memory grow by ${growth}`);
    }
    if (thrown) {
      const code = codeOf(thrown.error);
      findings.refused[code] = (findings.refused[code] ?? 0) + 1;
    } else findings.accepted++;
    // Native objects are freed there, as in any program that waits for something.
    if (findings.cases % 16 === 0) await new Promise((resolve) => setImmediate(resolve));
  };
  const settled = () => {
    const strayed = canaries.changes();
    return strayed && `files outside of its folder: ${strayed}`;
  };
  return { attempt, settled };
}
