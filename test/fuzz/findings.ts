import type { ErrorCode } from "../../src/errors.js";

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

export function noFindings(target: string): Findings {
  return { target, cases: 0, accepted: 0, refused: {}, seconds: 0, growth: 0, milliseconds: 0 };
}
