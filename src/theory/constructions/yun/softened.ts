import { requireArguments } from "../../../arguments.js";
import { streamKey } from "../../../random/keys.js";
import { uniform64 } from "../../../random/uniform.js";
import type { BatchFunction } from "../../../targets/function.js";
import type { Yun } from "./build.js";
import { applyLayer, type Layer } from "./layers.js";
import { layersOfNetwork } from "./network.js";
import { requireLambda } from "./soften.js";
import { contexts, cornersOf } from "./value.js";

/** A construction with softmax attention and ReLU layers, in float64. */
export interface Softened {
  readonly lambda: number;
  /** Layers before positions are added, and after. */
  readonly before: readonly Layer[];
  readonly after: readonly Layer[];
  readonly g: BatchFunction;
}

/**
 * The construction at temperature λ: as many layers, with softmax of λ·scores, and up to four ReLUs where φ
 * was one unit.
 * @throws PlateauError `usage`
 */
export function soften(built: Yun, lambda: number): Softened {
  requireArguments("soften", {
    built: [built, "Yun: config box width quantise"],
    lambda: [lambda, "number"],
  });

  requireLambda(lambda);
  const { config, width } = built;
  const { dim: d, inputTokens: m, outputTokens: n } = config;
  const { before, after } = layersOfNetwork({ ...config, kind: "softmax", lambda }, built.value.layer);
  const g: BatchFunction = {
    name: `yun(1/${config.cells}) at ${lambda}`,
    inputs: m * d,
    outputs: n * d,
    evaluate(x, count) {
      const y = new Float64Array(count * n * d);
      for (let r = 0; r < count; r++) {
        const z = built.enter(x.subarray(r * m * d, (r + 1) * m * d));
        for (const layer of before) applyLayer(layer, z, width);
        built.addPositions(z);
        for (const layer of after) applyLayer(layer, z, width);
        y.set(built.leave(z), r * n * d);
      }
      return y;
    },
  };
  return { lambda, before, after, g };
}

/** How far a softened construction is from the one it comes from, in units of outputs. */
export interface Distance {
  readonly lambda: number;
  /** Largest difference at the corners of contexts; at how many. */
  readonly corners: number;
  readonly cornersChecked: number;
  /** Over uniform points of the box: largest, root mean square, and the share that differ by more than 1e−9. */
  readonly largest: number;
  readonly rms: number;
  readonly differing: number;
  readonly points: number;
}

/**
 * Measures it, on all corners up to `most` and on seeded uniform points.
 * @throws PlateauError `usage` where λ is no number above 0, or the seed is none
 */
export function distanceAt(
  built: Yun,
  lambda: number,
  options: { points?: number; most?: number; seed?: number } = {},
): Distance {
  requireArguments("distanceAt", {
    built: [built, "Yun: config box width quantise"],
    lambda: [lambda, "number"],
    options: [options, "object?"],
  });
  const { points = 256, most = 4096, seed = 0 } = options;
  const { g } = soften(built, lambda);
  const cells: Float64Array[] = [];
  for (const context of contexts(built.config)) {
    if (cells.length === most) break;
    cells.push(context.slice());
  }
  const corners = cornersOf(built.config, built.box, cells);
  const width = built.g.inputs;
  const x = uniform64(streamKey(seed, "yun/distance"), 0, points * width);
  for (let i = 0; i < x.length; i++) {
    // Cells are 1/weight wide.
    const k = i % width;
    x[i] = (x[i] * built.config.cells - built.box.bias[k]) / built.box.weight[k];
  }
  const away = (at: Float64Array, count: number) => {
    const [a, b] = [g.evaluate(at, count), built.g.evaluate(at, count)];
    return a.map((value, i) => Math.abs(value - b[i]));
  };
  const there = away(x, points);
  let squares = 0;
  for (const one of there) squares += one * one;
  const largest = (all: Float64Array) => all.reduce((top, one) => Math.max(top, one), 0);
  return {
    lambda,
    corners: largest(away(corners, cells.length)),
    cornersChecked: cells.length,
    largest: largest(there),
    rms: Math.sqrt(squares / there.length),
    differing: there.reduce((sum, one) => sum + (one > 1e-9 ? 1 : 0), 0) / there.length,
    points,
  };
}
