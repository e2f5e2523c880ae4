import { writeFileSync } from "node:fs";
import fc from "fast-check";
import { sha256Hex } from "../../src/hash.js";
import { type AttemptOptions, type Attempts, attempter, prepared } from "./attempt.js";
import { type Findings, noFindings } from "./findings.js";
import type { FuzzTarget } from "./target.js";

/** Cases that are made from one seed: where a campaign can be taken up again. */
export const BATCH = 1000;

export interface LoopOptions extends AttemptOptions {
  /** Cases before those: as many batches are passed over. */
  readonly from: number;
  readonly cases: number;
  readonly seed: number;
  /** File for the input that failed. */
  readonly failing: string;
  /** Called after each batch. */
  readonly onProgress: (findings: Findings) => Promise<void>;
}

/** Runs cases of a target in this process, and stops at the first that breaks an invariant, made as small as it gets. */
export async function fuzz(target: FuzzTarget, options: LoopOptions): Promise<Findings> {
  const findings = noFindings(target.name);
  const cases = await prepared(target, options.grounds);
  const attempts = attempter(target, options, findings);
  const begin = performance.now();
  const end = options.from + options.cases;
  for (let at = options.from; at < end && !findings.failure; at += BATCH) {
    const count = Math.min(BATCH, end - at);
    const failure = await batch(cases, attempts, count, await seedOf(options.seed, at));
    if (failure) {
      const { message, bytes } = failure;
      if (bytes) writeFileSync(options.failing, bytes);
      findings.failure = { message, input: bytes ? options.failing : "" };
    }
    findings.seconds = (performance.now() - begin) / 1000;
    await options.onProgress(findings);
  }
  return findings;
}

interface Failure {
  readonly message: string;
  /** Unknown where it is told of a whole batch alone. */
  readonly bytes?: Uint8Array;
}

/**
 * The same cases twice where one fails: first to see whether any does, then with all that is watched looked at after
 * each, so that it is known which one was the first to change something.
 */
async function batch(
  cases: fc.Arbitrary<Uint8Array>,
  { attempt, settled }: Attempts,
  numRuns: number,
  seed: number,
): Promise<Failure | undefined> {
  const pass = async (thorough: boolean): Promise<Failure | undefined> => {
    const property = fc.asyncProperty(cases, (bytes) => attempt(bytes, thorough));
    const outcome = await fc.check(property, { numRuns, seed, endOnFailure: !thorough });
    if (!outcome.failed) return undefined;
    return { message: (outcome.errorInstance as Error).message, bytes: outcome.counterexample![0] };
  };
  const failure = await pass(false);
  const changed = settled();
  if (!failure && !changed) return undefined;
  return (await pass(true)) ?? failure ?? { message: changed! };
}

/** Seeds of batches that have nothing to do with each other. */
async function seedOf(seed: number, at: number): Promise<number> {
  return Number.parseInt((await sha256Hex([new TextEncoder().encode(`${seed} ${at}`)])).slice(0, 7), 16);
}
