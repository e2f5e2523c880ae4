import type { Enclosure } from "../../certificates/enclosure.js";
import type { Yun } from "./build.js";
import { contextNumbers } from "./contextual.js";
import { MARGIN } from "./quantise.js";
import { numbersBefore } from "./value.js";

/** Cells of one box that are looked at one by one; where there are more, the range of all bounds them. */
const MOST = 2 ** 14;

/** Roundings of the affine map into cells in float32, as a share of its terms: weights, a product, a sum. */
const FLOAT32 = 2 ** -22;

/** Cells outside of the cube beyond which nothing is said of float32: far from where its numbers may overflow. */
const FAR = 2 ** 20;

/**
 * Exact bounds: the construction is constant on cells, so its values on a box are those of the cells that meet
 * the box. Its outputs on all cells [δ^{−dm}, n·d] are computed when first asked for.
 *
 * Half a cell outside of the cube that ends: a number there sends its token far away, and what the other tokens
 * get is any value or 0. In float64 a token is looked up once; in float32, where numbers as large are no longer
 * exact, all that is known is that every layer of the value mapping adds its output or nothing.
 * @param arithmetic `float32`: as a model of the engine runs it, where a point may round into the next cell,
 *   and outputs are rounded
 */
export function cellEnclosure(built: Yun, arithmetic: "float64" | "float32" = "float64"): Enclosure {
  const { config, box } = built;
  /** How far a point may be from where float64 has it, in units of inputs. */
  const margin = (x: number, i: number) =>
    arithmetic === "float64"
      ? 0
      : FLOAT32 * (Math.abs(x) + Math.abs(box.bias[i] / box.weight[i]) + 1 / box.weight[i]);
  const { dim: d, cells, inputTokens: m, outputTokens: n } = config;
  const [inputs, outputs] = [m * d, n * d];
  let table: Float64Array | undefined;
  let whole: ReturnType<typeof rounded> | undefined;
  let outside: ReturnType<typeof beyond> | undefined;

  return {
    inputs,
    outputs,
    enclose(low, high) {
      const bottom = low.map((x, i) => box.place(i, x - margin(x, i)));
      const top = high.map((x, i) => box.place(i, x + margin(x, i)));
      // So written that what is no number counts as outside.
      const within = (room: number) =>
        bottom.every((place) => place >= -room) && top.every((place) => place < cells + room);
      if (arithmetic === "float32" && !within(FAR)) return unknown();
      if (!within(MARGIN)) {
        outside ??= beyond();
        return outside;
      }
      table ??= tableOf(built);
      const from = Array.from(low, (x, i) => box.cell(i, x - margin(x, i)));
      const to = Array.from(high, (x, i) => box.cell(i, x + margin(x, i)));
      const count = from.reduce((product, first, i) => product * (to[i] - first + 1), 1);
      if (count > MOST) {
        const corner = (cell: number) => new Array<number>(inputs).fill(cell);
        whole ??= rounded(ends(table, outputs, indices(corner(0), corner(cells - 1))));
        return whole;
      }
      const found = rounded(ends(table, outputs, indices(from, to)));
      // Inside of one cell nothing changes.
      const flat = () => new Float64Array(outputs * inputs);
      return count === 1 ? { ...found, slopes: { low: flat(), high: flat() } } : found;
    },
  };

  function unknown(): Ends {
    return {
      low: new Float64Array(outputs).fill(Number.NEGATIVE_INFINITY),
      high: new Float64Array(outputs).fill(Number.POSITIVE_INFINITY),
    };
  }

  function beyond(): Ends & { rounding?: Float64Array } {
    const { outputs: values, numbers } = built.value;
    const [low, high] = [new Float64Array(outputs), new Float64Array(outputs)];
    for (let o = 0; o < outputs; o++) {
      for (let at = o % d; at < values.length; at += d) {
        const value = values[at];
        if (arithmetic === "float32") {
          low[o] += Math.min(0, value);
          high[o] += Math.max(0, value);
        } else {
          low[o] = Math.min(low[o], value);
          high[o] = Math.max(high[o], value);
        }
      }
    }
    if (arithmetic === "float64") return { low, high };
    // Every value is rounded, and every sum; and those above, in float64.
    const count = numbers.length + 2;
    const rounding = high.map((most, o) => count * (2 ** -23 * (most - low[o]) + 2 ** -149));
    return { low, high, rounding };
  }

  function rounded({ low, high }: Ends): Ends & { rounding?: Float64Array } {
    if (arithmetic === "float64") return { low, high };
    const most = low.map((value, o) => Math.max(Math.abs(value), Math.abs(high[o])));
    return { low, high, rounding: most.map((value) => 2 ** -24 * value + 2 ** -149) };
  }

  function* indices(from: readonly number[], to: readonly number[]): Generator<number> {
    const at = [...from];
    for (;;) {
      yield at.reduce((index, cell) => index * cells + cell, 0);
      let i = inputs - 1;
      while (i >= 0 && at[i] === to[i]) {
        at[i] = from[i];
        i--;
      }
      if (i < 0) return;
      at[i]++;
    }
  }
}

interface Ends {
  readonly low: Float64Array;
  readonly high: Float64Array;
}

function ends(table: Float64Array, outputs: number, cells: Iterable<number>): Ends {
  const low = new Float64Array(outputs).fill(Number.POSITIVE_INFINITY);
  const high = new Float64Array(outputs).fill(Number.NEGATIVE_INFINITY);
  for (const cell of cells) {
    for (let o = 0; o < outputs; o++) {
      low[o] = Math.min(low[o], table[cell * outputs + o]);
      high[o] = Math.max(high[o], table[cell * outputs + o]);
    }
  }
  return { low, high };
}

/** Outputs on every cell, the context's last number fastest: by the closed form of the shifts and a lookup. */
function tableOf({ config, value }: Yun): Float64Array {
  const { dim: d, cells, inputTokens: m, outputTokens: n } = config;
  const total = cells ** (m * d);
  const table = new Float64Array(total * n * d);
  const context = new Float64Array(m);
  const l = new Float64Array(m);
  for (let index = 0; index < total; index++) {
    let rest = index;
    for (let j = m - 1; j >= 0; j--) {
      context[j] = 0;
      for (let i = d - 1; i >= 0; i--, rest = Math.floor(rest / cells))
        context[j] += (rest % cells) * cells ** i;
    }
    numbersBefore(config, context, l);
    contextNumbers(config, l);
    for (let j = 0; j < n; j++) {
      const row = value.find(l[j]);
      if (row < 0) continue;
      table.set(value.outputs.subarray(row * d, (row + 1) * d), (index * n + j) * d);
    }
  }
  return table;
}
