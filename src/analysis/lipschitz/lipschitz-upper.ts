import type { Model } from "../../nn/model.js";
import { networkBounds } from "./network-bounds.js";

/**
 * Rounding of float32 derivatives, as a share of the product of norms that they pass through: sixteen units
 * in the last place (ours; in thousands of small encoders on tiny boxes none needed more).
 */
const ROUNDING = 2 ** -20;

/**
 * A number that the Lipschitz constant of a network does not exceed on a box, 2-norms on both sides:
 * ‖f(x) − f(x′)‖ ≤ bound·‖x − x′‖ for f in exact arithmetic with the network's float32 weights. An allowance
 * for rounding is in it, so that float32 derivatives, which hold noise where they nearly cancel, are below it
 * too. Intervals
 * and Lipschitz constants are carried through the network's own graph op by op, so all that runs is
 * covered, a decoder that reads its own predictions included. Certain, and for deep networks on large boxes
 * far from sharp: LayerNorm alone may stretch by 1/√eps where a box allows its input to be constant.
 * @param low, high sides of the box [inputs], inputs as those of `modelFunction(model, { decoding })`
 * @returns undefined where no finite bound is found: hardmax attention, numbers beyond float64
 */
export function lipschitzUpper(
  model: Model,
  low: ArrayLike<number>,
  high: ArrayLike<number>,
  { decoding = "own" }: { decoding?: "own" | "teacher-forcing" } = {},
): number | undefined {
  // Norms alone see no cancellation; intervals of the Jacobian do.
  const bounds = networkBounds(model, { decoding });
  const product = bounds(low, high, false).whole;
  const sharp = bounds(low, high, true).whole;
  const value = Math.min(product, sharp) + ROUNDING * product;
  return Number.isFinite(value) ? value : undefined;
}
