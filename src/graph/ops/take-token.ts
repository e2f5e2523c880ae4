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

/** y[B, 1, D]: the mean of the tokens of every sequence of x [B, T, D]. */
export const meanToken: Op<{ x: Tensor }> = {
  name: "mean-token",
  inputs: ({ x }) => [x],
  shape: ({ x }) => [x.shape[0], 1, x.shape[2]],
  forward(graph, y, { x }) {
    const [B, T, D] = x.shape;
    graph.emit("fillFloats", [write(y), 0, size(y.shape)]);
    for (let t = 0; t < T; t++)
      graph.emit("addRows", [update(y), read({ buffer: x.buffer, start: x.start + t * D }), B, D, D, T * D]);
    graph.emit("scale", [write(y), read(y), 1 / T, size(y.shape)]);
  },
  backward(graph, y, { x }) {
    const [B, T, D] = x.shape;
    const dx = graph.sum(x);
    if (!dx) return;
    const part = graph.scratch("part", size(y.shape));
    graph.emit("scale", [write(part), read(graph.gradient(y)), 1 / T, size(y.shape)]);
    for (let t = 0; t < T; t++)
      graph.emit("addRows", [
        { view: { buffer: dx.view.buffer, start: dx.view.start + t * D }, access: "update" },
        read(part),
        B,
        D,
        T * D,
        D,
      ]);
  },
};
