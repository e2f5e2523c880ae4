import { log } from "../../../targets/math.js";
import { normalCdf, normalQuantile } from "./normal.js";

// A normal distribution cut off where the unit interval ends.

const LOG_SQRT_2_PI = 0.9189385332046727;
const BELOW_ONE = 1 - 2 ** -53;

/** Φ(high) − Φ(low), by the lower tail where both are above 0: the upper one has no digits left. */
export const massBetween = (low: number, high: number): number =>
  low > 0 ? normalCdf(-low) - normalCdf(-high) : normalCdf(high) - normalCdf(low);

/** What the whole distribution has of its mass on the interval. */
export const massInside = (center: number, width: number): number =>
  massBetween(-center / width, (1 - center) / width);

/** The log of the density at its center, of a distribution with that mass inside. */
export const logPeak = (mass: number, width: number): number => -log(width * mass) - LOG_SQRT_2_PI;

/** By the inverse of the distribution function between the ends of the interval. */
export function drawNormal(center: number, width: number, uniform: number): number {
  const low = normalCdf(-center / width);
  const high = normalCdf((1 - center) / width);
  const at = center + width * normalQuantile(low + uniform * (high - low));
  return Math.min(BELOW_ONE, Math.max(0, at));
}
