import type { BatchFunction } from "./function.js";
import type { TargetDefinition } from "./target.js";

/** A function of m numbers to n numbers, applied to each coordinate of tokens of d numbers by itself. */
export function coordinatewise(
  { name, inputs: m, outputs: n, value, pullback }: TargetDefinition,
  d: number,
): BatchFunction {
  const from = new Float64Array(m);
  const to = new Float64Array(n);
  const gradient = new Float64Array(m);
  /** Coordinate c of the tokens of point i. */
  const gather = (tokens: Float64Array, out: Float64Array, i: number, c: number) => {
    for (let t = 0; t < out.length; t++) out[t] = tokens[(i * out.length + t) * d + c];
  };
  const evaluate: BatchFunction["evaluate"] = (x, count) => {
    const y = new Float64Array(count * n * d);
    for (let i = 0; i < count; i++) {
      for (let c = 0; c < d; c++) {
        gather(x, from, i, c);
        value(from, to);
        for (let j = 0; j < n; j++) y[(i * n + j) * d + c] = to[j];
      }
    }
    return y;
  };
  const shape = { name, inputs: m * d, outputs: n * d };
  if (!pullback) return { ...shape, evaluate };
  const vjp: BatchFunction["vjp"] = (x, cotangent, count) => {
    const out = new Float64Array(count * m * d);
    for (let i = 0; i < count; i++) {
      for (let c = 0; c < d; c++) {
        gather(x, from, i, c);
        gather(cotangent, to, i, c);
        gradient.fill(0);
        pullback(from, to, gradient);
        for (let t = 0; t < m; t++) out[(i * m + t) * d + c] = gradient[t];
      }
    }
    return out;
  };
  return { ...shape, evaluate, vjp };
}
