import type { StopSignal } from "../../pause.js";
import type { Quantisation } from "../../targets/quantisation.js";
import type { TrainingInput } from "../../training/options.js";
import type { Samples } from "../measure.js";

/** What a competitor is fitted to. */
export interface Task {
  /** x [count, inputs], y [count, outputs], all finite. */
  readonly train: Samples;
  /** p: numbers of an input. */
  readonly inputs: number;
  /** q: numbers of an output. */
  readonly outputs: number;
  /** Numbers that the model has: what a competitor of adjustable size may use. */
  readonly numbers: number;
  /** How outputs become classes on the matched scale. */
  readonly quantisation: Quantisation;
  /** Numbers of an output token: what one class on the diagonal is for. */
  readonly tokenWidth: number;
  /** How the model was trained, where that is known: a trained competitor has the same budget. */
  readonly training?: TrainingInput;
  readonly seed: number;
  readonly signal?: StopSignal;
  readonly onProgress?: (share: number) => void;
}

/** A competitor after fitting. */
export interface Fitted {
  /** Numbers that it keeps: to predict is to need no other. */
  readonly numbers: number;
  /** Training rows it was fitted to. */
  readonly rows: number;
  /** What was chosen in fitting, in a few words. */
  readonly detail: string;
  /** Values [count, outputs] at x [count, inputs]. */
  predict(x: Float32Array, options?: Pick<Task, "signal" | "onProgress">): Promise<ArrayLike<number>>;
}

/** A predictor that knows nothing of the model: one file, one line in the registry. */
export interface Competitor {
  readonly name: string;
  /** One line. */
  readonly description: string;
  /** `matched`: it predicts classes, so it is compared on the matched scale alone. */
  readonly scale: "values" | "matched";
  /** Whether its fit depends on the seed. */
  readonly seeded: boolean;
  /**
   * Null where the task is none for it.
   * @throws PlateauError `usage`, `aborted`
   */
  fit(task: Task): Promise<Fitted | null>;
}
