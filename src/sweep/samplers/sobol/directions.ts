import { joeKuo } from "./joe-kuo.js";

/** Dimensions that there are direction numbers for. */
export const SOBOL_DIMENSIONS = 256;
/** Digits of a coordinate, and of the number of a point. */
export const BITS = 32;

let table: readonly (readonly number[])[] | undefined;

/**
 * The direction numbers of a dimension as 32-bit fractions: v_k = m_k · 2^(32−k), k = 1 … 32, with the
 * recurrence v_k = a₁v_{k−1} ⊕ … ⊕ a_{s−1}v_{k−s+1} ⊕ v_{k−s} ⊕ v_{k−s}/2^s of its primitive polynomial
 * (Bratley and Fox 1988, Algorithm 659).
 * @param dimension from 0, below `SOBOL_DIMENSIONS`
 */
export function directionNumbers(dimension: number): Uint32Array<ArrayBuffer> {
  table ??= joeKuo
    .trim()
    .split("\n")
    .map((line) => line.split(" ").map(Number));
  const v = new Uint32Array(BITS);
  if (dimension === 0) {
    for (let k = 0; k < BITS; k++) v[k] = 2 ** (BITS - 1 - k);
    return v;
  }
  const [s, a, ...m] = table[dimension - 1];
  for (let k = 0; k < BITS; k++) {
    if (k < s) {
      v[k] = m[k] << (BITS - 1 - k);
      continue;
    }
    let next = v[k - s] ^ (v[k - s] >>> s);
    for (let i = 1; i < s; i++) if ((a >>> (s - 1 - i)) & 1) next ^= v[k - i];
    v[k] = next;
  }
  return v;
}
