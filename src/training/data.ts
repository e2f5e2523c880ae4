import { kindOf, PlateauError, quote } from "../errors.js";
import { IGNORED_LABEL } from "../graph/ops/loss.js";
import { ALIGNMENT, type Engine } from "../runtime/engine.js";
import { requireFloats } from "../validate.js";

/** Where a batch goes: byte addresses in the engine's memory. */
export interface BatchAddresses {
  /** f32 [B, m, inputDim]. */
  x: number;
  /** f32 [B, n, targetDim]. */
  y: number;
  /** i32 [B·n] or [B·n·d]; 0 in regression. */
  labels: number;
  /** f32 [B, m], added to the scores of each input token as a key; 0 for models without padding. */
  keyMask: number;
}

/** Samples by row number. `fill` is called in the training loop: it must not allocate. */
export interface TrainingData {
  /** Number of samples. */
  readonly rows: number;
  /** Numbers a row has: m·inputDim of x, n·targetDim of y, and its labels (0 or absent in regression). */
  readonly widths: { readonly x: number; readonly y: number; readonly labels?: number };
  /** Least and largest label, where known before training; those that are ignored (−100) left out. */
  readonly labelRange?: readonly [least: number, most: number];
  /** Bytes that `prepare` allocates. Default 0. */
  bytes?(batch: number): number;
  /** Called once per engine, before the first `fill` of `batch` rows. */
  prepare?(engine: Engine, batch: number): void;
  /** Writes the samples whose row numbers (u32) lie at `indices`. */
  fill(engine: Engine, to: BatchAddresses, indices: number, batch: number): void;
}

/**
 * Samples held in arrays: x [rows, m, inputDim], y [rows, n, targetDim], labels as the loss wants them.
 * @throws PlateauError `shape-mismatch` where an array does not divide into rows; `usage` where it is none,
 * or holds a number that is NaN or infinite
 */
export function arrayData(x: Float32Array, y: Float32Array, rows: number, labels?: Int32Array): TrainingData {
  requireFloats("x", x);
  requireFloats("y", y);
  if (labels !== undefined && !(labels instanceof Int32Array)) {
    throw new PlateauError("usage", `labels is ${kindOf(labels)}: expected an Int32Array`);
  }
  if (!Number.isSafeInteger(rows) || rows < 1) {
    throw new PlateauError("usage", `rows is ${quote(rows)}: expected a whole number of samples, 1 or more`);
  }
  const width = (name: string, data: ArrayLike<number>): number => {
    const each = data.length / rows;
    if (Number.isInteger(each) && each >= 1) return each;
    throw new PlateauError("shape-mismatch", `${name} has ${data.length} numbers, which are no ${rows} rows`);
  };
  const widths = {
    x: width("x", x),
    y: width("y", y),
    labels: labels ? width("labels", labels) : 0,
  };
  requireFinite("x", x, widths.x);
  requireFinite("y", y, widths.y);
  const perEngine = new WeakMap<Engine, { x: number; y: number; labels: number }>();
  return {
    rows,
    widths,
    labelRange: labels && rangeOf(labels),
    bytes: () => x.byteLength + y.byteLength + (labels?.byteLength ?? 0) + 3 * ALIGNMENT,
    prepare(engine) {
      if (perEngine.has(engine)) return;
      const put = (data: Float32Array | Int32Array): number => {
        const address = engine.allocate(data.byteLength);
        engine
          .u8(address, data.byteLength)
          .set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
        return address;
      };
      perEngine.set(engine, { x: put(x), y: put(y), labels: labels ? put(labels) : 0 });
    },
    fill(engine, to, indices, batch) {
      const from = perEngine.get(engine)!;
      const { kernels } = engine;
      kernels.gatherRows(to.x, from.x, indices, batch, widths.x);
      kernels.gatherRows(to.y, from.y, indices, batch, widths.y);
      // Labels are copied bit by bit, as the floats they are not.
      if (labels && to.labels) kernels.gatherRows(to.labels, from.labels, indices, batch, widths.labels);
    },
  };
}

function requireFinite(name: string, data: Float32Array, width: number): void {
  for (let i = 0; i < data.length; i++) {
    if (Number.isFinite(data[i])) continue;
    throw new PlateauError(
      "usage",
      `${name} holds ${data[i]} in row ${Math.floor(i / width)} (from 0): leave such rows out`,
    );
  }
}

function rangeOf(labels: Int32Array): readonly [number, number] | undefined {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const label of labels) {
    if (label === IGNORED_LABEL) continue;
    least = Math.min(least, label);
    most = Math.max(most, label);
  }
  return least <= most ? [least, most] : undefined;
}
