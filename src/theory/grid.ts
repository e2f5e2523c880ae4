/** Points of a regular grid of n cells a side on a box, row-major, the last coordinate fastest. */
function points(low: readonly number[], high: readonly number[], count: number, at: (i: number) => number) {
  const d = low.length;
  const total = count ** d;
  const out = new Float64Array(total * d);
  for (let p = 0; p < total; p++) {
    for (let k = d - 1, rest = p; k >= 0; k--, rest = Math.floor(rest / count)) {
      const share = at(rest % count);
      // Both ends come out exactly.
      out[p * d + k] = share === 1 ? high[k] : low[k] + share * (high[k] - low[k]);
    }
  }
  return out;
}

/** Centres [n^d, d] of the cells. */
export function cellCentres(
  low: readonly number[],
  high: readonly number[],
  n: number,
): Float64Array<ArrayBuffer> {
  return points(low, high, n, (i) => (i + 0.5) / n);
}

/** Corners [(n+1)^d, d] of the cells. */
export function gridNodes(
  low: readonly number[],
  high: readonly number[],
  n: number,
): Float64Array<ArrayBuffer> {
  return points(low, high, n + 1, (i) => i / n);
}

/** Least number of cells a side whose sides are at most δ. */
export function cellsOf(low: readonly number[], high: readonly number[], delta: number): number {
  let n = 1;
  for (let k = 0; k < low.length; k++) {
    const sides = (high[k] - low[k]) / delta;
    // 1/δ that is whole but for rounding is meant whole.
    const near = Math.round(sides);
    n = Math.max(n, Math.abs(sides - near) < 1e-9 * near ? near : Math.ceil(sides));
  }
  return n;
}

/** The largest whole n ≥ 1 whose power n^d is at most `total`: by whole numbers, as roots differ between engines. */
export function wholeRoot(total: number, d: number): number {
  const fits = (n: number) => {
    let power = 1;
    for (let k = 0; k < d && power <= total; k++) power *= n;
    return power <= total;
  };
  return largestThat(fits);
}

/** The largest whole n of which `fits` holds, which holds up to it and not beyond; 0 where it never does. */
export function largestThat(fits: (n: number) => boolean): number {
  let [low, high] = [0, 1];
  while (fits(high)) [low, high] = [high, 2 * high];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}
