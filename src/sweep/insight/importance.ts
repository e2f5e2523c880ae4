import { type Estimate, quantile } from "../../analysis/statistics/bootstrap.js";
import { PlateauError } from "../../errors.js";
import { streamKey } from "../../random/keys.js";
import { uniform64 } from "../../random/uniform.js";
import { type Bins, binsOf } from "./fanova/bins.js";
import { decompose, type Part } from "./fanova/decompose.js";
import { Tree } from "./fanova/tree.js";
import { type CompleteTrial, completeTrials, type Insight } from "./insight.js";

/** Complete trials without which nothing is said. */
export const FEWEST_TRIALS = 10;
/** Complete trials that are looked at: of more, so many are drawn. */
export const MOST_TRIALS = 1000;
/** Parameters of which pairs are looked at. */
const MOST_PAIRED = 16;
const TREES = 64;
const FEWEST_IN_LEAF = 2;

/** How much a parameter matters to the objective. */
export interface Importance {
  /** Complete trials that it was learnt from, and how many there are. */
  readonly trials: number;
  readonly of: number;
  readonly trees: number;
  /** Share of the values' variance that the forest predicts of trials its trees have not seen: how far to trust it. */
  readonly explained: number;
  /** Share of the variance that a parameter explains alone; the largest first. */
  readonly parameters: readonly { readonly name: string; readonly share: Estimate }[];
  /** Share that two explain together, beyond what each does alone; the largest first. */
  readonly pairs: readonly { readonly names: readonly [string, string]; readonly share: Estimate }[];
  /** What is left: of three and more together, and of pairs that were not looked at. */
  readonly rest: Estimate;
}

/** Which trials importance is taken from, and how. */
export interface ImportanceOptions {
  /** Of the draws that trees are grown from. Default 0. */
  readonly seed?: number;
}

/**
 * Parameter importance by functional analysis of variance (fANOVA: Hutter, Hoos & Leyton-Brown 2014): a
 * random forest of regression trees (Breiman 2001; bootstrap draws of trials, all parameters at every split)
 * learns the value as a function on the space's unit cube, whose variance is divided (see `decompose`).
 * Intervals are the middle 95% of trees: how far shares depend on which trials there happen to be.
 *
 * Importance is over the space as it is sampled at random: logarithmic ranges by their logarithm, choices
 * each as often, constraints ignored, parameters that do not apply without influence. Of more than 1,000
 * complete trials, 1,000 are drawn; pairs are of the 16 parameters that trees split by most. Of few trials
 * a forest sees strong effects first: weak ones are understated (`explained` tells by how much in all).
 */
export const importance: Insight<Importance, ImportanceOptions> = {
  name: "importance",
  description: "share of the variance of values that parameters explain, alone and in pairs",
  see({ trials, space }, { seed = 0 } = {}) {
    const complete = completeTrials(trials);
    if (complete.length < FEWEST_TRIALS) {
      throw new PlateauError(
        "usage",
        `importance: ${complete.length} complete trials: at least ${FEWEST_TRIALS} are needed`,
      );
    }
    const used = someOf(complete, seed);
    const y = centred(used);
    if (y.every((value) => value === 0)) {
      throw new PlateauError(
        "usage",
        `importance: all ${used.length} trials have the value ${used[0].value}: there is no variance to explain`,
      );
    }
    const varied = space.parameters.filter(({ cardinality }) => cardinality > 1);
    const absent = streamKey(seed, "importance/absent");
    const axes = varied.map((parameter, i) => binsOf(parameter, used, absent, i));
    const { forest, explained } = grow(axes, y, seed);
    const pairs = pairsOf(axes, forest);
    const found = decompose(forest, axes, pairs, streamKey(seed, "importance/points"));
    if (!found) {
      throw new PlateauError("usage", `importance: no parameter tells the ${used.length} values apart`);
    }
    const largest = (a: { share: Estimate }, b: { share: Estimate }) => b.share.value - a.share.value;
    return {
      trials: used.length,
      of: complete.length,
      trees: forest.length,
      explained,
      parameters: varied.map(({ name }, a) => ({ name, share: estimate(found.alone[a]) })).sort(largest),
      pairs: pairs
        .map(([a, b], p) => ({
          names: [varied[a].name, varied[b].name] as const,
          share: estimate(found.together[p]),
        }))
        .sort(largest),
      rest: estimate(found.rest),
    };
  },
};

