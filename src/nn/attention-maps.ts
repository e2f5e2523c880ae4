import { requireArguments } from "../arguments.js";
import { PlateauError } from "../errors.js";
import { throwIfStopped } from "../pause.js";
import { attentionWeights } from "./attention-weights.js";
import { decodeOwn } from "./decode.js";
import type { Model } from "./model.js";
import { checkPredict, type PredictOptions } from "./predict-options.js";

/** What one attention block of a model does on some inputs. */
export interface AttentionMaps {
  /** The block's name in the state dict. */
  readonly name: string;
  /** [rows, heads, queries, keys]. */
  readonly shape: readonly [number, number, number, number];
  /** Weights, row-major; a row of keys sums to 1. */
  readonly data: Float32Array<ArrayBuffer>;
}

/**
 * The attention weights of every block of a model, input by input, as `predict` computes them (with the start
 * vector of training, where it is random).
 * @throws PlateauError `usage` for a model without attention; `shape-mismatch`; `aborted`
 */
export function attentionMaps(
  model: Model,
  x: Float32Array,
  options: Omit<PredictOptions, "keyMask" | "start"> = {},
): AttentionMaps[] {
  requireArguments("attentionMaps", {
    model: [model, "Model: architecture parameters seed config"],
    x: [x, "floats"],
    options: [options, "object?"],
  });

  const rows = checkPredict(model.architecture, x, options);
  const { teacher, feedback, signal } = options;
  const { program, emitted } = model.attending();
  if (emitted.attention.length === 0) {
    throw new PlateauError(
      "usage",
      `a network of kind ${model.architecture.kind} without attention layers has no attention maps`,
    );
  }
  const blocks = emitted.attention.map(({ name, T, S, H }) => ({
    name,
    shape: [rows, H, T, S] as const,
    data: new Float32Array(rows * H * T * S),
  }));
  const [B] = emitted.x.shape;
  const xStride = x.length / rows;
  const yStride = teacher ? teacher.length / rows : 0;
  for (let row = 0; row < rows; row += B) {
    throwIfStopped(signal, "looking at attention");
    const count = Math.min(B, rows - row);
    program.f32(emitted.x).set(x.subarray(row * xStride, (row + count) * xStride));
    if (emitted.keyMask) program.f32(emitted.keyMask).fill(0);
    if (teacher) {
      if (emitted.y) program.f32(emitted.y).set(teacher.subarray(row * yStride, (row + count) * yStride));
      program.forward();
    } else decodeOwn({ program, emitted }, count, feedback);
    for (const [i, kept] of emitted.attention.entries()) {
      const size = kept.H * kept.T * kept.S;
      blocks[i].data.set(attentionWeights(program, kept).subarray(0, count * size), row * size);
    }
  }
  return blocks;
}
