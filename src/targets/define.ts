import { PlateauError, quote } from "../errors.js";
import { type StreamKey, streamKey } from "../random/keys.js";
import { sharedEngine } from "../runtime/engine.js";
import { coordinatewise } from "./coordinatewise.js";
import { box } from "./domain.js";
import { embeddedDomain } from "./embedded-domain.js";
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

/**
 * A target from what is particular to it.
 * @throws PlateauError `usage` from `sample`, `asFunction` and `domainOf`, where rows, numbers of a token or seed are not
 * valid
 */
export function buildTarget(definition: TargetDefinition): Target {
  const { inputs, outputs, draws, embedding } = definition;
  const latents = draws.length;
  const domain = {
    low: Math.min(...draws.map(({ low }) => low)),
    high: Math.max(...draws.map(({ high }) => high)),
  };
  const alike = draws.every(({ low, high }) => low === domain.low && high === domain.high);
  const evaluate = definition.evaluate?.bind(definition) ?? evaluateByValue(definition);

  const fill: Target["fill"] = (engine, x, y, u, rows, start, B, d, { key0, key1 }) => {
    const { low, high } = alike ? domain : { low: 0, high: 1 };
    engine.kernels.sampleRows(u, rows, start, B, latents * d, key0, key1, 0, low, high);
    if (!alike) stretch(engine.f32(u, B * latents * d), definition.draws, d);
    evaluate(engine, x, y, u, B, d);
  };

  const sample: Target["sample"] = (split, rows, dim, seed) => {
    const key = dataKey(seed, split);
    const count = checked(rows, dim);
    const out: Sample = {
      x: new Float32Array(count * inputs * dim),
      y: new Float32Array(count * outputs * dim),
      u: new Float32Array(count * latents * dim),
    };
    sharedEngine().scoped((engine) => {
      const block = Math.max(
        1,
        Math.min(count, Math.floor(BLOCK_FLOATS / (dim * (inputs + outputs + latents)))),
      );
      const x = engine.allocate(4 * block * inputs * dim);
      const y = engine.allocate(4 * block * outputs * dim);
      const u = engine.allocate(4 * block * latents * dim);
      const list = "rows" in rows ? engine.allocate(4 * block) : 0;
      for (let done = 0; done < count; done += block) {
        const B = Math.min(block, count - done);
        if ("rows" in rows) for (let b = 0; b < B; b++) engine.u32(list, block)[b] = rows.rows[done + b];
        fill(engine, x, y, u, list, "rows" in rows ? 0 : rows.start + done, B, dim, key);
        out.x.set(engine.f32(x, B * inputs * dim), done * inputs * dim);
        out.y.set(engine.f32(y, B * outputs * dim), done * outputs * dim);
        out.u.set(engine.f32(u, B * latents * dim), done * latents * dim);
      }
    });
    return out;
  };

  const asFunction: Target["asFunction"] = (dim = definition.dim) => {
    checkDim(dim);
    return coordinatewise(definition, dim);
  };

  const domainOf: Target["domainOf"] = (dim = definition.dim) => {
    checkDim(dim);
    if (embedding) return embeddedDomain(draws, embedding, dim);
    const side = (end: "low" | "high") => draws.flatMap((draw) => new Array<number>(dim).fill(draw[end]));
    return box(side("low"), side("high"));
  };

  return Object.freeze({ ...definition, domain, evaluate, fill, sample, asFunction, domainOf });
}

/** From [0, 1) to each draw's own interval: u [B,draws,d] in place, rounded to float32 once. */
function stretch(u: Float32Array, draws: TargetDefinition["draws"], d: number): void {
  for (let i = 0; i < u.length; i++) {
    const { low, high } = draws[Math.floor(i / d) % draws.length];
    u[i] = low + u[i] * (high - low);
  }
}

/** Data of a function that is written in float64: computed there, each number rounded to float32 once. */
function evaluateByValue(definition: TargetDefinition): Target["evaluate"] {
  const { inputs, outputs, draws, embedding } = definition;
  const latents = draws.length;
  const point = new Float64Array(latents);
  const from = embedding ? new Float64Array(inputs) : point;
  const to = new Float64Array(outputs);
  return (engine, x, y, u, B, d) => {
    // Copies: `value` may allocate in this engine, which would detach views of its memory.
    const drawn = engine.f32(u, B * latents * d).slice();
    const xs = new Float32Array(B * inputs * d);
    const ys = new Float32Array(B * outputs * d);
    for (let b = 0; b < B; b++) {
      for (let c = 0; c < d; c++) {
        for (let l = 0; l < latents; l++) point[l] = drawn[(b * latents + l) * d + c];
        embedding?.point(point, from);
        definition.value(from, to);
        for (let i = 0; i < inputs; i++) xs[(b * inputs + i) * d + c] = from[i];
        for (let j = 0; j < outputs; j++) ys[(b * outputs + j) * d + c] = to[j];
      }
    }
    engine.f32(x, xs.length).set(xs);
    engine.f32(y, ys.length).set(ys);
  };
}

function checkDim(dim: number): void {
  if (Number.isInteger(dim) && dim >= 1 && dim <= DIM_LIMIT) return;
  throw new PlateauError("usage", `dim ${quote(dim)} is not a whole number from 1 to ${DIM_LIMIT}`);
}

/** How many rows are asked for. */
function checked(rows: Rows, dim: number): number {
  checkDim(dim);
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
