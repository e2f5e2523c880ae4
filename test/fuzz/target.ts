import type { Arbitrary } from "fast-check";

/** Where a case may write, and what it may read. */
export interface Place {
  /** A folder of its own, empty before each case. */
  readonly folder: string;
  /** What `prepare` has made: to be copied, not to be written to. */
  readonly fixtures: string;
}

/**
 * Something that reads what others wrote. A case is bytes, whatever they stand for: so each is reproduced from
 * one file.
 */
export interface FuzzTarget {
  readonly name: string;
  /**
   * Made once in the process that runs the cases: what is valid comes from plateau's own writers.
   * @param fixtures a folder for what cases read or copy
   */
  prepare(fixtures: string): Promise<Arbitrary<Uint8Array>> | Arbitrary<Uint8Array>;
  /** Reads the bytes. What it throws has to be a PlateauError; what it returns does not matter. */
  run(bytes: Uint8Array, place: Place): unknown;
  /** Whether it writes into its folder, which is then emptied before each case. Default false. */
  readonly writes?: boolean;
  /** Bytes that a case may take at most, beside 64 for each of its own. Default 32 MiB. */
  readonly allowance?: number;
  /** Cases of the test, where they are slower or faster than most. Default 2000. */
  readonly testCases?: number;
}
