import { read, update, write } from "../call.js";
import type { Op } from "../op.js";
import { size, type Tensor } from "../tensor.js";

/** y[B, 1, D]: the first token of every sequence of x [B, T, D]. */
export const firstToken: Op<{ x: Tensor }> = {
  name: "first-token",
  inputs: ({ x }) => [x],
  shape: ({ x }) => [x.shape[0], 1, x.shape[2]],
  forward(graph, y, { x }) {
    const [B, T, D] = x.shape;
    graph.emit("fillFloats", [write(y), 0, size(y.shape)]);
    graph.emit("addRows", [update(y), read(x), B, D, D, T * D]);
  },
  backward(graph, y, { x }) {
    const [B, T, D] = x.shape;
    const dx = graph.sum(x);
    if (dx) graph.emit("addRows", [dx.pointer, read(graph.gradient(y)), B, D, T * D, D]);
  },
};
