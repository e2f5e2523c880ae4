import { networkBounds } from "../../analysis/lipschitz/network-bounds.js";
import { requireArguments } from "../../arguments.js";
import type { Model } from "../../nn/model.js";
import type { Enclosed, Enclosure } from "./enclosure.js";

/**
 * A network on boxes: intervals and interval Jacobians through its own graph, with the float32 weights that
 * it has now, and float32's rounding besides. Where rounding cannot be bounded (hardmax, models that read
 * their own predictions) the bounds are of exact arithmetic, and `conditions` says so.
 * @throws PlateauError `usage` where an argument is of another kind
 */
export function networkEnclosure(model: Model): Enclosure {
  requireArguments("networkEnclosure", { model: [model, "Model: architecture parameters seed config"] });

  const { extent, inputDim, outputDim, kind } = model.architecture;
  const bounds = networkBounds(model, { rounding: true });
  const reads = kind === "encoder-decoder" && extent.outputTokens > 1;
  const { normalizer = "softmax" } = model.config as { normalizer?: string };
  const conditions =
    reads || normalizer !== "softmax"
      ? [
          "the network is taken in exact arithmetic with its float32 weights: float32's rounding is not included",
        ]
      : [];
  return {
    inputs: extent.inputTokens * inputDim,
    outputs: extent.outputTokens * outputDim,
    conditions,
    enclose(low, high): Enclosed {
      const { low: from, high: to, slopes, middle, error } = bounds(low, high, true);
      const found = {
        low: finite(from, Number.NEGATIVE_INFINITY),
        high: finite(to, Number.POSITIVE_INFINITY),
        middle: middle && { low: middle.at.low, high: middle.at.high },
        rounding:
          conditions.length === 0
            ? (error ?? new Float64Array(to.length).fill(Number.POSITIVE_INFINITY))
            : undefined,
      };
      if (!slopes) return found;
      // What float64 rounded off while the slopes were gathered.
      const slack = slopes.middle.map(
        (value, i) => slopes.radius[i] + 1e-12 * (Math.abs(value) + slopes.radius[i]),
      );
      return {
        ...found,
        slopes: {
          low: slopes.middle.map((value, i) => value - slack[i]),
          high: slopes.middle.map((value, i) => value + slack[i]),
        },
      };
    },
  };
}

function finite(ends: Float64Array, otherwise: number): Float64Array {
  return ends.map((end) => (Number.isNaN(end) ? otherwise : end));
}
