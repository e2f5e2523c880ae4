import * as v from "valibot";
import { modelFunction } from "../../analysis/model-function.js";
import { PlateauError } from "../../errors.js";
import type { Model } from "../../nn/model.js";
import { MEMORY_LIMIT } from "../../runtime/engine.js";
import { oneOf } from "../../validate.js";
import type { Enclosure } from "../certificates/enclosure.js";
import { networkEnclosure } from "../certificates/network-enclosure.js";
import { cellsOf } from "../grid.js";
import type { Construction, Task } from "./construction.js";
import { gridLayers, interpolateGrid } from "./relu/grid.js";
import { interpolateLine } from "./relu/line.js";
import { floatsOf } from "./relu/network.js";
import { sawtooth } from "./relu/sawtooth.js";
import { requireInputs, requireSize } from "./task.js";

const options = v.strictObject({
  /** `wide`: any target, few layers. `deep`: quadratics of one input, 2^L pieces by L layers. */
  variant: v.optional(oneOf(["wide", "deep"]), "wide"),
});

/** Layers of the deep variant; beyond, its teeth are narrower than float32 tells apart. */
const MOST_LAYERS = 20;

/**
 * Continuous piecewise-linear interpolation by feed-forward layers alone, on n cells a side: error O(h^α) of an
 * α-Hölder target and M·h²/8 of one with |f″| ≤ M in one dimension, h = 1/n.
 */
export const relu: Construction<typeof options> = {
  name: "relu",
  description: "piecewise-linear interpolation by ReLU layers alone, on a grid of cells",
  sizeName: "cells a side",
  options,

  construct(task, size, { variant }) {
    requireSize(size, "cells a side");
    const d = task.f.inputs;
    const depth = variant === "deep" ? Math.ceil(log2(size)) || 1 : 0;
    if (depth > MOST_LAYERS) {
      throw new PlateauError(
        "usage",
        `the deep variant of relu takes at most 2^${MOST_LAYERS} pieces, not ${size}: float32 tells no finer ones apart`,
      );
    }
    if (!depth) {
      requireInputs(task, "relu", 3);
      requireMemory(task, size);
    }
    const network = depth
      ? sawtooth(task, depth)
      : d === 1
        ? interpolateLine(task, size)
        : interpolateGrid(task, size);
    const nonzero = network.finish();
    const { model } = network;
    const cells = depth ? 2 ** depth : size;
    const { hidden } = model.config as { hidden: number[] };
    return {
      construction: "relu",
      size: cells,
      layers: hidden.length,
      parameters: model.parameterCount,
      nonzero,
      g: modelFunction(model),
      model,
      ...("enclosure" in network ? ownBounds(task, network.enclosure as Enclosure, model) : {}),
      details: { variant, hidden, pieces: cells ** d * [1, 1, 2, 6][d] },
    };
  },

  ladder: (_task, i) => i + 1,
  sizeOf: ({ low, high }, delta) => cellsOf(low, high, delta),

  theorem({ f }, smoothness, { variant }) {
    if (variant === "deep") return undefined;
    const p = smoothness === "C2" ? 2 : smoothness;
    const d = f.inputs;
    const source =
      "interpolation, O(h^α) and O(h²) (de Boor, A Practical Guide to Splines), n^d weights not 0";
    return { bySize: p, byParameters: p / d, source };
  },
};

/** Base-2 logarithm of a whole number, exact at powers of two. */
function log2(n: number): number {
  let power = 0;
  let rest = n;
  for (; rest >= 2; rest /= 2) power++;
  return rest > 1 ? power + 0.5 : power;
}

/** Bounds that hold on the box of the task; beyond it the network's graph has to do. */
function ownBounds({ low, high }: Task, own: Enclosure, model: Model) {
  let graph: Enclosure | undefined;
  const enclosure: Enclosure = {
    ...own,
    enclose(from, to) {
      if (from.every((x, k) => x >= low[k]) && to.every((x, k) => x <= high[k])) return own.enclose(from, to);
      graph ??= networkEnclosure(model);
      return graph.enclose(from, to);
    },
  };
  return { enclosure, modelEnclosure: enclosure };
}

/** Memory for weights, and for as many again while they are written. @throws PlateauError `memory` saying what would fit */
function requireMemory({ f, low, high }: Task, size: number): void {
  const bytes = (n: number) =>
    4 * floatsOf([f.inputs, ...(f.inputs === 1 ? [n] : gridLayers(f.inputs, n)), f.outputs]);
  const limit = MEMORY_LIMIT / 2;
  if (bytes(size) <= limit) return;
  let most = 1;
  while (bytes(2 * most) <= limit) most *= 2;
  for (let step = most / 2; step >= 1; step /= 2) if (bytes(most + step) <= limit) most += step;
  const side = Math.max(...low.map((from, k) => high[k] - from));
  throw new PlateauError(
    "memory",
    `relu with ${size} cells a side needs ${bytes(size)} bytes for its weights, of ${limit} that there are: at most ${most} cells a side fit (δ = ${(side / most).toPrecision(3)} or more)`,
  );
}
