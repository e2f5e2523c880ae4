import { cbrt } from "./math.js";

/** Below it the root's slope is held: 2^-21, whose root is 2^-7. */
const LEAST = 2 ** -21;

/**
 * ∛u and its derivative 1/(3 ∛u²), which is infinite at u = 0 alone. It is held at 2^14/3 ≈ 5461 where
 * |u| < 2^-21, so that a tangent taken at 0 stays finite; everywhere else it is exact.
 */
export function cubeRoot(u: number): { root: number; slope: number } {
  const root = cbrt(u);
  return { root, slope: Math.abs(u) < LEAST ? 2 ** 14 / 3 : 1 / (3 * root * root) };
}
