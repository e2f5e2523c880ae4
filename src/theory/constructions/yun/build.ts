import { PlateauError } from "../../../errors.js";
import type { BatchFunction } from "../../../targets/function.js";
import { type BoxMap, boxMap } from "./box.js";
import { contextualLayers } from "./contextual.js";
import { contextsOf, numbersOf, requireFit, type YunConfig, type YunOptions, yunConfig } from "./grid.js";
import { type AttentionLayer, applyLayer, type Layer, type TokenLayer } from "./layers.js";
import { quantiseLayers, widthOf } from "./quantise.js";
import { requireSymmetric } from "./symmetric.js";
import { type ValueMapping, valueMapping } from "./value.js";

/** The stages, in order. */
export const stages = ["quantise", "contextual", "value"] as const;
/** A stage of Yun et al.'s construction. */
export type Stage = (typeof stages)[number];

/**
 * The construction of Yun et al. (arXiv 1912.10077), written down in float64. Z is [m, width]: of each token
 * its d coordinates, in cells, then d numbers that become its output.
 */
export interface Yun {
  readonly config: YunConfig;
  readonly box: BoxMap;
  readonly width: number;
  readonly quantise: readonly TokenLayer[];
  readonly contextual: readonly AttentionLayer[];
  readonly value: ValueMapping;
  /** Layers of each stage: those that were built. */
  readonly layers: Readonly<Record<Stage, number>>;
  /** All layers in order, the value mapping's one by one. */
  all(): Generator<Layer>;
  /** Z of a context [m·d] before the first layer. */
  enter(x: ArrayLike<number>): Float64Array;
  /** Applies one stage to Z in place. Before `contextual` positions are added [ours: so late, d/δ layers quantise]. */
  run(stage: Stage, z: Float64Array): void;
  /** What the tokens' positions add to Z. */
  addPositions(z: Float64Array): void;
  /** Outputs [n·d] of Z after the last layer. */
  leave(z: Float64Array): Float64Array;
  /** The whole, on the box: [m·d] → [n·d]. */
  readonly g: BatchFunction;
}

/**
 * Writes down the Transformer that has f's value at the corner of each cell all over the cell. `f` is a
 * function of all numbers of a context, [m·d] → [n·d], on the box `low` to `high`.
 * @throws PlateauError `memory` where the grid does not fit; `shape-mismatch` where f and box are not of the sizes that
 *   the options say; `usage` where f is not finite at a corner, or without positions, where the order of tokens matters
 *   to it
 */
export function buildYun(
  f: BatchFunction,
  options: YunOptions,
  low: readonly number[],
  high: readonly number[],
): Yun {
  const config = yunConfig(options);
  const { dim: d, inputTokens: m, outputTokens: n } = config;
  if (f.inputs !== m * d || f.outputs !== n * d || low.length !== m * d || high.length !== m * d) {
    throw new PlateauError(
      "shape-mismatch",
      `${f.name} maps ${f.inputs} numbers to ${f.outputs} on a box of ${low.length} sides, expected ${m * d} to ${n * d}`,
    );
  }
  requireFit(config);
  const box = boxMap(config, low, high);
  if (!config.positions) requireSymmetric(config, box, f);
  const width = widthOf(d);
  const { stride } = numbersOf(config);
  const quantise = quantiseLayers(config);
  const contextual = contextualLayers(config);
  const value = valueMapping(config, box, f);
  const layers = {
    quantise: quantise.length,
    contextual: contextual.length,
    value: value.numbers.length,
  };

  function enter(x: ArrayLike<number>) {
    const z = new Float64Array(m * width);
    for (let i = 0; i < m * d; i++) {
      z[Math.floor(i / d) * width + (i % d)] = box.weight[i] * x[i] + box.bias[i];
    }
    return z;
  }

  function run(stage: Stage, z: Float64Array) {
    if (stage === "value") return value.apply(z);
    if (stage === "contextual") addPositions(z);
    for (const layer of stage === "quantise" ? quantise : contextual) applyLayer(layer, z, width);
  }

  function addPositions(z: Float64Array) {
    for (let j = 0; j < m; j++) for (let i = 0; i < d; i++) z[j * width + i] += j * stride;
  }

  function leave(z: Float64Array) {
    return Float64Array.from({ length: n * d }, (_, i) => z[Math.floor(i / d) * width + d + (i % d)]);
  }

  function* all(): Generator<Layer> {
    yield* quantise;
    yield* contextual;
    for (let i = 0; i < layers.value; i++) yield value.layer(i);
  }

  const g: BatchFunction = {
    name: `yun(1/${config.cells})`,
    inputs: m * d,
    outputs: n * d,
    evaluate(x, count) {
      const y = new Float64Array(count * n * d);
      for (let r = 0; r < count; r++) {
        const z = enter(x.subarray(r * m * d, (r + 1) * m * d));
        for (const stage of stages) run(stage, z);
        y.set(leave(z), r * n * d);
      }
      return y;
    },
  };
  return { config, box, width, quantise, contextual, value, layers, all, enter, run, addPositions, leave, g };
}

/** Layers of the construction before it is built: d/δ + d, one shift a value and one for all, one value a number. */
export function layersOf(config: YunConfig): number {
  const { dim: d, inputTokens: m, cells: n, positions } = config;
  return d * n + d + (positions ? m : 1) * n ** d + 1 + m * contextsOf(config);
}
