import { PlateauError } from "../errors.js";
import { Graph, type Mode } from "../graph/graph.js";
import { plan } from "../graph/planner.js";
import type { Architecture } from "../nn/architecture.js";
import { INFERENCE_BATCH, layout } from "../nn/model.js";
import { sharedEngine } from "../runtime/engine.js";
import { differentiateLoss } from "./batch-program.js";
import { Batches } from "./batches.js";
import type { TrainingData } from "./data.js";
import type { Loss } from "./losses.js";
import type { TrainingOptions } from "./options.js";
import { sliceRows } from "./slices/rows.js";

/**
 * Bytes of training a model: weights, optimizer state, gradients and program of each slice, order of the data,
 * working memory of all threads but the first. Computed from shapes alone.
 * @throws PlateauError `usage` when no such model can be.
 */
export function trainingBytes(
  architecture: Architecture,
  loss: Loss,
  { batch, slices }: TrainingOptions,
  data: Pick<TrainingData, "rows" | "bytes">,
  threads = 1,
): number {
  const parameters = layout(architecture);
  const programBytes = (batch: number, mode: Mode) => {
    const graph = new Graph(parameters, mode);
    const emitted = architecture.emit(graph, { batch, ...architecture.extent });
    if (mode === "training") differentiateLoss(graph, emitted, loss, architecture.targetDim);
    return plan(graph).bytes;
  };
  const rows = sliceRows(batch, slices);
  // No more than two sizes differ.
  const sizes = new Map([...new Set(rows)].map((size) => [size, programBytes(size, "training")]));
  const bytes =
    4 * (3 + slices) * parameters.length +
    rows.reduce((sum, size) => sum + sizes.get(size)!, 0) +
    programBytes(INFERENCE_BATCH, "inference") +
    Batches.bytes(data.rows, batch) +
    (data.bytes?.(batch) ?? 0) +
    (threads - 1) * (threads > 1 ? sharedEngine().kernels.scratchBytes() : 0);
  if (!Number.isSafeInteger(bytes)) {
    throw new PlateauError("memory", `needs about ${bytes} bytes: use a smaller model or batch`);
  }
  return bytes;
}
