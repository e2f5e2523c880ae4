import { PlateauError } from "../../../errors.js";
import type { YunConfig } from "./grid.js";

/** The affine map from a target's box to cells, [0, 1/δ] in every number of a context. */
export interface BoxMap {
  /** [m·d] each: cells = weight·x + bias. */
  readonly weight: Float64Array;
  readonly bias: Float64Array;
  /** Where number i of a context has its cell k begin: a float64 number that the map sends to k or just above. */
  corner(i: number, k: number): number;
  /** Where x lies in number i, in cells. */
  place(i: number, x: number): number;
  /** The cell that number i lies in: the border cells hold what rounding puts outside of them. */
  cell(i: number, x: number): number;
}

/** @throws PlateauError `usage` where tokens may trade places and their sides differ */
export function boxMap(config: YunConfig, low: readonly number[], high: readonly number[]): BoxMap {
  const { dim: d, cells: n, positions } = config;
  const weight = Float64Array.from(low, (from, i) => n / (high[i] - from));
  const bias = Float64Array.from(low, (from, i) => -from * weight[i]);
  if (!positions) {
    const other = low.findIndex((from, i) => from !== low[i % d] || high[i] !== high[i % d]);
    if (other >= 0) {
      throw new PlateauError(
        "usage",
        `without positions all tokens have the same box, but token 1 has ${low[other % d]} to ${high[other % d]} where token ${Math.floor(other / d) + 1} has ${low[other]} to ${high[other]}: use positions`,
      );
    }
  }
  const map = (i: number, x: number) => weight[i] * x + bias[i];
  return {
    weight,
    bias,
    place: map,
    corner(i, k) {
      let x = low[i] + (k * (high[i] - low[i])) / n;
      // Where δ is no power of two the corner may round to below its cell: a few units up, at most.
      const unit = 2 ** -53 * Math.max(Math.abs(low[i]), Math.abs(high[i]));
      while (map(i, x) < k) x += unit;
      return x;
    },
    cell: (i, x) => Math.min(Math.max(Math.floor(map(i, x)), 0), n - 1),
  };
}
