import { bootstrap, type Estimate } from "./bootstrap.js";

/** One segment's share of a ratio Σ over / Σ under, with bounds of `over` that the grid's width leaves. */
export interface Part {
  readonly over: number;
  readonly under: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Σ over / Σ under. Of several segments, with a 95% interval for the ratio over all segments of the
 * domain, by resampling segments; of one, with the bounds of the grid. Null where Σ under is 0.
 */
export function ratio(parts: readonly Part[], seed: number): Estimate | null {
  const of = (which: "over" | "low" | "high", indices: ArrayLike<number>) => {
    let over = 0;
    let under = 0;
    for (let i = 0; i < indices.length; i++) {
      over += parts[indices[i]][which];
      under += parts[indices[i]].under;
    }
    return under > 0 ? over / under : 0;
  };
  const all = parts.map((_, i) => i);
  if (!(parts.reduce((sum, { under }) => sum + under, 0) > 0)) return null;
  const value = of("over", all);
  if (parts.length === 1) return { value, low: of("low", all), high: of("high", all) };
  return { value, ...bootstrap(parts.length, (indices) => of("over", indices), { seed, name: "plateaus" }) };
}
