import { PlateauError, unknownName } from "../errors.js";
import type { Graph } from "../graph/graph.js";
import { crossEntropy, mse } from "../graph/ops/loss.js";
import { lastExtent, size, type Tensor, type View } from "../graph/tensor.js";
import type { Emitted } from "../nn/architecture.js";

/** What training minimises. Classification is per output token, or per coordinate of one. */
export type Loss = { kind: "mse" } | { kind: "cross-entropy"; classes: number };

/** The loss of an emitted model with the inputs it adds. */
export interface EmittedLoss {
  /** Stands for the loss in `differentiate`. */
  output: Tensor;
  /** f64[1]. */
  value: View;
  /** True outputs [B, n, targetDim]: the decoder's own input where it has one. */
  y: Tensor;
  /** i32, classification only. */
  labels?: Tensor;
}

/** Adds the loss of `emitted.output` against true outputs or labels. */
export function emitLoss(graph: Graph, emitted: Emitted, loss: Loss, targetDim: number): EmittedLoss {
  const [B, n] = emitted.output.shape;
  const y = emitted.y ?? graph.input("y", [B, n, targetDim]);
  let value: View | undefined;
  const onValue = (view: View) => (value = view);
  if (loss.kind === "mse") {
    const output = graph.apply(mse, "loss", { x: emitted.output, y }, { onValue });
    return { output, value: value!, y };
  }
  if (loss.kind === "cross-entropy") {
    const K = loss.classes;
    const groups = lastExtent(emitted.output.shape) / K;
    if (!Number.isInteger(groups)) {
      throw new PlateauError(
        "shape-mismatch",
        `${lastExtent(emitted.output.shape)} logits are no multiple of ${K} classes`,
      );
    }
    const labels = graph.input("labels", [B * n * groups], { dtype: "i32" });
    const x = graph.reshape(emitted.output, [size(labels.shape), K]);
    const output = graph.apply(crossEntropy, "loss", { x, labels }, { onValue });
    return { output, value: value!, y, labels };
  }
  throw unknownName("loss", (loss as Loss).kind, ["mse", "cross-entropy"]);
}
