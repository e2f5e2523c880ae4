/** A robust slope with the interval that it lies in with 95% confidence. */
export interface Slope {
  readonly slope: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Theil–Sen: the median of the slopes between all pairs of points, and Sen's interval (1968), which inverts
 * Kendall's test. Up to a quarter of the points may lie anywhere: a garbage collection is no leak.
 * @param x no two the same, 4 or more
 */
export function theilSen(x: readonly number[], y: readonly number[]): Slope {
  const n = x.length;
  const slopes: number[] = [];
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) slopes.push((y[j] - y[i]) / (x[j] - x[i]));
  }
  slopes.sort((a, b) => a - b);
  // Kendall's S has this variance where nothing depends on anything; ties make it smaller.
  const reach = 1.96 * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  const at = (place: number) => slopes[Math.max(0, Math.min(slopes.length - 1, Math.round(place)))];
  const middle = (slopes.length - 1) / 2;
  return {
    slope: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    low: at(middle - reach / 2),
    high: at(middle + reach / 2),
  };
}
