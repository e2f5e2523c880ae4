import type { Range } from "./target.js";

/** The interval with its ends moved outward to float32 numbers. */
export function outward(low: number, high: number): Range {
  return { low: -up(-low), high: up(high) };
}

/** The least float32 number that is not below x. */
function up(x: number): number {
  const near = Math.fround(x);
  if (near >= x) return near;
  const bits = new Int32Array(Float32Array.of(near).buffer);
  // The next float32 above: larger magnitude above zero, smaller below it. (`near` is not 0: then x would be, too, or tiny.)
  if (near === 0) return 2 ** -149;
  bits[0] += near > 0 ? 1 : -1;
  return new Float32Array(bits.buffer)[0];
}

/** [−1, 1]. */
export const unit: Range = { low: -1, high: 1 };

/** [0, 1]. */
export const positive: Range = { low: 0, high: 1 };

/** `count` times the same interval. */
export function each(range: Range, count: number): Range[] {
  return new Array<Range>(count).fill(range);
}
