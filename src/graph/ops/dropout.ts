import { read, write } from "../call.js";
import type { Graph } from "../graph.js";
import type { Op } from "../op.js";
import { size, type Tensor, type View } from "../tensor.js";

/** Dropout of one place in a model. What is dropped comes from (key, step, stream, index). */
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
export const dropout: Op<{ x: Tensor }, Dropout, View> = {
  name: "dropout",
  inputs: ({ x }) => [x],
  shape: ({ x }) => x.shape,
  forward(graph, y, { x }, attributes) {
    const n = size(x.shape);
    // A bit an element.
    const kept = graph.scratch("kept", Math.ceil(n / 32));
    graph.emit(
      "dropoutForward",
      [write(y), write(kept), read(x), n, ...dropoutArguments(graph, attributes)],
      [y, x],
    );
    return kept;
  },
  backward(graph, y, { x }, attributes, kept) {
    const dx = graph.contribute(x);
    if (!dx) return;
    const dy = graph.gradient(y);
    const [, , , keepScale] = dropoutArguments(graph, attributes);
    graph.emit(
      "dropoutBackward",
      [dx.pointer, read(dy), read(kept), size(x.shape), keepScale, dx.accumulate],
      dx.accumulate ? undefined : [dx.view, dy],
    );
  },
};
