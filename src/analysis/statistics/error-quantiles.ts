/**
 * Quantiles (linear between neighbours, type 7 of Hyndman & Fan 1996) of magnitudes [n, width] when whole
 * samples are resampled: one sort, then one walk a resample.
 * @param levels each in [0, 1]
 * @returns a function of how often each sample was drawn [n], n draws in all: one quantile a level
 */
export function resampledQuantiles(
  magnitudes: Float64Array,
  width: number,
  levels: readonly number[],
): (counts: Uint32Array) => number[] {
  const last = magnitudes.length - 1;
  const order = Uint32Array.from(magnitudes, (_, i) => i).sort((a, b) => magnitudes[b] - magnitudes[a]);
  const descending = Float64Array.from(order, (i) => magnitudes[i]);
  const owners = order.map((i) => Math.floor(i / width));
  const places = levels.map((level) => {
    const at = level * last;
    const below = Math.floor(at);
    // Ranks from the top of the two numbers that the quantile lies between, and the upper one's share.
    return { low: last - below, high: last - Math.min(below + 1, last), share: at - below };
  });
  const ranks = [...new Set(places.flatMap(({ low, high }) => [low, high]))].sort((a, b) => a - b);
  return (counts) => {
    const values = new Map<number, number>();
    let walked = 0;
    let next = -1;
    for (const rank of ranks) {
      while (walked <= rank) walked += counts[owners[++next]];
      values.set(rank, descending[next]);
    }
    return places.map(({ low, high, share }) => {
      const lower = values.get(low)!;
      return share === 0 ? lower : lower + share * (values.get(high)! - lower);
    });
  };
}
