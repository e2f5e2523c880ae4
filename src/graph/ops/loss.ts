import { read, write } from "../call.js";
import type { Op } from "../op.js";
import { lastExtent, requireShape, rows, size, type Tensor, type View } from "../tensor.js";

/**
 * Losses put their value, a float64, into a result of their own (`onValue`); their output tensor
 * stands for it where gradients are concerned. The cotangent is one float32.
 */
export interface LossAttributes {
  onValue: (value: View) => void;
}

/** Mean of (x − y)² over all elements. */
export const mse: Op<{ x: Tensor; y: Tensor }, LossAttributes> = {
  name: "mse",
  inputs: ({ x, y }) => [x, y],
  shape({ x, y }) {
    requireShape("targets", y.shape, x.shape);
    return [];
  },
  forward(graph, _out, { x, y }, { onValue }) {
    const value = graph.result("loss", 1, "f64");
    graph.emit("mseForward", [write(value), read(x), read(y), size(x.shape)]);
    onValue(value);
  },
  backward(graph, out, { x, y }) {
    const n = size(x.shape);
    const dloss = read(graph.gradient(out));
    const dx = graph.contribute(x);
    if (dx) graph.emit("mseBackward", [dx.pointer, dloss, read(x), read(y), n, dx.accumulate]);
    const dy = graph.contribute(y);
    if (dy) graph.emit("mseBackward", [dy.pointer, dloss, read(y), read(x), n, dy.accumulate]);
  },
};

export interface CrossEntropyAttributes extends LossAttributes {
  /** Labels of this value count for nothing. Default −100, as PyTorch has it. */
  ignore?: number;
}

/** Rows with this label count for nothing, as in PyTorch. */
export const IGNORED_LABEL = -100;

/** Mean of −log softmax(x)[label] over the rows x[…, K] whose label counts; labels are int32 [rows]. */
export const crossEntropy: Op<{ x: Tensor; labels: Tensor }, CrossEntropyAttributes, View> = {
  name: "cross-entropy",
  inputs: ({ x, labels }) => [x, labels],
  shape({ x, labels }) {
    requireShape("labels", [size(labels.shape)], [rows(x.shape)]);
    return [];
  },
  forward(graph, _out, { x, labels }, { onValue, ignore = IGNORED_LABEL }) {
    const value = graph.result("loss", 1, "f64");
    const probabilities = graph.scratch("probabilities", size(x.shape));
    graph.emit("crossEntropyForward", [
      write(value),
      write(probabilities),
      read(x),
      read(labels),
      rows(x.shape),
      lastExtent(x.shape),
      ignore,
    ]);
    onValue(value);
    return probabilities;
  },
  backward(graph, out, { x, labels }, { ignore = IGNORED_LABEL }, probabilities) {
    const dx = graph.contribute(x);
    if (!dx) return;
    graph.emit("crossEntropyBackward", [
      dx.pointer,
      read(graph.gradient(out)),
      read(probabilities),
      read(labels),
      rows(x.shape),
      lastExtent(x.shape),
      ignore,
      dx.accumulate,
    ]);
  },
};
