import { writeFileSync } from "node:fs";
import fc from "fast-check";
import { sha256Hex } from "../../src/hash.js";
import { type Attempt, type AttemptOptions, attempter, prepared } from "./attempt.js";
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
  const { attempt, settled } = attempter(target, options, findings);
  const begin = performance.now();
  const end = options.from + options.cases;
  for (let at = options.from; at < end && !findings.failure; at += BATCH) {
    const failure = await batch(cases, attempt, Math.min(BATCH, end - at), await seedOf(options.seed, at));
    if (failure) {
      writeFileSync(options.failing, failure.bytes);
      findings.failure = { message: failure.message, input: options.failing };
    }
    const late = settled();
    if (late && !findings.failure) {
      const message = `one of the cases ${at} to ${findings.cases + options.from}: ${late}`;
      findings.failure = { message, input: "" };
    }
    findings.seconds = (performance.now() - begin) / 1000;
    await options.onProgress(findings);
  }
  return findings;
}

async function batch(
  cases: fc.Arbitrary<Uint8Array>,
  attempt: Attempt,
  numRuns: number,
  seed: number,
): Promise<{ message: string; bytes: Uint8Array } | undefined> {
  const outcome = await fc.check(fc.asyncProperty(cases, attempt), { numRuns, seed });
  if (!outcome.failed) return undefined;
  const { message } = outcome.errorInstance as Error;
  return { message, bytes: outcome.counterexample![0] };
}

/** Seeds of batches that have nothing to do with each other. */
async function seedOf(seed: number, at: number): Promise<number> {
  return Number.parseInt((await sha256Hex([new TextEncoder().encode(`${seed} ${at}`)])).slice(0, 7), 16);
}
