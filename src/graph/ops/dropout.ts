import { read, write } from "../call.js";
import type { Graph } from "../graph.js";
import type { Op } from "../op.js";
import { size, type Tensor } from "../tensor.js";

/** Dropout of one place in a model. Masks come from (key, step, stream, index), so backward repeats them. */
export interface Dropout {
  /** Probability of dropping, in [0, 1). Rounded to a multiple of 2⁻¹⁶. */
  probability: number;
  /** u32[4]: key0, key1, step, 0. Shared by all places of a program. */
  rng: Tensor;
  /** A number of this place's own. */
  stream: number;
}

const HALVES = 65536;

/** rng, stream, threshold and 1/keep of a kernel with dropout; all 0 where there is none. */
export function dropoutArguments(graph: Graph, dropout?: Dropout) {
  const threshold = dropout && graph.mode === "training" ? Math.round(dropout.probability * HALVES) : 0;
  if (!dropout || threshold === 0) return [0, 0, 0, 1] as const;
  return [read(dropout.rng), dropout.stream, threshold, HALVES / (HALVES - threshold)] as const;
}

/** y = x with each element kept (and divided by the probability of that) or set to 0. */
export const dropout: Op<{ x: Tensor }, Dropout> = {
  name: "dropout",
  inputs: ({ x }) => [x],
  shape: ({ x }) => x.shape,
  forward(graph, y, { x }, attributes) {
    graph.emit("dropout", [write(y), read(x), size(x.shape), ...dropoutArguments(graph, attributes)], [y, x]);
  },
  backward(graph, y, { x }, attributes) {
    const dx = graph.contribute(x);
    if (!dx) return;
    const dy = graph.gradient(y);
    const n = size(x.shape);
    const to = dx.accumulate ? graph.scratch("masked", n) : dx.view;
    graph.emit("dropout", [write(to), read(dy), n, ...dropoutArguments(graph, attributes)], [to, dy]);
    if (dx.accumulate) graph.emit("addInto", [dx.pointer, read(to), n]);
  },
};
