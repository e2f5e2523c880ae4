import type { Kernels } from "../../runtime/generated/kernels.js";
import { read, write } from "../call.js";
import type { Op } from "../op.js";
import { lastExtent, rows, type Tensor } from "../tensor.js";

type Forward = "softmaxForward" | "logSoftmaxForward" | "hardmaxForward" | "sparsemaxForward";
type Backward = "softmaxBackward" | "logSoftmaxBackward" | "sparsemaxBackward";

function rowwise(name: string, forward: Forward, backward?: Backward): Op<{ x: Tensor }> {
  return {
    name,
    inputs: ({ x }) => [x],
    shape: ({ x }) => x.shape,
    forward(graph, y, { x }) {
      graph.emit(forward, [write(y), read(x), rows(x.shape), lastExtent(x.shape)], [y, x]);
    },
    backward:
      backward &&
      ((graph, y, { x }) => {
        const dx = graph.contribute(x);
        if (!dx) return;
        graph.emit(backward as keyof Kernels & "softmaxBackward", [
          dx.pointer,
          read(graph.gradient(y)),
          read(y),
          rows(x.shape),
          lastExtent(x.shape),
          dx.accumulate,
        ]);
      }),
  };
}

/** exp(x − max)/Σ over the last extent. */
export const softmax = rowwise("softmax", "softmaxForward", "softmaxBackward");
export const logSoftmax = rowwise("log-softmax", "logSoftmaxForward", "logSoftmaxBackward");
/** 1 at the largest of a row (the lowest index of several), else 0. No gradient. */
export const hardmax = rowwise("hardmax", "hardmaxForward");
/** Euclidean projection onto the simplex (Martins & Astudillo 2016, arXiv 1602.02068). */
export const sparsemax = rowwise("sparsemax", "sparsemaxForward", "sparsemaxBackward");
