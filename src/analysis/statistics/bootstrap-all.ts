import { streamKey } from "../../random/keys.js";
import { uniform64 } from "../../random/uniform.js";
import { type Interval, quantile, RESAMPLES } from "./bootstrap.js";

/**
 * Percentile bootstrap of several statistics from the same resamples: draws as `bootstrap` makes them,
 * handed over as how often each of the n was drawn. An interval is null where a statistic is not finite.
 * @param statistics called with those counts [n]: it must not keep them; as many numbers every time
 */
export async function bootstrapAll(
  n: number,
  statistics: (counts: Uint32Array) => readonly number[],
  options: {
    readonly seed?: number;
    readonly name: string;
    readonly resamples?: number;
    readonly pace?: (share: number) => Promise<void> | undefined;
  },
): Promise<(Interval | null)[]> {
  const { seed = 0, name, resamples = RESAMPLES, pace } = options;
  const key = streamKey(seed, `bootstrap/${name}`);
  const counts = new Uint32Array(n);
  const found: Float64Array[] = [];
  for (let b = 0; b < resamples; b++) {
    await pace?.(b / resamples);
    const draws = uniform64(key, 0, n, b);
    counts.fill(0);
    for (let i = 0; i < n; i++) counts[Math.floor(draws[i] * n)]++;
    const values = statistics(counts);
    for (let k = 0; k < values.length; k++) {
      found[k] ??= new Float64Array(resamples);
      found[k][b] = values[k];
    }
  }
  return found.map((values) => {
    if (!values.every(Number.isFinite)) return null;
    values.sort();
    return { low: quantile(values, 0.025), high: quantile(values, 0.975) };
  });
}
