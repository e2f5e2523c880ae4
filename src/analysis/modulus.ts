import * as v from "valibot";
import { type Pace, pacer } from "../pause.js";
import { streamKey } from "../random/keys.js";
import { uniform64 } from "../random/uniform.js";
import { sharedEngine } from "../runtime/engine.js";
import type { Chart } from "../targets/domain.js";
import type { BatchFunction } from "../targets/function.js";
import { check, positive, whole } from "../validate.js";
import { checkShapes, contextEntries, evaluateAll } from "./data/held-out.js";
import type { Measure, Subject } from "./measure.js";
import { chartsOf, throughChart } from "./search/charts.js";
import { type ClimbMethod, climb, gather, worstApart } from "./search/climb.js";
import { drawPairs, gapOf } from "./search/pairs.js";
import type { Estimate } from "./statistics/bootstrap.js";
import { bendsBy, curvatureOf, fitLine, lineIntervals } from "./statistics/line.js";
import { short, withInterval } from "./statistics/say.js";
import { widestGaps } from "./statistics/windows.js";

export interface ModulusOptions {
  /** Distances h, each half of the one before. Default 14. */
  readonly scales?: number;
  /** The largest of them. Default: half of the diagonal of the domain's box. */
  readonly largest?: number;
  /** Pairs at each distance from which a climb starts. Default 16. */
  readonly starts?: number;
}

/** ω(h) = sup of ‖f(x) − f(y)‖₂ over points of the domain with ‖x − y‖₂ ≤ h: as found, so a lower bound. */
export interface ModulusCurve {
  /** In ascending order of h. */
  readonly points: readonly { readonly h: number; readonly omega: number }[];
  readonly method: ClimbMethod;
  /** ω(h) ≈ C·h^α. Null where ω is no power law over at least 5 distances, or 0. */
  readonly holder: HolderFit | null;
}

/** A power law of changes over distances. */
export interface HolderFit {
  /**
   * α, by regression of log ω on log h with its 95% interval (residual bootstrap-t, widened to hold what a
   * significant bend makes of α at the smallest h). It covers scatter around the law, not what the search
   * may have missed.
   */
  readonly exponent: Estimate;
  /** C, in units of output per unit of input to the α. */
  readonly constant: Estimate;
  /**
   * The range of h that the law was fitted to: of the smaller half of the distances, from the smallest up as
   * long as it does not bend, where ω is from 1/10,000 to half of what it is at the largest h.
   */
  readonly from: number;
  readonly to: number;
  readonly scales: number;
  /** Standard deviation of log ω around the law. */
  readonly deviation: number;
}

/** What measure `modulus` found: how much outputs change over a distance. */
export interface ModulusResult {
  /** Points at which each function was looked at before any climb. */
  readonly samples: number;
  readonly model: ModulusCurve;
  readonly target: ModulusCurve | null;
}

/** Scales that a power law needs. */
const LEAST = 5;
/** An exponent up to this is that of a jump: ω does not fall with h. */
const JUMPS = 0.01;
/** Change of α over the scales that a significant bend may make, as a share of α. */
const CHANGE = 0.02;
/** Where ω is to follow a law, as shares of its largest: below, float32's rounding shows; above, f's range ends it. */
const SMALLEST = 1e-4;
const LARGEST = 0.5;
/** Points looked at before any climb, all distances together. */
const SAMPLES = 28_672;
/** Output numbers that samples along one path may have: 8 MB. */
const GRID_NUMBERS = 1 << 20;
/** Pairs that compass search may look at, at each distance, on all paths: after gradient ascent, and without it. */
const POLISH = 2048;
const SEARCH = 8192;
/** The best pairs of a scale, whose halves are tried at the next: of all paths together, but two of each. */
const KEPT = 8;

const schema = v.strictObject({
  ...contextEntries,
  scales: v.optional(whole(LEAST, 40), 14),
  largest: v.optional(positive),
  starts: v.optional(whole(1, 1024), 16),
});

