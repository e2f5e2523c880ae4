import * as v from "valibot";
import { type Pace, pacer } from "../pause.js";
import { check, whole } from "../validate.js";
import { contextEntries, type HeldOut, heldOut } from "./data/held-out.js";
import type { Measure } from "./measure.js";
import { errors } from "./metrics/errors.js";
import { difference } from "./search/charts.js";
import { type DerivativeError, derivativeError } from "./search/derivative-error.js";
import { type Supremum, supremum } from "./search/supremum.js";
import { type Estimate, RESAMPLES } from "./statistics/bootstrap.js";
import { bootstrapAll } from "./statistics/bootstrap-all.js";
import { resampledQuantiles } from "./statistics/error-quantiles.js";
import { percent, short, withInterval } from "./statistics/say.js";

export interface ErrorNormsOptions {
  /** Points that refinement of the largest error starts from. Default 32. */
  readonly starts?: number;
  /** Gradient steps of each. Default 50. */
  readonly steps?: number;
  /** Points at which derivatives are compared. Default 1024. */
  readonly derivativeSamples?: number;
  /** Bootstrap draws of the intervals. Default 1000. */
  readonly resamples?: number;
}

/**
 * How far a model is from what is true, in the units of the outputs, with 95% intervals by bootstrap over
 * samples. Null: undefined, or a value of the model is not finite.
 */
export interface ErrorNorms {
  readonly source: HeldOut["source"];
  /** Points that all but `sup` and `h1` are taken over. */
  readonly samples: number;
  /** Numbers of a value. */
  readonly coordinates: number;
  /** Points at which the model or the truth is not finite. */
  readonly notFinite: number;
  /** Root of the mean square over all numbers. */
  readonly rmse: Estimate | null;
  /** Mean magnitude over all numbers. */
  readonly mae: Estimate | null;
  /** ‖model − truth‖₂ / ‖truth‖₂. Null where the truth is 0 throughout. */
  readonly relativeL2: Estimate | null;
  /** 1 − SSE/SST around each output's own mean. Null where no output varies. */
  readonly r2: Estimate | null;
  /** Quantiles of the magnitude of an error, over all numbers, by percentage. */
  readonly quantiles: Readonly<Record<"50" | "90" | "99" | "99.9", Estimate | null>>;
  /** Largest magnitude among those points. */
  readonly largest: number | null;
  /**
   * Largest magnitude found anywhere on the domain: a lower bound of the supremum, without interval (the
   * bootstrap of a maximum is not consistent). Null without a target.
   */
  readonly sup: Supremum | null;
  /** Error of the derivative. Null where model or target has none. */
  readonly h1: DerivativeError | null;
}

const levels = ["50", "90", "99", "99.9"] as const;

const schema = v.strictObject({
  ...contextEntries,
  starts: v.optional(whole(1, 4096), 32),
  steps: v.optional(whole(0, 10_000), 50),
  derivativeSamples: v.optional(whole(2, 2 ** 24), 1024),
  resamples: v.optional(whole(100, 1e6), RESAMPLES),
});

/** Norms of the error: RMSE, MAE, relative L2, R², quantiles, supremum, H¹. */
export const errorNorms: Measure<ErrorNorms, ErrorNormsOptions> = {
  name: "errors",
  description: "RMSE, MAE, relative L2, R², quantiles, refined largest error, error of the derivative",
  needs: ["data"],

  async measure(subject, options = {}) {
    const { seed, samples, starts, steps, derivativeSamples, resamples } = check("errors", schema, options);
    const pace = pacer("measuring errors", options);
    const part =
      (from: number, to: number): Pace =>
      (share) =>
        pace(from + (to - from) * share);
    const { model, target, domain } = subject;
    const data = await heldOut(subject, { seed, samples }, part(0, 0.1));
    const norms = await sampledNorms(data, model.outputs, { seed, resamples, pace: part(0.1, 0.4) });
    const sup = target
      ? await supremum(difference(model, target), domain, {
          seed,
          samples: data.count,
          points: data.x,
          starts,
          steps,
          pace: part(0.4, 0.8),
        })
      : null;
    const h1 =
      target && model.vjp && target.vjp
        ? await derivativeError(model, target, domain, {
            seed,
            samples: derivativeSamples,
            pace: part(0.8, 1),
          })
        : null;
    options.onProgress?.(1);
    return { ...norms, sup, h1 };
  },

  describe({ rmse, relativeL2, quantiles, sup, h1, samples, notFinite }) {
    if (!rmse)
      return `The model's values are not finite at ${notFinite} of ${samples} points: it has no error norms.`;
    const parts = [`RMSE ${samples > 1 ? withInterval(rmse) : short(rmse.value)}`];
    if (relativeL2) parts.push(`${percent(relativeL2.value)} of the truth's norm`);
    const rare = quantiles["99"];
    if (rare) parts.push(`99% of errors are below ${short(rare.value)}`);
    if (sup) parts.push(`the largest found is ${short(sup.value)} (${sup.method})`);
    if (h1?.rms) {
      const share = h1.relative ? `, ${percent(h1.relative.value)} of the target's` : "";
      parts.push(`derivatives are ${short(h1.rms.value)} apart${share}`);
    }
    return `${parts.join("; ")}; ${samples} ${samples === 1 ? "point" : "points"}.`;
  },
};

