import { streamKey } from "../../random/keys.js";
import { uniform64 } from "../../random/uniform.js";
import { bootstrap, type Estimate, RESAMPLES } from "./bootstrap.js";

/** What each test sample cost a predictor (a squared error, a share of wrong classes), by seed of training. */
export type Losses = readonly Float64Array[];

/**
 * The difference between two predictors of what their losses come to, a − b, on the same samples and
 * seeds, with its 95% interval: seeds and samples are drawn anew with replacement, the same ones for both
 * (paired bootstrap; for several seeds on both levels, as Davison & Hinkley 1997, § 3.8, draw twice).
 * Predictor a has a run for each seed, b for each or one for all.
 *
 * @param of what a mean loss comes to: `Math.sqrt` makes a root mean square of squared errors
 */
export function pairedDifference(
  a: Losses,
  b: Losses,
  of: (meanLoss: number) => number,
  { seed, resamples = RESAMPLES }: { seed: number; resamples?: number },
): Estimate {
  const n = a[0].length;
  const seeds = a.length;
  const difference = (run: number, indices: ArrayLike<number> | null): number => {
    const [mine, other] = [a[run], b[run % b.length]];
    let sumA = 0;
    let sumB = 0;
    for (let i = 0; i < n; i++) {
      const at = indices ? indices[i] : i;
      sumA += mine[at];
      sumB += other[at];
    }
    return of(sumA / n) - of(sumB / n);
  };
  let value = 0;
  for (let run = 0; run < seeds; run++) value += difference(run, null) / seeds;
  const picks = uniform64(streamKey(seed, "compare/seeds"), 0, resamples * seeds);
  let draw = 0;
  const { low, high } = bootstrap(
    n,
    (indices) => {
      let sum = 0;
      for (let s = 0; s < seeds; s++) {
        const run = Math.floor(picks[draw * seeds + s] * seeds);
        sum += difference(run, indices) / seeds;
      }
      draw++;
      return sum;
    },
    // One name for all, so that competitors are judged on the same draws.
    { seed, name: "compare", resamples },
  );
  return { value, low, high };
}