/** ModulusResult of continuity of model and target, and the Hölder exponent that it shows. */
export const modulus: Measure<ModulusResult, ModulusOptions> = {
  name: "modulus",
  description: "modulus of continuity over distances, Hölder exponent and constant",
  needs: [],

  async measure(subject, options = {}) {
    const { seed, samples = SAMPLES, scales, largest, starts } = check("modulus", schema, options);
    checkShapes(subject);
    const { model, target, domain } = subject;
    const pace = pacer("measuring moduli of continuity", options);
    const search: Search = {
      charts: chartsOf(domain, seed),
      distances: halvings(largest ?? halfDiagonal(domain), scales),
      samples,
      starts,
      seed,
    };
    const share = target ? 0.5 : 1;
    const ofModel = await curveOf(model, search, (done) => pace(share * done));
    const ofTarget = target ? await curveOf(target, search, (done) => pace(share * (1 + done))) : null;
    options.onProgress?.(1);
    return { samples, model: ofModel, target: ofTarget };
  },

  describe({ model, target }) {
    const say = (name: string, { holder, points }: ModulusCurve) => {
      const last = points[points.length - 1];
      return holder
        ? `the ${name} changes by up to ${short(holder.constant.value)}·h^α over a distance h, α = ${withInterval(holder.exponent)}, for h from ${short(holder.from)} to ${short(holder.to)}`
        : `the ${name} shows no Hölder exponent: it changes by up to ${short(points[0].omega)} over ${short(points[0].h)} and ${short(last.omega)} over ${short(last.h)}`;
    };
    const text = say("model", model) + (target ? `; ${say("target", target)}` : "");
    return `${text[0].toUpperCase()}${text.slice(1)}.`;
  },
};

interface Search {
  readonly charts: readonly Chart[];
  /** Descending. */
  readonly distances: readonly number[];
  readonly samples: number;
  readonly starts: number;
  readonly seed: number;
}

/**
 * Largest gaps, from the largest distance down. At each, a climb starts from the worst of many pairs and
 * from both halves of the worst pairs of the distance above: one half of a pair holds at least half of its
 * gap, so the search closes in on a singularity that no sample would hit.
 */
async function curveOf(f: BatchFunction, search: Search, pace: Pace): Promise<ModulusCurve> {
  const { charts, distances, seed } = search;
  const omegas = new Float64Array(distances.length);
  const starts = Math.ceil(search.starts / charts.length);
  const kept = Math.max(2, Math.ceil(KEPT / charts.length));
  let method: ClimbMethod = "compass search";
  for (const [c, chart] of charts.entries()) {
    const part = (step: number): Pace => {
      const from = step / (distances.length + 1);
      return (share) => pace((c + from + share / (distances.length + 1)) / charts.length);
    };
    const pairs = await pairSource(f, chart, search, c, part(0));
    const n = chart.low.length;
    let worst: Float64Array<ArrayBuffer> = new Float64Array(0);
    for (const [s, h] of distances.entries()) {
      const gap = gapOf(f, chart, h);
      const from = new Float64Array([...(await pairs(h, starts)), ...halves(worst, n)]);
      const count = from.length / (2 * n);
      // Nothing finite was found: nothing to climb.
      if (count === 0) continue;
      gap.project(from, count);
      const climbed = await climb(gap, from, count, {
        step: h / 4,
        tolerance: 1e-10 * h,
        steps: 20,
        evaluations: Math.ceil((gap.gradients ? POLISH : SEARCH) / charts.length),
        pace: part(s + 1),
      });
      const order = Array.from({ length: count }, (_, i) => i).sort(
        (a, b) => climbed.values[b] - climbed.values[a] || a - b,
      );
      method = climbed.method;
      worst = gather(climbed.points, order.slice(0, kept), 2 * n);
      omegas[s] = Math.max(omegas[s], climbed.values[order[0]]);
    }
  }
  // Pairs at most h apart are at most 2h apart.
  for (let s = omegas.length - 2; s >= 0; s--) omegas[s] = Math.max(omegas[s], omegas[s + 1]);
  const points = distances.map((h, s) => ({ h, omega: omegas[s] })).reverse();
  return { points, method, holder: holderOf(points, seed) };
}

/**
 * Pairs [·, 2n] to climb from, by distance. In one dimension the function is sampled once, one seeded point
 * in each of equal cells, and all pairs of samples count; in more, pairs are drawn anew at each distance.
 */
