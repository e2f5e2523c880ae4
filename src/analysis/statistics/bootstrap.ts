import { type StreamKey, streamKey } from "../../random/keys.js";
import { uniform64 } from "../../random/uniform.js";

/** A 95% interval. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** An estimate with its 95% interval. */
export interface Estimate extends Interval {
  readonly value: number;
}

/** Resamples that an interval is read off. */
export const RESAMPLES = 1000;

/**
 * Percentile bootstrap (Efron 1979): `statistic` of `resamples` draws of n indices with replacement,
 * and its 2.5% and 97.5% quantiles. Draw b depends on (seed, name, b) alone.
 * @param statistic called with u32 indices [n]: it must not keep them
 */
export function bootstrap(
  n: number,
  statistic: (indices: Uint32Array) => number,
  options: { seed?: number; name: string; resamples?: number },
): Interval {
  const { seed = 0, name, resamples = RESAMPLES } = options;
  const key: StreamKey = streamKey(seed, `bootstrap/${name}`);
  const indices = new Uint32Array(n);
  const values = new Float64Array(resamples);
  for (let b = 0; b < resamples; b++) {
    const draws = uniform64(key, 0, n, b);
    for (let i = 0; i < n; i++) indices[i] = Math.floor(draws[i] * n);
    values[b] = statistic(indices);
  }
  values.sort();
  return { low: quantile(values, 0.025), high: quantile(values, 0.975) };
}

/** A quantile of ascending numbers, linear between neighbours (type 7 of Hyndman & Fan 1996). */
export function quantile(ascending: ArrayLike<number>, p: number): number {
  const at = p * (ascending.length - 1);
  const low = Math.floor(at);
  const high = Math.min(low + 1, ascending.length - 1);
  return ascending[low] + (at - low) * (ascending[high] - ascending[low]);
}
