import type { Enclosure } from "../../certificates/enclosure.js";
import type { Yun } from "./build.js";
import { contextNumbers } from "./contextual.js";
import { numbersBefore } from "./value.js";

/** Cells of one box that are looked at one by one; where there are more, the range of all bounds them. */
const MOST = 2 ** 14;

/**
 * Exact bounds: the construction is constant on cells, so its values on a box are those of the cells that meet
 * the box. Its outputs on all cells [δ^{−dm}, n·d] are computed when first asked for.
 */
export function cellEnclosure(built: Yun): Enclosure {
  const { config, box } = built;
  const { dim: d, cells, inputTokens: m, outputTokens: n } = config;
  const [inputs, outputs] = [m * d, n * d];
  let table: Float64Array | undefined;
  let whole: Ends | undefined;

  return {
    inputs,
    outputs,
    enclose(low, high) {
      table ??= tableOf(built);
      const from = Array.from(low, (x, i) => box.cell(i, x));
      const to = Array.from(high, (x, i) => box.cell(i, x));
      const count = from.reduce((product, first, i) => product * (to[i] - first + 1), 1);
      if (count > MOST) {
        whole ??= ends(table, outputs, indices(new Array(inputs).fill(0), new Array(inputs).fill(cells - 1)));
        return whole;
      }
      const found = ends(table, outputs, indices(from, to));
      // Inside of one cell nothing changes.
      const flat = () => new Float64Array(outputs * inputs);
      return count === 1 ? { ...found, slopes: { low: flat(), high: flat() } } : found;
    },
  };

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
