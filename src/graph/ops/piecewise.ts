import { read, write } from "../call.js";
import type { Op } from "../op.js";
import { size, type Tensor } from "../tensor.js";

/**
 * A function of three linear pieces, which may jump: slopes[0]·x + shifts[0] where x < breaks[0], piece 1
 * where breaks[0] ≤ x < breaks[1], piece 2 from there on. Numbers are rounded to float32.
 */
export interface Pieces {
  readonly breaks: readonly [number, number];
  readonly slopes: readonly [number, number, number];
  readonly shifts: readonly [number, number, number];
}

/** φ(x) of three linear pieces (Yun et al., arXiv 1912.10077). Its derivative is that of the piece: jumps have none. */
export const piecewise: Op<{ x: Tensor }, Pieces> = {
  name: "piecewise",
  inputs: ({ x }) => [x],
  shape: ({ x }) => x.shape,
  forward(graph, y, { x }, { breaks: [b1, b2], slopes: [s0, s1, s2], shifts: [c0, c1, c2] }) {
    graph.emit(
      "piecewiseForward",
      [write(y), read(x), size(x.shape), b1, b2, s0, c0, s1, c1, s2, c2],
      // Backward reads x.
      graph.keepsValues ? undefined : [y, x],
    );
  },
  backward(graph, y, { x }, { breaks: [b1, b2], slopes: [s0, s1, s2] }) {
    const dx = graph.contribute(x);
    if (!dx) return;
    const dy = read(graph.gradient(y));
    graph.emit("piecewiseBackward", [
      dx.pointer,
      dy,
      read(x),
      size(x.shape),
      b1,
      b2,
      s0,
      s1,
      s2,
      dx.accumulate,
    ]);
  },
};
