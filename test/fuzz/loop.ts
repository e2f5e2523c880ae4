import { mkdirSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import type { ErrorCode } from "../../src/errors.js";
import { codeOf, listing, memory, peak, requirePrototypes } from "./invariants.js";
import type { FuzzTarget } from "./target.js";

/** What came of a target's cases. */
export interface Findings {
  readonly target: string;
  cases: number;
  accepted: number;
  readonly refused: Partial<Record<ErrorCode, number>>;
  seconds: number;
  /** Most that one case added to what lives in memory, bytes. */
  growth: number;
  /** The slowest case. */
  milliseconds: number;
  /** What an invariant said, and the file with the input. */
  failure?: { readonly message: string; readonly input: string };
}

export interface LoopOptions {
  readonly cases: number;
  readonly seed: number;
  /** For the cases' folders, and the input that failed. */
  readonly root: string;
  /** File descriptor that each input is written to before it is tried: what a dying process was at. */
  readonly current: number;
  /** Counted up at each case. */
  readonly beat: Int32Array;
}

/** Runs cases of a target in this process, and stops at the first that breaks an invariant, made as small as it gets. */
export async function fuzz(target: FuzzTarget, options: LoopOptions): Promise<Findings> {
  const findings: Findings = {
    target: target.name,
    ...{ cases: 0, accepted: 0, refused: {}, seconds: 0, growth: 0, milliseconds: 0 },
  };
  const cases = await prepared(target, options.root);
  const attempt = attempter(target, options, findings);
  const begin = performance.now();
  const outcome = await fc.check(fc.asyncProperty(cases, attempt), {
    numRuns: options.cases,
    seed: options.seed,
  });
  findings.seconds = (performance.now() - begin) / 1000;
  if (outcome.failed) {
    const input = join(options.root, "..", `${target.name}.failing`);
    writeFileSync(input, outcome.counterexample![0]);
    findings.failure = { message: String((outcome.errorInstance as Error).message), input };
  }
  return findings;
}

/** By so much the process may grow when its heap is due to: a case is not to blame for that. */
const PEAK_NOISE = 2 ** 27;

/** A target's cases, with its fixtures made. */
export async function prepared(target: FuzzTarget, root: string) {
  const fixtures = join(root, "fixtures");
  mkdirSync(fixtures, { recursive: true });
  return target.prepare(fixtures);
}

/** One case with all that is watched of it. */
export function attempter(
  target: FuzzTarget,
  { root, current, beat }: Pick<LoopOptions, "root" | "current" | "beat">,
  findings: Findings,
): (bytes: Uint8Array) => Promise<void> {
  const folder = join(root, "case");
  const outside = [root, ...["fixtures", "home", "tmp", "cwd"].map((name) => join(root, name))];
  for (const one of [folder, ...outside]) mkdirSync(one, { recursive: true });
  process.chdir(join(root, "cwd"));
  const before = listing(outside);
  requirePrototypes(true);
  const length = new Uint8Array(8);
  const allowance = target.allowance ?? 2 ** 25;
  return async (bytes) => {
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
    try {
      await target.run(bytes, { folder });
    } catch (error) {
      thrown = { error };
    }
    const milliseconds = performance.now() - begin;
    // What was given back by now shows where it raised the peak of the whole process, native code included.
    const growth = Math.max(memory() - memoryBefore, peak() - peakBefore - PEAK_NOISE);
    findings.cases++;
    findings.milliseconds = Math.max(findings.milliseconds, milliseconds);
    findings.growth = Math.max(findings.growth, growth);
    if (thrown) {
      const code = codeOf(thrown.error);
      findings.refused[code] = (findings.refused[code] ?? 0) + 1;
    } else findings.accepted++;
    const thorough = target.writes || findings.cases % 1000 === 0;
    requirePrototypes(thorough);
    if (growth > allowance + 64 * bytes.length) {
      throw new Error(`${bytes.length} bytes made memory grow by ${growth}`);
    }
    // Native objects are freed there, as in any program that waits for something.
    if (findings.cases % 16 === 0) await new Promise((resolve) => setImmediate(resolve));
    const after = thorough ? listing(outside) : before;
    if (after !== before) throw new Error(`files outside of the case's folder: ${after}`);
  };
}
