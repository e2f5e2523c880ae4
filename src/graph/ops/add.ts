import { read, write } from "../call.js";
import type { Op } from "../op.js";
import { requireShape, size, type Tensor } from "../tensor.js";

/** y = a + b, of equal shapes. */
export const add: Op<{ a: Tensor; b: Tensor }> = {
  name: "add",
  inputs: ({ a, b }) => [a, b],
  shape({ a, b }) {
    requireShape(b.name, b.shape, a.shape);
    return a.shape;
  },
  forward(graph, y, { a, b }) {
    graph.emit("add", [write(y), read(a), read(b), size(y.shape)], [y, b]);
  },
  backward(graph, y, { a, b }) {
    const dy = graph.gradient(y);
    graph.pass(dy, a);
    graph.pass(dy, b);
  },
};
