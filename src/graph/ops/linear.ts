import { read, write } from "../call.js";
import type { Op } from "../op.js";
import { lastExtent, requireShape, rows, type Tensor } from "../tensor.js";

/** y[…, O] = x[…, I]·w[O, I]ᵀ + b[O]. */
export interface LinearInputs {
  x: Tensor;
  w: Tensor;
  b?: Tensor;
}

export const linear: Op<LinearInputs> = {
  name: "linear",
  inputs: ({ x, w, b }) => (b ? [x, w, b] : [x, w]),
  shape({ x, w, b }) {
    requireShape(`weight ${w.name}`, w.shape, [w.shape[0], lastExtent(x.shape)]);
    if (b) requireShape(`bias ${b.name}`, b.shape, [w.shape[0]]);
    return [...x.shape.slice(0, -1), w.shape[0]];
  },
  forward(graph, y, { x, w, b }) {
    const [O, I] = w.shape;
    graph.emit("gemmNT", [write(y), read(x), read(w), b ? read(b) : 0, rows(x.shape), O, I, I, I, O, 0]);
  },
  backward(graph, y, { x, w, b }) {
    const [O, I] = w.shape;
    const N = rows(x.shape);
    const dy = graph.gradient(y);
    const dw = graph.sum(w);
    if (dw) graph.emit("gemmTN", [dw.pointer, read(dy), read(x), 0, O, I, N, O, I, I, 1]);
    const db = b && graph.sum(b);
    if (db) graph.emit("columnSum", [db.pointer, read(dy), N, O, O]);
    const dx = graph.contribute(x);
    if (dx) graph.emit("gemmNN", [dx.pointer, read(dy), read(w), 0, N, I, O, O, I, I, dx.accumulate]);
  },
};
