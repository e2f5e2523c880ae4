import { read, write } from "../call.js";
import type { Op } from "../op.js";
import { requireShape, size, type Tensor } from "../tensor.js";

/** y[b] = x[b] + p for every b: x [B, T, D], p [T, D] (or more rows, of which the first T serve). */
export const addPositions: Op<{ x: Tensor; p: Tensor }> = {
  name: "add-positions",
  inputs: ({ x, p }) => [x, p],
  shape({ x, p }) {
    const [, T, D] = x.shape;
    requireShape("positions", p.shape, [T, D]);
    return x.shape;
  },
  forward(graph, y, { x, p }) {
    graph.emit("addPositions", [write(y), read(x), read(p), x.shape[0], size(p.shape)], [y, x]);
  },
  backward(graph, y, { x, p }) {
    const dy = graph.gradient(y);
    const dp = graph.sum(p);
    if (dp) graph.emit("sumBatch", [dp.pointer, read(dy), x.shape[0], size(p.shape)]);
    graph.pass(dy, x);
  },
};

/** Decoder input: y[b, 0] = start [D], y[b, t] = x[b, t−1]; x [B, T, D], none of which is read when T is 1. */
export const shiftRight: Op<{ start: Tensor; x: Tensor }> = {
  name: "shift-right",
  inputs: ({ start, x }) => [start, x],
  shape({ start, x }) {
    requireShape("start vector", start.shape, [x.shape[2]]);
    return x.shape;
  },
  forward(graph, y, { start, x }) {
    const [B, T, D] = x.shape;
    graph.emit("shiftRight", [write(y), read(start), read(x), B, T, D]);
  },
  backward(graph, y, { start, x }) {
    const [B, T, D] = x.shape;
    const dstart = graph.sum(start);
    const dx = graph.contribute(x);
    if (!dstart && !dx) return;
    const unused = dstart ? undefined : graph.scratch("unused", D);
    graph.emit("shiftRightBackward", [
      dstart ? dstart.pointer : write(unused!),
      dx ? dx.pointer : 0,
      read(graph.gradient(y)),
      B,
      T,
      D,
      dx ? dx.accumulate : 0,
    ]);
  },
};
