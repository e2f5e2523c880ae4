import { PlateauError } from "../errors.js";
import { IGNORED_LABEL } from "../graph/ops/loss.js";
import type { Architecture } from "../nn/architecture.js";
import type { TrainingData } from "./data.js";
import type { Loss } from "./losses.js";

/** @throws PlateauError `shape-mismatch`: a row that is not the model's would be written past its place; `usage`: as would a label. */
export function requireFit(
  { widths, labelRange }: TrainingData,
  loss: Loss,
  architecture: Architecture,
): void {
  const { extent, inputDim, targetDim, outputDim, kind } = architecture;
  const { inputTokens: m, outputTokens: n } = extent;
  const require = (name: string, found: number, shape: readonly [number, number]) => {
    if (found === shape[0] * shape[1]) return;
    throw new PlateauError(
      "shape-mismatch",
      `a row of training data has ${found} numbers of ${name}, this ${kind} model takes ${shape.join("·")}`,
    );
  };
  require("x", widths.x, [m, inputDim]);
  // Where neither loss nor decoder reads true outputs, a row may have none.
  const reads = loss.kind === "mse" || (kind === "encoder-decoder" && n > 1);
  if (reads || widths.y !== 0) require("y", widths.y, [n, targetDim]);
  if (loss.kind !== "cross-entropy" || outputDim % loss.classes !== 0) return;
  require("labels", widths.labels ?? 0, [n, outputDim / loss.classes]);
  if (!labelRange) return;
  const [least, most] = labelRange;
  if (least >= 0 && most < loss.classes) return;
  throw new PlateauError(
    "usage",
    `label ${least < 0 ? least : most} is none of the ${loss.classes} classes: labels are 0 to ${loss.classes - 1}, or ${IGNORED_LABEL} for what does not count`,
  );
}
