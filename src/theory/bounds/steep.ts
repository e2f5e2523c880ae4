import { PlateauError } from "../../errors.js";
import type { BatchFunction } from "../../targets/function.js";

/**
 * f as searches of slopes need it: formulas refuse a derivative that is infinite, as that of sqrt(x) at 0. Here
 * such a row has slopes of 0, from which no climb starts, and `steep` says that there was one.
 */
export function watchSlopes(f: BatchFunction): { readonly f: BatchFunction; readonly steep: boolean } {
  const { inputs, outputs, vjp } = f;
  let steep = false;
  if (!vjp) return { f, steep };
  const slopesOf = (x: Float64Array, w: Float64Array, count: number): Float64Array<ArrayBuffer> => {
    try {
      const g = Float64Array.from(vjp.call(f, x, w, count));
      for (let i = 0; i < g.length; i++) {
        if (Number.isFinite(g[i])) continue;
        steep = true;
        g[i] = 0;
      }
      return g;
    } catch (error) {
      if (!(error instanceof PlateauError) || !error.message.includes("infinite slope")) throw error;
      if (count === 1) {
        steep = true;
        return new Float64Array(inputs);
      }
      // Halves: few rows of a batch are at the cusp.
      const half = count >> 1;
      const g = new Float64Array(count * inputs);
      g.set(slopesOf(x.subarray(0, half * inputs), w.subarray(0, half * outputs), half));
      g.set(slopesOf(x.subarray(half * inputs), w.subarray(half * outputs), count - half), half * inputs);
      return g;
    }
  };
  return {
    f: { ...f, inputs, outputs, evaluate: (x, count) => f.evaluate(x, count), vjp: slopesOf },
    get steep() {
      return steep;
    },
  };
}