type Sampled = Omit<ErrorNorms, "sup" | "h1">;

async function sampledNorms(
  data: HeldOut,
  q: number,
  options: { seed: number; resamples: number; pace: Pace },
): Promise<Sampled> {
  const { source, count, predicted, truth } = data;
  const notFinite = countNotFinite(data, q);
  const common = { source, samples: count, coordinates: q, notFinite };
  if (notFinite > 0) {
    const quantiles = { "50": null, "90": null, "99": null, "99.9": null };
    return { ...common, rmse: null, mae: null, relativeL2: null, r2: null, quantiles, largest: null };
  }
  const plain = errors(predicted, truth, q);
  const magnitudes = predicted.map((value, i) => Math.abs(value - truth[i]));
  const quantilesOf = resampledQuantiles(
    magnitudes,
    q,
    levels.map((level) => Number(level) / 100),
  );
  const sums = resampledSums(magnitudes, truth, count, q);
  const intervals = await bootstrapAll(count, (counts) => [...sums(counts), ...quantilesOf(counts)], {
    name: "errors",
    ...options,
  });
  const estimate = (value: number, i: number): Estimate | null => {
    const interval = intervals[i];
    return Number.isFinite(value) && interval ? { value, ...interval } : null;
  };
  const middle = quantilesOf(new Uint32Array(count).fill(1));
  return {
    ...common,
    rmse: estimate(plain.rmse, 0),
    mae: estimate(plain.mae, 1),
    relativeL2: estimate(plain.relativeL2, 2),
    r2: estimate(plain.r2, 3),
    quantiles: Object.fromEntries(
      levels.map((level, k) => [level, estimate(middle[k], 4 + k)]),
    ) as unknown as Sampled["quantiles"],
    largest: plain.sup,
  };
}

/** RMSE, MAE, relative L2 and R² of resampled samples, from sums kept for each sample. */
function resampledSums(magnitudes: Float64Array, truth: Float64Array, n: number, q: number) {
  const squares = new Float64Array(n);
  const sums = new Float64Array(n);
  const trueSquares = new Float64Array(n);
  const means = new Float64Array(q);
  for (let i = 0; i < truth.length; i++) means[i % q] += truth[i] / n;
  // Centred, so that little cancels in the spread of a resample.
  const centred = truth.map((value, i) => value - means[i % q]);
  const centredSquares = new Float64Array(n);
  for (let i = 0; i < truth.length; i++) {
    const row = Math.floor(i / q);
    squares[row] += magnitudes[i] * magnitudes[i];
    sums[row] += magnitudes[i];
    trueSquares[row] += truth[i] * truth[i];
    centredSquares[row] += centred[i] * centred[i];
  }
  const drift = new Float64Array(q);
  return (counts: Uint32Array): number[] => {
    let square = 0;
    let sum = 0;
    let trueSquare = 0;
    let spread = 0;
    drift.fill(0);
    for (let i = 0; i < n; i++) {
      const times = counts[i];
      if (times === 0) continue;
      square += times * squares[i];
      sum += times * sums[i];
      trueSquare += times * trueSquares[i];
      spread += times * centredSquares[i];
      for (let k = 0; k < q; k++) drift[k] += times * centred[i * q + k];
    }
    for (let k = 0; k < q; k++) spread -= (drift[k] * drift[k]) / n;
    const size = n * q;
    return [
      Math.sqrt(square / size),
      sum / size,
      Math.sqrt(square / trueSquare),
      spread > 0 ? 1 - square / spread : Number.NaN,
    ];
  };
}

function countNotFinite({ predicted, truth, count }: HeldOut, q: number): number {
  let lost = 0;
  for (let r = 0; r < count; r++) {
    let finite = true;
    for (let k = r * q; k < (r + 1) * q; k++) {
      finite &&= Number.isFinite(predicted[k]) && Number.isFinite(truth[k]);
    }
    if (!finite) lost++;
  }
  return lost;
}
