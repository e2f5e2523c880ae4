import { read, write } from "../call.js";
import type { Op } from "../op.js";
import { size, type Tensor, type View } from "../tensor.js";

export const activations = ["gelu", "gelu-tanh", "relu"] as const;
export type Activation = (typeof activations)[number];

function gelu(
  name: string,
  kernel: "geluForward" | "geluTanhForward",
): Op<{ x: Tensor }, object, View | undefined> {
  return {
    name,
    inputs: ({ x }) => [x],
    shape: ({ x }) => x.shape,
    forward(graph, y, { x }) {
      const n = size(x.shape);
      // The derivative costs one multiplication more here, and an exp and an erf again in backward.
      const derivative = graph.keepsValues ? graph.scratch("derivative", n) : undefined;
      graph.emit(
        kernel,
        [write(y), derivative ? write(derivative) : 0, read(x), n],
        derivative ? [derivative, x] : [y, x],
      );
      return derivative;
    },
    backward(graph, y, { x }, _attributes, derivative) {
      const dx = graph.contribute(x);
      if (!dx) return;
      const dy = graph.gradient(y);
      graph.emit(
        "multiplyBackward",
        [dx.pointer, read(dy), read(derivative!), size(x.shape), dx.accumulate],
        dx.accumulate ? undefined : [dx.view, dy],
      );
    },
  };
}

/** x·Φ(x), Φ the normal distribution function (PyTorch's default GELU). */
export const geluErf = gelu("gelu-erf", "geluForward");
/** ½x(1 + tanh(√(2/π)(x + 0.044715x³))). */
export const geluTanh = gelu("gelu-tanh", "geluTanhForward");

export const relu: Op<{ x: Tensor }> = {
  name: "relu",
  inputs: ({ x }) => [x],
  shape: ({ x }) => x.shape,
  forward(graph, y, { x }) {
    graph.emit("reluForward", [write(y), read(x), size(x.shape)], [y, x]);
  },
  backward(graph, y, { x }) {
    const dx = graph.contribute(x);
    if (!dx) return;
    const dy = graph.gradient(y);
    graph.emit(
      "reluBackward",
      [dx.pointer, read(dy), read(y), size(x.shape), dx.accumulate],
      dx.accumulate ? undefined : [dx.view, dy],
    );
  },
};

export const activationOps: Record<Activation, Op<{ x: Tensor }, object>> = {
  gelu: geluErf,
  "gelu-tanh": geluTanh,
  relu,
};
