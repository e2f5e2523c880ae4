import { PlateauError, quote } from "../errors.js";
import { type StreamKey, streamKey } from "../random/keys.js";
import { type Engine, sharedEngine } from "../runtime/engine.js";
import { type Rows, type Sample, type Split, splits, type Target, type TargetDefinition } from "./target.js";

/** Samples generated at a time, so that a large request needs little WebAssembly memory. */
const BLOCK_FLOATS = 1 << 18;
const ROW_LIMIT = 2 ** 31;
const DIM_LIMIT = 1 << 16;

/** The random stream of a split's data. */
export function dataKey(seed: number | bigint, split: Split): StreamKey {
  if (!splits.includes(split)) {
    throw new PlateauError("usage", `unknown split: ${quote(split)} (known: ${splits.join(", ")})`);
  }
  return streamKey(seed, `data/${split}`);
}

/** A target from what is particular to it. */
export function defineTarget(definition: TargetDefinition): Target {
  const { inputs, outputs, domain } = definition;

  const fill: Target["fill"] = (engine, x, y, u, rows, start, B, d, { key0, key1 }) => {
    engine.kernels.sampleRows(u, rows, start, B, d, key0, key1, 0, domain.low, domain.high);
    definition.evaluate(engine, x, y, u, B, d);
  };

  const sample: Target["sample"] = (split, rows, dim, seed) => {
    const key = dataKey(seed, split);
    const count = checked(rows, dim);
    const out: Sample = {
      x: new Float32Array(count * inputs * dim),
      y: new Float32Array(count * outputs * dim),
      u: new Float32Array(count * dim),
    };
    const engine = sharedEngine();
    const mark = engine.mark();
    const block = Math.max(1, Math.min(count, Math.floor(BLOCK_FLOATS / (dim * (inputs + outputs + 1)))));
    const x = engine.allocate(4 * block * inputs * dim);
    const y = engine.allocate(4 * block * outputs * dim);
    const u = engine.allocate(4 * block * dim);
    const list = "rows" in rows ? engine.allocate(4 * block) : 0;
    for (let done = 0; done < count; done += block) {
      const B = Math.min(block, count - done);
      if ("rows" in rows) for (let b = 0; b < B; b++) engine.u32(list, block)[b] = rows.rows[done + b];
      fill(engine, x, y, u, list, "rows" in rows ? 0 : rows.start + done, B, dim, key);
      copy(engine, x, out.x, done * inputs * dim, B * inputs * dim);
      copy(engine, y, out.y, done * outputs * dim, B * outputs * dim);
      copy(engine, u, out.u, done * dim, B * dim);
    }
    engine.release(mark);
    return out;
  };

  return Object.freeze({ ...definition, fill, sample });
}

function copy(engine: Engine, from: number, to: Float32Array, at: number, length: number): void {
  to.set(engine.f32(from, length), at);
}

/** How many rows are asked for. */
function checked(rows: Rows, dim: number): number {
  if (!(Number.isInteger(dim) && dim >= 1 && dim <= DIM_LIMIT)) {
    throw new PlateauError("usage", `dim ${quote(dim)} is not a whole number from 1 to ${DIM_LIMIT}`);
  }
  const isRow = (row: number) => Number.isInteger(row) && row >= 0 && row < ROW_LIMIT;
  if ("rows" in rows) {
    for (let i = 0; i < rows.rows.length; i++) {
      if (!isRow(rows.rows[i])) {
        throw new PlateauError(
          "usage",
          `row ${quote(rows.rows[i])} is not a whole number from 0 to 2^31 − 1`,
        );
      }
    }
    return rows.rows.length;
  }
  const { start, count } = rows;
  if (!isRow(start) || !(Number.isInteger(count) && count >= 0) || start + count > ROW_LIMIT) {
    throw new PlateauError(
      "usage",
      `rows from ${quote(start)}, ${quote(count)} of them, are not whole numbers from 0 to 2^31 − 1`,
    );
  }
  return count;
}
