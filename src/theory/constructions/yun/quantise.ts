import type { YunConfig } from "./grid.js";
import { numbersOf } from "./grid.js";
import type { TokenLayer } from "./layers.js";

/** How far outside of the cube, in cells, a number still counts to the cell at the border: room for rounding. */
export const MARGIN = 0.5;

/**
 * Stage 1, d + d/δ layers: first, for every coordinate, what lies outside of the cube goes to a far value;
 * then for every coordinate and every cell k a layer that moves [k, k + 1) to k. The last cell is closed, so
 * that the whole box is covered [ours].
 */
export function quantiseLayers(config: YunConfig): TokenLayer[] {
  const { dim: d, cells: n } = config;
  const { far } = numbersOf(config);
  const layers: TokenLayer[] = [];
  for (let i = 0; i < d; i++) {
    layers.push(
      onCoordinate(config, i, 0, {
        breaks: [-MARGIN, n + MARGIN],
        slopes: [-1, 0, -1],
        shifts: [-far, 0, -far],
      }),
    );
  }
  for (let i = 0; i < d; i++) {
    for (let k = 0; k < n; k++) {
      const breaks = [k === 0 ? -MARGIN : 0, k === n - 1 ? 1 + MARGIN : 1] as const;
      layers.push(onCoordinate(config, i, -k, { breaks, slopes: [0, -1, 0], shifts: [0, 0, 0] }));
    }
  }
  return layers;
}

/** z ← z + e_i·φ(z_i + shift). */
function onCoordinate(
  { dim: d }: YunConfig,
  i: number,
  shift: number,
  activation: Exclude<TokenLayer["activation"], "relu">,
): TokenLayer {
  const into = new Float64Array(widthOf(d));
  into[i] = 1;
  return {
    kind: "token",
    hidden: 1,
    into,
    bias: Float64Array.of(shift),
    activation,
    out: into,
  };
}

/** Numbers of a token inside: its coordinates, then its outputs, which are 0 before the last stage [ours]. */
export function widthOf(dim: number): number {
  return 2 * dim;
}
