import * as v from "valibot";
import { PlateauError } from "../../errors.js";
import type { BatchFunction } from "../../targets/function.js";
import { flag, oneOf, positive } from "../../validate.js";
import { cellsOf } from "../grid.js";
import { type Construction, NO_MODEL } from "./construction.js";
import { requireSize } from "./task.js";
import { buildYun, layersOf, type Yun } from "./yun/build.js";
import { cellEnclosure } from "./yun/cells.js";
import { contextsOf, finest, numbersOf, type YunConfig, yunConfig } from "./yun/grid.js";
import { leastGlobal } from "./yun/least-global.js";
import { yunModel } from "./yun/model.js";
import { parametersOf } from "./yun/network.js";
import { distanceAt, soften } from "./yun/softened.js";

const options = v.strictObject({
  /** Whether tokens know their position. Without, the target must not mind the order of its tokens. */
  positions: v.optional(flag, true),
  /** Factor of the global shift: the proof's, or the least that tells the contexts of this grid apart. */
  constants: v.optional(oneOf(["proof", "least"]), "proof"),
  /**
   * Softmax and ReLU at this temperature in place of hardmax and activations with jumps. `details` then has the
   * distance from these.
   */
  lambda: v.optional(positive),
});

/** Layers of a model: beyond, its graph takes longer to lay out than anyone waits. */
const MOST_LAYERS = 4096;

/**
 * The construction of Yun et al. (arXiv 1912.10077) that the study prices: quantise, tell contexts apart by
 * selective shifts, look the value up. `g` runs in float64; `model` is the same in the engine, where float32
 * holds its numbers: with the constants of the proof, else with the least global shift.
 */
export const yun: Construction<typeof options> = {
  name: "yun",
  description: "piecewise constant: a layer for every cell, by hardmax attention and activations with jumps",
  sizeName: "cells a side",
  options,

  construct({ target, dim, f, low, high }, size, { positions, constants, lambda }) {
    requireSize(size, "cells a side");
    const shape = { dim, inputTokens: target.inputs, outputTokens: target.outputs, cells: size, positions };
    const proof = yunConfig(shape);
    const config = constants === "least" ? yunConfig({ ...shape, global: leastGlobal(proof) }) : proof;
    const built = build(f, config, low, high);
    const {
      model,
      of = built,
      note,
    } = modelOf(built, lambda, () => buildYun(f, { ...shape, global: leastGlobal(proof) }, low, high));
    const layers = built.layers.quantise + built.layers.contextual + built.layers.value;
    return {
      construction: "yun",
      size,
      layers,
      parameters: parametersOf(lambda === undefined ? config : { ...config, kind: "softmax", lambda }),
      g: lambda === undefined ? built.g : soften(built, lambda).g,
      model,
      // Softened it is no longer constant on cells: its certificate is that of the model's graph.
      enclosure: lambda === undefined ? cellEnclosure(built) : undefined,
      modelEnclosure: lambda === undefined && model ? cellEnclosure(of, "float32") : undefined,
      notes: [note, ...(positions ? [] : [DISTINCT])],
      details: {
        delta: 1 / size,
        positions,
        stages: built.layers,
        contexts: contextsOf(config),
        largestNumber: numbersOf(config).largest,
        globalShift: numbersOf(config).global,
        ...(lambda === undefined ? {} : { lambda, distance: distanceAt(built, lambda, { most: 256 }) }),
      },
    };
  },

  ladder: (_task, i) => i + 1,
  sizeOf: ({ low, high }, delta) => cellsOf(low, high, delta),

  theorem({ f }, smoothness) {
    const rate = smoothness === "C2" ? 1 : smoothness;
    return {
      bySize: rate,
      byParameters: rate / f.inputs,
      byLayers: rate / f.inputs,
      source: "Yun et al., arXiv 1912.10077, Theorems 2 and 3: O(m·δ^{−dm}) layers for an error ω(δ)",
    };
  },
};

const DISTINCT =
  "without positions, contexts with equal tokens (a share that falls with δ) get outputs that mean nothing: the theorem is one of L^p";

/** Beside the grid that would fit, the one that would fit as a model: what is to be trained or stored. */
function build(f: BatchFunction, config: YunConfig, low: readonly number[], high: readonly number[]): Yun {
  try {
    return buildYun(f, config, low, high);
  } catch (error) {
    if (!(error instanceof PlateauError && error.code === "memory")) throw error;
    const message = `${error.message} (with no more layers than a model holds: δ = 1/${finestModel(config)})`;
    throw new PlateauError("memory", message, { cause: error });
  }
}

/** The finest grid whose layers a model holds; whether float32 does as well is tried where it is built. */
function finestModel(config: YunConfig): number {
  let cells = Math.min(config.cells, MOST_LAYERS);
  while (cells > 1 && layersOf({ ...config, cells }) > MOST_LAYERS) cells--;
  return cells;
}

/** The float32 twin, where there can be one, and what there is to know of it. */
function modelOf(
  built: Yun,
  lambda: number | undefined,
  compact: () => Yun,
): { model?: ReturnType<typeof yunModel>; of?: Yun; note: string } {
  const layers = built.layers.quantise + built.layers.contextual + built.layers.value;
  if (layers > MOST_LAYERS) {
    return {
      note: `${NO_MODEL}: ${layers} layers are more than ${MOST_LAYERS}, δ = 1/${finestModel(built.config)} or more has one`,
    };
  }
  const arithmetic = lambda === undefined ? "float32" : "float32 at quarters";
  const fits = (config: YunConfig) => config.cells <= finest(config, arithmetic);
  if (fits(built.config)) {
    return { model: yunModel(built, lambda), note: "the model is the same in float32" };
  }
  try {
    const other = compact();
    const { global } = other.config;
    return {
      model: yunModel(other, lambda),
      of: other,
      note: `the model in float32 has a global shift of ${global} [ours], found by trying: with the proof's, numbers up to ${numbersOf(built.config).largest} are beyond float32`,
    };
  } catch (error) {
    if (!(error instanceof PlateauError && error.code === "memory")) throw error;
    return { note: `${NO_MODEL}: ${error.message}` };
  }
}
