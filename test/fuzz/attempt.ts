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

/** How inputs are tried. */
export interface Attempts {
  /**
   * Tries one.
   * @param thorough whether all is looked at that code shares and that may not be touched: else that is left to `settled`
   * @throws Error what an invariant says
   */
  attempt(bytes: Uint8Array, thorough: boolean): Promise<void>;
  /** What was changed since it was looked at last; it is put back. */
  settled(): string | undefined;
}

/** By so much the process may grow when its heap is due to: a case is not to blame for that. */
const PEAK_NOISE = 2 ** 27;

/** A target's cases, with its fixtures made. */
export async function prepared(target: FuzzTarget, { fixtures }: Grounds) {
  mkdirSync(fixtures, { recursive: true });
  return target.prepare(fixtures);
}

/** A case with all that is watched of it. */
export function attempter(
  target: FuzzTarget,
  { grounds, current, beat }: AttemptOptions,
  findings: Findings,
): Attempts {
  const { folder, fixtures } = grounds;
  const canaries = new Canaries(grounds);
  process.chdir(grounds.current);
  const guard = new Guard(folder);
  const shared = new SharedObjects();
  const length = new Uint8Array(8);
  const allowance = target.allowance ?? 2 ** 25;
  let peakBefore = peak();
  const settled = () => {
    // Both are looked at, and put back.
    const [changed, strayed] = [shared.changes(), canaries.changes()];
    if (changed) return `what all code shares was changed: ${changed}`;
    return strayed && `files outside of its folder: ${strayed}`;
  };
  const attempt = async (bytes: Uint8Array, thorough: boolean) => {
    new DataView(length.buffer).setFloat64(0, bytes.length);
    writeSync(current, length, 0, 8, 0);
    writeSync(current, bytes, 0, bytes.length, 8);
    Atomics.add(beat, 0, 1);
    if (target.writes) {
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder);
    }
    const memoryBefore = memory();
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
    const peakAfter = peak();
    const growth = Math.max(memory() - memoryBefore, peakAfter - peakBefore - PEAK_NOISE);
    peakBefore = peakAfter;
    const changed = thorough ? settled() : undefined;
    findings.cases++;
    findings.milliseconds = Math.max(findings.milliseconds, milliseconds);
    findings.growth = Math.max(findings.growth, growth);
    if (changed) throw new Error(changed);
    if (refused) throw new Error(`it would have written outside of its folder: ${refused}`);
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
  return { attempt, settled };
}
