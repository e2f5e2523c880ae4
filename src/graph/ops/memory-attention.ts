import { read, write } from "../call.js";
import type { Op } from "../op.js";
import { lastExtent, requireShape, rows, type Tensor, type View } from "../tensor.js";

/**
 * y[…, O] = softmax(q·kᵀ)·v: one head of attention of queries q [N, E] to learned memory tokens with keys
 * k [S, E] and values v [S, O], the same for all queries (persistent memory, Sukhbaatar et al. 2019, arXiv
 * 1907.01470). Scores are not divided by √E: keys are learned, so they hold that factor.
 */
export interface MemoryAttentionInputs {
  q: Tensor;
  k: Tensor;
  v: Tensor;
}

export interface MemoryAttentionAttributes {
  /** Called with the weights [N, S], where they are kept. */
  onWeights?: (weights: View, sizes: { N: number; S: number }) => void;
}

export const memoryAttention: Op<MemoryAttentionInputs, MemoryAttentionAttributes, View> = {
  name: "memory-attention",
  inputs: ({ q, k, v }) => [q, k, v],
  shape({ q, k, v }) {
    const [S] = k.shape;
    requireShape(`keys ${k.name}`, k.shape, [S, lastExtent(q.shape)]);
    requireShape(`values ${v.name}`, v.shape, [S, lastExtent(v.shape)]);
    return [...q.shape.slice(0, -1), lastExtent(v.shape)];
  },
  forward(graph, y, { q, k, v }, { onWeights }) {
    const [S, E] = k.shape;
    const N = rows(q.shape);
    const O = lastExtent(v.shape);
    const scores = graph.scratch("scores", N * S);
    const weights = onWeights
      ? graph.result(`${y.name}.weights`, N * S, "f32")
      : graph.scratch("weights", N * S);
    graph.emit("gemmNT", [write(scores), read(q), read(k), 0, N, S, E, E, E, S, 0]);
    graph.emit("softmaxForward", [write(weights), read(scores), N, S], [weights, scores]);
    graph.emit("gemmNN", [write(y), read(weights), read(v), 0, N, O, S, S, O, O, 0]);
    onWeights?.(weights, { N, S });
    return weights;
  },
  backward(graph, y, { q, k, v }, _attributes, weights) {
    const [S, E] = k.shape;
    const N = rows(q.shape);
    const O = lastExtent(v.shape);
    const dy = read(graph.gradient(y));
    const dv = graph.sum(v);
    if (dv) graph.emit("gemmTN", [dv.pointer, read(weights), dy, 0, S, O, N, S, O, O, 1]);
    if (!q.needsGradient && !k.needsGradient) return;
    const dWeights = graph.scratch("dWeights", N * S);
    const dScores = graph.scratch("dScores", N * S);
    graph.emit("gemmNT", [write(dWeights), dy, read(v), 0, N, S, O, O, O, S, 0]);
    graph.emit(
      "softmaxBackward",
      [write(dScores), read(dWeights), read(weights), N, S, 0],
      [dScores, dWeights],
    );
    const dk = graph.sum(k);
    if (dk) graph.emit("gemmTN", [dk.pointer, read(dScores), read(q), 0, S, E, N, S, E, E, 1]);
    const dq = graph.contribute(q);
    if (dq) graph.emit("gemmNN", [dq.pointer, read(dScores), read(k), 0, N, E, S, S, E, E, dq.accumulate]);
  },
};
