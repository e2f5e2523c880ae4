import type { Normalizer } from "../../../graph/ops/attention.js";
import type { softmax } from "../../../graph/ops/softmax.js";
import type { OnnxBuilder } from "../builder.js";
import type { EmitterOf } from "../emitter.js";

const last = { axis: { int: -1 } } as const;

/**
 * Projection onto the simplex: of the scores in descending order z, the first k for which 1 + k·z_k > Σ_{j≤k} z_j
 * keep max(z − τ, 0), with τ = (their sum − 1)/k (Martins & Astudillo 2016, algorithm 1).
 * @param rank of the scores
 */
function sparsemaxOf(to: OnnxBuilder, scores: string, rank: number): string {
  const axes = to.ints(-1);
  const shifted = to.node("Sub", [scores, to.node("ReduceMax", [scores], { axes: { ints: [-1] } })]);
  const [sorted] = to.node2("TopK", [shifted, to.extent(shifted, rank - 1)], 2, last);
  const axis = to.constant("int -1", { dtype: "I64", shape: [], data: BigInt64Array.of(-1n) });
  const ones = to.node("ConstantOfShape", [to.node("Shape", [shifted])], {
    value: { tensor: { dtype: "F32", shape: [1], data: Float32Array.of(1) } },
  });
  const ranks = to.node("CumSum", [ones, axis]);
  const sums = to.node("CumSum", [sorted, axis]);
  const left = to.node("Add", [to.node("Mul", [ranks, sorted]), to.scalar(1)]);
  const kept = to.node("Greater", [left, sums]);
  const zero = to.scalar(0);
  const count = to.node("ReduceSum", [to.node("Where", [kept, ones, zero]), axes]);
  const sum = to.node("ReduceSum", [to.node("Where", [kept, sorted, zero]), axes]);
  const threshold = to.node("Div", [to.node("Sub", [sum, to.scalar(1)]), count]);
  return to.node("Relu", [to.node("Sub", [shifted, threshold])]);
}

/** Weights of scores, of which some are −∞, over their last axis. */
export const normalized: Record<Normalizer, (to: OnnxBuilder, scores: string, rank: number) => string> = {
  softmax: (to, scores) => to.node("Softmax", [scores], last),
  // Its ties go to the lowest index, as ours do.
  hardmax: (to, scores) => to.node("Hardmax", [scores], last),
  sparsemax: sparsemaxOf,
};

type Rowwise = EmitterOf<typeof softmax>;

export const onnxSoftmax: Rowwise = (to, { x }) => normalized.softmax(to, to.value(x), x.shape.length);
export const onnxHardmax: Rowwise = (to, { x }) => normalized.hardmax(to, to.value(x), x.shape.length);
export const onnxSparsemax: Rowwise = (to, { x }) => normalized.sparsemax(to, to.value(x), x.shape.length);
export const onnxLogSoftmax: Rowwise = (to, { x }) => to.node("LogSoftmax", [to.value(x)], last);
