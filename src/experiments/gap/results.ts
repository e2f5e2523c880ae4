import type { Estimate, Interval } from "../../analysis/statistics/bootstrap.js";
import type { Answer } from "./answer.js";
import type { ConstructedErrors } from "./constructed/objective.js";
import type { Ensemble } from "./ensemble.js";
import type { Further } from "./further.js";
import type { ConstructedSize, Omitted, TransformerSize } from "./ladder.js";
import type { KnownSmoothness } from "./smoothness.js";

export interface TransformerRung extends TransformerSize {
  readonly trained: Ensemble;
}

export interface ConstructedRung extends ConstructedSize {
  /** As it was written down. */
  readonly constructed: ConstructedErrors;
  /** Trained from those weights. */
  readonly further: Ensemble;
  /** The same architecture, trained from drawn weights. */
  readonly drawn: Ensemble;
  /** What training made of the written weights. */
  readonly change: Further;
}

/** Whose errors: Transformers', or of one construction its own, those after training from it, or from drawn weights. */
export type Curve = "transformers" | "constructed" | "further" | "drawn";

/** How largest errors fall with size, beside what theory says of what is representable. */
export interface Slope {
  readonly curve: Curve;
  /** Null of Transformers. */
  readonly family: string | null;
  /** Of constructions as written: their own size, which theorems speak of. */
  readonly by: "size" | "parameters";
  /** p of error ~ size^−p, with its 95% interval. */
  readonly exponent: Estimate;
  /** The same with what bends and what certificates leave open. */
  readonly range: Interval;
  /** Why the errors are no power law; empty: they may be one. */
  readonly doubts: readonly string[];
  /** p of the theorem on that axis, and its source; null where there is none. */
  readonly theory: { readonly exponent: number; readonly source: string } | null;
  /** Where the range is beside it: errors fall with it (`inside`), faster (`above`) or more slowly (`below`). */
  readonly beside: "inside" | "above" | "below" | null;
}

/** What came out: follows from the configuration alone, to the last bit. */
export interface GapResults {
  readonly inputs: number;
  readonly smoothness: KnownSmoothness;
  /** Errors of the best constant, about: half the range of the target, and its standard deviation. */
  readonly constant: { readonly sup: number; readonly rmse: number };
  readonly seeds: readonly number[];
  readonly transformers: readonly TransformerRung[];
  /** By family, then by parameters. */
  readonly constructed: readonly ConstructedRung[];
  readonly omitted: readonly Omitted[];
  readonly slopes: readonly Slope[];
  /** By largest error, and by root mean square error, where nothing is certified. */
  readonly answer: { readonly sup: Answer; readonly rmse: Answer };
}