/** All of few trials; of many, a draw without replacement (Vitter's R, by number). */
function someOf(trials: readonly CompleteTrial[], seed: number): CompleteTrial[] {
  const drawn = trials.slice(0, MOST_TRIALS);
  if (trials.length <= MOST_TRIALS) return drawn;
  const u = uniform64(streamKey(seed, "importance/trials"), 0, trials.length);
  for (let i = MOST_TRIALS; i < trials.length; i++) {
    const at = Math.floor(u[i] * (i + 1));
    if (at < MOST_TRIALS) drawn[at] = trials[i];
  }
  return drawn;
}

/** Values less their mean, in units of the largest: their squares do not overflow. */
function centred(trials: readonly CompleteTrial[]): Float64Array {
  let largest = 0;
  for (const { value } of trials) largest = Math.max(largest, Math.abs(value));
  const values = Float64Array.from(trials, ({ value }) => (largest > 0 ? value / largest : 0));
  const [first] = values;
  if (values.every((value) => value === first)) return values.fill(0);
  let mean = 0;
  for (const value of values) mean += value / values.length;
  return values.map((value) => value - mean);
}

function grow(axes: readonly Bins[], y: Float64Array, seed: number): { forest: Tree[]; explained: number } {
  const n = y.length;
  const key = streamKey(seed, "importance/trees");
  const sums = new Float64Array(n);
  const counts = new Int32Array(n);
  const places = axes.map(({ of }) => of);
  const forest = Array.from({ length: TREES }, (_, k) => {
    const rows = Int32Array.from(uniform64(key, 0, n, k), (u) => Math.floor(u * n));
    const seen = new Uint8Array(n);
    for (const row of rows) seen[row] = 1;
    const tree = new Tree(axes, y, rows, FEWEST_IN_LEAF);
    for (let row = 0; row < n; row++) {
      if (seen[row]) continue;
      sums[row] += tree.predict(places, row);
      counts[row]++;
    }
    return tree;
  });
  let left = 0;
  let all = 0;
  for (let row = 0; row < n; row++) {
    if (counts[row] === 0) continue;
    const error = y[row] - sums[row] / counts[row];
    left += error * error;
    all += y[row] * y[row];
  }
  return { forest, explained: all > 0 ? 1 - left / all : 0 };
}

/** Pairs of those axes by which trees split most often, weighted by the leaves below. */
function pairsOf(axes: readonly Bins[], forest: readonly Tree[]): [number, number][] {
  const used = axes.map((_, a) => {
    let count = 0;
    for (const { leaves } of forest) for (const { covers } of leaves) if (covers[a].width !== 1) count++;
    return count;
  });
  const paired = Array.from(axes.keys())
    .sort((a, b) => used[b] - used[a] || a - b)
    .slice(0, MOST_PAIRED)
    .sort((a, b) => a - b);
  return paired.flatMap((a, i) => paired.slice(i + 1).map((b): [number, number] => [a, b]));
}

/** The forest's share, and where the middle 95% of its trees are. */
function estimate({ share, byTree }: Part): Estimate {
  const ascending = Float64Array.from(byTree).sort();
  const within = (value: number) => Math.min(1, Math.max(0, value));
  return {
    value: within(share),
    low: within(Math.min(share, quantile(ascending, 0.025))),
    high: within(Math.max(share, quantile(ascending, 0.975))),
  };
}
