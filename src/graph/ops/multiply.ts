import { read, write } from "../call.js";
import type { Op } from "../op.js";
import { requireShape, size, type Tensor } from "../tensor.js";

/** y = a ⊙ b, of equal shapes: the gate of a bilinear layer (GLU without a nonlinearity, arXiv 2002.05202). */
export const multiply: Op<{ a: Tensor; b: Tensor }> = {
  name: "multiply",
  inputs: ({ a, b }) => [a, b],
  shape({ a, b }) {
    requireShape(b.name, b.shape, a.shape);
    return a.shape;
  },
  forward(graph, y, { a, b }) {
    graph.emit("multiplyBackward", [write(y), read(a), read(b), size(y.shape), 0]);
  },
  backward(graph, y, { a, b }) {
    const dy = read(graph.gradient(y));
    for (const [to, factor] of [
      [a, b],
      [b, a],
    ]) {
      const d = graph.contribute(to);
      if (d) graph.emit("multiplyBackward", [d.pointer, dy, read(factor), size(y.shape), d.accumulate]);
    }
  },
};
