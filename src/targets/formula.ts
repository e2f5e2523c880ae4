import type { Formula } from "./target.js";

/** A formula in x1 … xn. */
export function formula(text: string, inputs = 1): Formula {
  return { text, variables: Array.from({ length: inputs }, (_, i) => `x${i + 1}`) };
}

/** One term for each of n inputs, joined by a sign. */
export function joined(n: number, sign: "+" | "*", term: (x: string) => string): string {
  return Array.from({ length: n }, (_, i) => term(`x${i + 1}`)).join(sign);
}
