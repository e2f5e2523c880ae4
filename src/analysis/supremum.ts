import { streamKey } from "../random/keys.js";
import { uniform64 } from "../random/uniform.js";
import type { Chart } from "../targets/domain.js";
import type { BatchFunction } from "../targets/function.js";
import { chartsOf, throughChart } from "./charts.js";
import { type ClimbMethod, climb, gather, type Objective, worstApart } from "./climb.js";
import { evaluateAll, type Pace } from "./held-out.js";
import type { Subject } from "./measure.js";

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
  readonly starts: number;
  readonly steps: number;
  readonly pace: Pace;
}

/**
 * The largest magnitude |eⱼ(x)| of a function e over a domain: uniform samples of the domain's chart (of
 * its segments, where it has none), then a climb from the worst of them, spread apart. Refinement never
 * lowers what samples found, and never leaves the domain. Null where no value is finite.
 */
export async function supremum(
  e: BatchFunction,
  domain: Subject["domain"],
  { seed, samples, starts, steps, pace }: SupremumOptions,
): Promise<Supremum | null> {
  const charts = chartsOf(domain, seed);
  const each = Math.ceil(samples / charts.length);
  let value = Number.NEGATIVE_INFINITY;
  let at: readonly number[] = [];
  let sampled = Number.NEGATIVE_INFINITY;
  let evaluations = 0;
  let begun = 0;
  let method: ClimbMethod = "compass search";
  for (const [c, chart] of charts.entries()) {
    const n = chart.low.length;
    const objective = magnitudeOf(throughChart(e, chart), chart);
    const part: Pace = (share) => pace((c + share) / charts.length);
    const z = uniform64(streamKey(seed, `supremum/${c}`), 0, each * n);
    const magnitude = { name: e.name, inputs: n, outputs: 1, evaluate: objective.values };
    const values = await evaluateAll(magnitude, z, each, (share) => part(share / 2));
    const chosen = worstApart(z, values, n, Math.ceil(starts / charts.length));
    const climbed = await climb(objective, gather(z, chosen, n), chosen.length, {
      // About as far as samples are apart, where there are few dimensions.
      step: Math.max(1 / each, 1 / 256),
      steps,
      pace: (share) => part(0.5 + share / 2),
    });
    method = climbed.method;
    evaluations += climbed.evaluations;
    begun += chosen.length;
    sampled = Math.max(sampled, values[chosen[0]] ?? sampled);
    for (let i = 0; i < chosen.length; i++) {
      if (!(climbed.values[i] > value)) continue;
      value = climbed.values[i];
      const parameters = toChart(chart, climbed.points.slice(i * n, (i + 1) * n), 1);
      at = Array.from(chart.map ? chart.map.evaluate(parameters, 1) : parameters);
    }
  }
  if (!Number.isFinite(value)) return null;
  return { value, at, sampled, samples: each * charts.length, starts: begun, evaluations, method };
}

/** max |eⱼ| over the unit box of a chart; its gradient is that of the largest. */
function magnitudeOf(e: BatchFunction, chart: Chart): Objective {
  const n = chart.low.length;
  const q = e.outputs;
  const largest = (y: Float64Array, row: number) => {
    let found = 0;
    for (let j = 1; j < q; j++) {
      const other = Math.abs(y[row * q + j]);
      // A NaN stays.
      if (!(other <= Math.abs(y[row * q + found]))) found = j;
    }
    return found;
  };
  const { vjp } = e;
  return {
    size: n,
    values: (z, count) => {
      const y = e.evaluate(toChart(chart, z, count), count);
      return Float64Array.from({ length: count }, (_, r) => Math.abs(y[r * q + largest(y, r)]));
    },
    ...(vjp && {
      gradients(z: Float64Array, count: number) {
        const x = toChart(chart, z, count);
        const y = e.evaluate(x, count);
        const cotangent = new Float64Array(count * q);
        for (let r = 0; r < count; r++) {
          const j = r * q + largest(y, r);
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
