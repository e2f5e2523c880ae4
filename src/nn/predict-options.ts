import { type Kind, requireOptions } from "../arguments.js";
import { PlateauError, quote } from "../errors.js";
import type { StopSignal } from "../pause.js";
import { requireFloats } from "../validate.js";
import type { Architecture } from "./architecture.js";

/** What `predict` may be told besides its inputs. */
export interface PredictOptions {
  /**
   * True outputs [rows, n, targetDim] that the decoder sees shifted right (teacher forcing). Without
   * them a model of several output tokens reads its own predictions, one token after the other.
   */
  teacher?: Float32Array;
  /**
   * What the decoder reads of its own outputs [count, outputDim], where that is not the output itself
   * (classification: the centroids of the predicted classes). Returns [count, targetDim].
   */
  feedback?: (outputs: Float32Array) => Float32Array;
  /** Added to the scores of each input token as a key [rows, m], see `keyMask`. Only for models with `padding`. */
  keyMask?: Float32Array;
  /**
   * Which draw of a random start vector: that of training (default), or another one, as a model gets that
   * is stored without it (`startVector` of the protocol). No effect on models whose start is learned.
   */
  start?: "train" | "test";
  /** Stops between two batches of rows, with PlateauError `aborted`. */
  signal?: StopSignal;
}

const kinds: Readonly<Record<keyof PredictOptions, Kind>> = {
  // Held to the rows of x below.
  teacher: "anything",
  feedback: "function?",
  keyMask: "anything",
  start: "anything",
  signal: "signal?",
};

/**
 * Holds what `predict` is given to the model.
 * @returns rows of x
 * @throws PlateauError `usage`, `shape-mismatch`
 */
export function checkPredict(architecture: Architecture, x: Float32Array, options: PredictOptions): number {
  const { inputDim, targetDim, extent } = architecture;
  const { inputTokens: m, outputTokens: n } = extent;
  requireFloats("x", x);
  if (typeof options !== "object" || options === null) {
    throw new PlateauError("usage", `the options of predict are ${quote(options)}: expected an object`);
  }
  requireOptions("predict", options, kinds);
  const misfit = (problem: string) => new PlateauError("shape-mismatch", problem);
  const rows = x.length / (m * inputDim);
  if (!Number.isInteger(rows)) {
    throw misfit(`x has ${x.length} numbers: expected a multiple of ${m}·${inputDim}`);
  }
  const { teacher, keyMask, start = "train" } = options;
  if (teacher !== undefined) {
    requireFloats("teacher", teacher);
    if (teacher.length !== rows * n * targetDim) {
      throw misfit(`teacher has ${teacher.length} numbers, expected ${rows}·${n}·${targetDim}`);
    }
  }
  if (keyMask !== undefined) {
    requireFloats("keyMask", keyMask);
    if (keyMask.length !== rows * m) {
      throw misfit(`keyMask has ${keyMask.length} numbers, expected ${rows}·${m}`);
    }
  }
  if (start !== "train" && start !== "test") {
    throw new PlateauError("usage", `start is ${quote(start)}: expected one of train, test`);
  }
  return rows;
}
