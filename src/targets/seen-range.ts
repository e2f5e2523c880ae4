import { PlateauError } from "../errors.js";
import { streamKey } from "../random/keys.js";
import { uniform64 } from "../random/uniform.js";
import { outward } from "./ranges.js";
import type { Range, TargetDefinition } from "./target.js";

const PROBES = 4096;

/**
 * An interval that a function's values seem to lie in: what it takes on 4096 seeded points of a box and the box's two
 * end points, widened by a twentieth either way. A good guess, no bound.
 * @param what the function is called in errors
 * @throws PlateauError `usage` where a value is not finite, or none of float32
 */
export function seenRange(
  what: string,
  { value, outputs }: Pick<TargetDefinition, "value" | "outputs">,
  box: readonly Range[],
): Range {
  const n = box.length;
  const x = uniform64(streamKey(0, "target/expression"), 0, PROBES * n);
  // The first two are the ends of the box.
  for (let i = 0; i < n; i++) [x[i], x[n + i]] = [0, 1];
  for (let i = 0; i < x.length; i++) {
    const { low, high } = box[i % n];
    x[i] = low + x[i] * (high - low);
  }
  const y = new Float64Array(outputs);
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let p = 0; p < PROBES; p++) {
    const point = x.subarray(p * n, (p + 1) * n);
    value(point, y);
    for (const one of y) {
      if (Number.isNaN(one)) {
        throw new PlateauError(
          "usage",
          `${what} is NaN at (${point.join(", ")}): choose a domain on which it is finite`,
        );
      }
      [least, most] = [Math.min(least, one), Math.max(most, one)];
    }
  }
  const magnitude = Math.max(-least, most);
  if (!Number.isFinite(Math.fround(magnitude * 1.5))) {
    throw new PlateauError(
      "usage",
      `${what} takes values up to ${magnitude} in magnitude: float32 has none beyond 3.4e38, scale it down`,
    );
  }
  const margin = most > least ? (most - least) / 20 : Math.max(0.5, Math.abs(most) / 2);
  return outward(least - margin, most + margin);
}
