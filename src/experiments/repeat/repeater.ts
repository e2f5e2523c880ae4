import type { StopSignal } from "../../pause.js";
import type { Build } from "../../runtime/compile.js";
import type { Target } from "../../targets/target.js";
import type { Parts } from "./parts.js";

/** How a repetition is watched and stopped. */
export interface RepeatOptions {
  /** Where it is run: empty, or what an earlier call with the same configuration left. */
  readonly folder: string;
  /** Default: one a core. */
  readonly workers?: number;
  readonly signal?: StopSignal;
  /** What is at work, and which share of all the work is done, 0 … 1. */
  readonly onProgress?: (text: string, share: number) => void;
  /** A line worth keeping. */
  readonly onNote?: (text: string) => void;
}

/** What a report cannot hold. */
export interface RepeatInput {
  /** A target that `defineTarget` made, where the run has one. */
  readonly target?: Target;
}

/** What came out this time. */
export interface Repeated {
  readonly fingerprint: string;
  readonly parts: Parts;
}

/** One kind of what a report can hold: its own file, and one line in the registry. */
export interface Repeater<Config = unknown> {
  readonly kind: string;
  /**
   * @param given what the report does not hold
   * @throws PlateauError `usage`, `unknown-name` quoting what makes no sense: the input may be a stranger's
   */
  parse(input: unknown, given?: RepeatInput): Config;
  /** What will be run, in a few words. */
  describe(config: Config): string;
  /** The kernels that it runs on. Default: strict, the only ones whose bits are promised. */
  build?(config: Config): Build;
  /** @throws PlateauError `aborted` through the signal, after saving what is done; `io`, `memory` */
  run(config: Config, options: RepeatOptions): Promise<Repeated>;
}
