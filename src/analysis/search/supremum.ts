import type { Pace } from "../../pause.js";
import { streamKey } from "../../random/keys.js";
import { uniform64 } from "../../random/uniform.js";
import type { Chart } from "../../targets/domain.js";
import type { BatchFunction } from "../../targets/function.js";
import { evaluateAll } from "../data/held-out.js";
import type { Subject } from "../measure.js";
import { chartsOf, throughChart } from "./charts.js";
import { type ClimbMethod, climb, gather, type Objective, worstApart } from "./climb.js";

/** Largest magnitude of one number of a function's values: what was found, so a lower bound. */
export interface Supremum {
  readonly value: number;
  /** Where. */
  readonly at: readonly number[];
  /** The largest before refinement. */
  readonly sampled: number;
  /** Points sampled for it. */
  readonly samples: number;
  /** Points refined from. */
  readonly starts: number;
  /** Points that refinement looked at. */
  readonly evaluations: number;
  readonly method: ClimbMethod;
}

export interface SupremumOptions {
  readonly seed: number;
  readonly samples: number;
  /** Points of the domain [·, p] to look at besides: those that other norms were taken over. */
  readonly points: Float64Array;
  readonly starts: number;
  readonly steps: number;
  readonly pace: Pace;
}

/**
 * The largest magnitude |eⱼ(x)| of a function e over a domain: at given points, and at uniform samples of
 * the domain's chart (of its segments, where it has none); then a climb from the worst of these samples
 * (in a box from the given points, too), spread apart. Refinement never lowers what was found before, and
 * never leaves the domain. Null where no value is finite, or one is infinite.
 */
export async function supremum(
  e: BatchFunction,
  domain: Subject["domain"],
  { seed, samples, points, starts, steps, pace }: SupremumOptions,
): Promise<Supremum | null> {
  const charts = chartsOf(domain, seed);
  const each = Math.ceil(samples / charts.length);
  const p = domain.inputs;
  const count = points.length / p;
  const there = await evaluateAll(largestOf(e), points, count, (share) => pace(0.2 * share));
  const [worst] = worstApart(points, there, p, 1);
  let value = there[worst] ?? Number.NEGATIVE_INFINITY;
  let at: readonly number[] = Array.from(points.subarray(worst * p, (worst + 1) * p));
  let sampled = value;
  let evaluations = 0;
  let begun = 0;
  let method: ClimbMethod = "compass search";
  for (const [c, chart] of charts.entries()) {
    const n = chart.low.length;
    const objective = magnitudeOf(throughChart(e, chart), chart);
    const part: Pace = (share) => pace(0.2 + (0.8 * (c + share)) / charts.length);
    const drawn = uniform64(streamKey(seed, `supremum/${c}`), 0, each * n);
    const magnitude = { name: e.name, inputs: n, outputs: 1, evaluate: objective.values };
    const found = await evaluateAll(magnitude, drawn, each, (share) => part(share / 2));
    const z = chart.map ? drawn : joined(drawn, fromChart(chart, points));
    const values = chart.map ? found : joined(found, there);
    const chosen = worstApart(z, values, n, Math.ceil(starts / charts.length));
    if (chosen.length === 0) continue;
    const climbed = await climb(objective, gather(z, chosen, n), chosen.length, {
      // About as far as samples are apart, where there are few dimensions.
      step: Math.max(1 / each, 1 / 256),
      steps,
      pace: (share) => part(0.5 + share / 2),
    });
    method = climbed.method;
    evaluations += climbed.evaluations;
    begun += chosen.length;
    sampled = Math.max(sampled, values[chosen[0]]);
    for (let i = 0; i < chosen.length; i++) {
      if (!(climbed.values[i] > value)) continue;
      value = climbed.values[i];
      const parameters = toChart(chart, climbed.points.slice(i * n, (i + 1) * n), 1);
      at = Array.from(chart.map ? chart.map.evaluate(parameters, 1) : parameters);
    }
  }
  if (!Number.isFinite(value)) return null;
  return { value, at, sampled, samples: count + each * charts.length, starts: begun, evaluations, method };
}

/** Which of the q numbers of a row has the largest magnitude; the first NaN, where there is one. */
function largest(y: Float64Array, row: number, q: number): number {
  let found = 0;
  for (let j = 1; j < q && !Number.isNaN(y[row * q + found]); j++) {
    if (!(Math.abs(y[row * q + j]) <= Math.abs(y[row * q + found]))) found = j;
  }
  return found;
}

/** max |eⱼ| as a function. */
function largestOf(e: BatchFunction): BatchFunction {
  const { name, inputs, outputs: q } = e;
  return {
    name,
    inputs,
    outputs: 1,
    evaluate(x, count) {
      const y = e.evaluate(x, count);
      return Float64Array.from({ length: count }, (_, r) => Math.abs(y[r * q + largest(y, r, q)]));
    },
  };
}

/** max |eⱼ| over the unit box of a chart; its gradient is that of the largest. */
function magnitudeOf(e: BatchFunction, chart: Chart): Objective {
  const n = chart.low.length;
  const q = e.outputs;
  const { vjp } = e;
  const magnitude = largestOf(e);
  return {
    size: n,
    values: (z, count) => magnitude.evaluate(toChart(chart, z, count), count),
    ...(vjp && {
      gradients(z: Float64Array, count: number) {
        const x = toChart(chart, z, count);
        const y = e.evaluate(x, count);
        const cotangent = new Float64Array(count * q);
        for (let r = 0; r < count; r++) {
          const j = r * q + largest(y, r, q);
          cotangent[j] = y[j] < 0 ? -1 : 1;
        }
        const g = vjp.call(e, x, cotangent, count);
        return Float64Array.from(g, (value, i) => value * (chart.high[i % n] - chart.low[i % n]));
      },
    }),
    project(z) {
      for (let i = 0; i < z.length; i++) z[i] = Math.min(Math.max(z[i], 0), 1);
    },
  };
}

/** Parameters from unit coordinates; at 1 exactly the upper end. */
function toChart({ low, high }: Chart, z: Float64Array, count: number): Float64Array<ArrayBuffer> {
  const n = low.length;
  const u = new Float64Array(count * n);
  for (let i = 0; i < u.length; i++) {
    const k = i % n;
    u[i] = z[i] === 1 ? high[k] : Math.min(low[k] + z[i] * (high[k] - low[k]), high[k]);
  }
  return u;
}

/** Unit coordinates of parameters, those outside the chart's box moved into it. */
function fromChart({ low, high }: Chart, u: Float64Array): Float64Array<ArrayBuffer> {
  const n = low.length;
  return Float64Array.from(u, (value, i) => {
    const k = i % n;
    return Math.min(Math.max((value - low[k]) / (high[k] - low[k]), 0), 1);
  });
}

function joined(a: Float64Array, b: Float64Array): Float64Array<ArrayBuffer> {
  const out = new Float64Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}
