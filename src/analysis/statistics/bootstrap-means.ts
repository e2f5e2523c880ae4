import { bootstrap, type Estimate, quantile } from "./bootstrap.js";

/**
 * Means of several numbers of the same n samples, each with the interval that `bootstrap` gives its mean.
 * All share one set of resamples, which are drawn once.
 * @param columns one array [n] a number
 */
export function bootstrapMeans(
  columns: readonly Float64Array[],
  options: { seed?: number; name: string; resamples?: number },
): Estimate[] {
  const means = columns.map((): number[] => []);
  const n = columns[0]?.length ?? 0;
  const resample = (indices: Uint32Array) => {
    for (const [c, column] of columns.entries()) {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += column[indices[i]];
      means[c].push(sum / n);
    }
    return 0;
  };
  bootstrap(n, resample, options);
  return columns.map((column, c) => {
    const ascending = Float64Array.from(means[c]).sort();
    let sum = 0;
    for (const value of column) sum += value;
    return { value: sum / n, low: quantile(ascending, 0.025), high: quantile(ascending, 0.975) };
  });
}