async function pairSource(
  f: BatchFunction,
  chart: Chart,
  { charts, distances, samples, seed }: Search,
  c: number,
  pace: Pace,
): Promise<(h: number, wanted: number) => Promise<Float64Array>> {
  const n = chart.low.length;
  const points = Math.ceil(samples / charts.length);
  const unit = (z: Float64Array) =>
    Float64Array.from(z, (value, i) => (value - chart.low[i % n]) / (chart.high[i % n] - chart.low[i % n]));
  if (n > 1) {
    const each = Math.max(1, Math.floor(points / (2 * distances.length)));
    return async (h, wanted) => {
      const z = drawPairs(chart, h, each, seed, `${c}/${distances.indexOf(h)}`);
      const { values } = gapOf(f, chart, h);
      const gap = { name: f.name, inputs: 2 * n, outputs: 1, evaluate: values };
      const sizes = await evaluateAll(gap, z, each, pace);
      const middles = Float64Array.from({ length: each * n }, (_, i) => {
        const own = Math.floor(i / n) * 2 * n + (i % n);
        return (z[own] + z[own + n]) / 2;
      });
      return gather(z, worstApart(unit(middles), sizes, n, wanted), 2 * n);
    };
  }
  const N = Math.min(points, Math.max(256, Math.floor(GRID_NUMBERS / f.outputs)));
  const t = uniform64(streamKey(seed, `modulus/${c}`), 0, N);
  for (let i = 0; i < N; i++) t[i] = chart.low[0] + ((i + t[i]) / N) * (chart.high[0] - chart.low[0]);
  const y = await evaluateAll(throughChart(f, chart), t, N, pace);
  const x = chart.map ? chart.map.evaluate(t, N) : t;
  return async (h, wanted) => {
    const { pairs, sizes } = widestGaps(x, x.length / N, y, f.outputs, h);
    const chosen = worstApart(unit(t), sizes, 1, wanted);
    return Float64Array.from(chosen.flatMap((r) => [t[pairs[2 * r]], t[pairs[2 * r + 1]]]));
  };
}

/** Of pairs (x, y) [count, 2n] with middle m: the pairs (x, m) and (m, y). */
function halves(pairs: Float64Array, n: number): Float64Array {
  const out = new Float64Array(2 * pairs.length);
  for (let own = 0; own < pairs.length; own += 2 * n) {
    for (let k = 0; k < n; k++) {
      const [x, y] = [pairs[own + k], pairs[own + n + k]];
      const to = 2 * own + k;
      out[to] = x;
      out[to + n] = out[to + 2 * n] = (x + y) / 2;
      out[to + 3 * n] = y;
    }
  }
  return out;
}

/** The law over the most scales, from the smallest up, whose log–log plot does not bend. */
function holderOf(curve: ModulusCurve["points"], seed: number): HolderFit | null {
  const { log64, exp64 } = sharedEngine().kernels;
  const most = curve[curve.length - 1].omega;
  // A law for h → 0: the larger half of the distances tells of the function's shape, not of its roughness.
  const points = curve
    .slice(0, Math.max(LEAST, Math.ceil(curve.length / 2)))
    .filter(({ omega }) => omega >= SMALLEST * most && omega <= LARGEST * most);
  if (!(most > 0)) return null;
  const logs = points.map(({ h, omega }) => [log64(h), log64(omega)]);
  for (let scales = points.length; scales >= LEAST; scales--) {
    const x = Float64Array.from({ length: scales }, (_, i) => logs[i][0]);
    const line = fitLine(
      x,
      Float64Array.from(x, (_, i) => logs[i][1]),
    );
    const bend = curvatureOf(x, line);
    if (!(line.slope > JUMPS) || bendsBy(bend, line, CHANGE)) continue;
    const { slope, intercept } = lineIntervals(x, line, { seed, name: "modulus" });
    // What is left of a bend leads on to smaller h: α there belongs to the interval.
    const smallest = bendsBy(bend, line, 0) ? bend.first : line.slope;
    return {
      exponent: {
        value: line.slope,
        low: Math.min(slope.low, smallest),
        high: Math.max(slope.high, smallest),
      },
      constant: {
        value: exp64(line.intercept),
        low: exp64(intercept.low),
        high: exp64(intercept.high),
      },
      from: points[0].h,
      to: points[scales - 1].h,
      scales,
      deviation: line.deviation,
    };
  }
  return null;
}

function halfDiagonal({ low, high }: Subject["domain"]): number {
  let square = 0;
  for (let k = 0; k < low.length; k++) square += (high[k] - low[k]) * (high[k] - low[k]);
  return Math.sqrt(square) / 2;
}

function halvings(from: number, count: number): number[] {
  const found = [from];
  while (found.length < count) found.push(found[found.length - 1] / 2);
  return found;
}
