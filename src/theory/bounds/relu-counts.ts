import { requireArguments } from "../../arguments.js";
import { exactly, type Magnitude, plus, power, times } from "./magnitude.js";

/** What interpolation by ReLUs takes, as `relu` builds it, stored densely. */
export interface ReluCounts {
  readonly layers: Magnitude;
  readonly parameters: Magnitude;
  /** Additions and multiplications of its matrix products, for one context. */
  readonly flops: Magnitude;
}

/**
 * Exact counts of piecewise-linear interpolation on n cells a side of 1 to 3 inputs: hidden widths are n in
 * one dimension, 4n and (n+1)² in two, 5n, 2(n+1)³ + n and (n+1)³ in three.
 * @throws PlateauError `usage` where an argument is of another kind
 */
export function reluCounts(inputs: number, outputs: number, cells: number): ReluCounts {
  requireArguments("reluCounts", {
    inputs: [inputs, "number"],
    outputs: [outputs, "number"],
    cells: [cells, "number"],
  });

  const k = exactly;
  const n = k(cells);
  const nodes = power(k(BigInt(cells) + 1n), inputs);
  const hidden =
    inputs === 1
      ? [n]
      : inputs === 2
        ? [times(k(4), n), nodes]
        : [times(k(5), n), plus(times(k(2), nodes), n), nodes];
  const widths = [k(inputs), ...hidden, k(outputs)];
  const products = widths.slice(1).map((width, i) => times(width, widths[i]));
  return {
    layers: k(hidden.length),
    parameters: plus(...products, ...widths.slice(1)),
    flops: times(k(2), plus(...products)),
  };
}
