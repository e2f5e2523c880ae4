import * as v from "valibot";
import { PlateauError } from "../errors.js";
import { pacer } from "../pause.js";
import { box as boxDomain, type Domain } from "../targets/domain.js";
import type { BatchFunction } from "../targets/function.js";
import { check, flag, positive, whole } from "../validate.js";
import { type Differentiable, differentiable, jacobians, pointsPerBatch } from "./lipschitz/jacobians.js";
import { type LipschitzLower, lipschitzLower } from "./lipschitz/lipschitz-lower.js";
import { lipschitzUpper } from "./lipschitz/lipschitz-upper.js";
import { singularValues } from "./lipschitz/singular-values.js";
import type { Measure, Subject } from "./measure.js";
import { modelFunction } from "./model-function.js";
import { type Estimate, quantile } from "./statistics/bootstrap.js";
import { bootstrapMeans } from "./statistics/bootstrap-means.js";

export interface JacobianOptions {
  /** Where to look: points and Lipschitz bounds. Default: points of the domain, and the box that holds it. */
  readonly box?: { readonly low: readonly number[]; readonly high: readonly number[] };
  /**
   * Singular values above this share of the largest count for the rank. Default 1e-4: a network's
   * derivatives are float32.
   */
  readonly rankTolerance?: number;
  /** Climbs of the lower bound, from the steepest points of the sample. Default 4. */
  readonly starts?: number;
  /** Moves of each climb. Default 32. */
  readonly rounds?: number;
  /** Whether to bound from above. Default true. */
  readonly upper?: boolean;
}

/** How a number varies over the points. */
export interface Distribution {
  readonly mean: Estimate;
  readonly least: number;
  /** Quantiles by percent. */
  readonly quantiles: Readonly<Record<"5" | "25" | "50" | "75" | "95" | "99", number>>;
  readonly most: number;
}

/** Jacobians of one function, in units of outputs per unit of inputs; norms are those of 2-norms. */
export interface JacobianOf {
  /** ‖J‖₂, the largest singular value: how much the steepest direction is stretched. */
  readonly spectral: Distribution;
  /** ‖J‖_F. */
  readonly frobenius: Distribution;
  /** Singular values above `rankTolerance` times the largest. */
  readonly rank: Distribution;
  /** A lower bound of the Lipschitz constant on the box. */
  readonly lower: LipschitzLower;
}

/** What measure `jacobian` found: how steep model and target are. */
export interface JacobianResult {
  /** Points that distributions are taken over. */
  readonly points: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly rankTolerance: number;
  /** The box of the Lipschitz bounds. */
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly model: JacobianOf;
  /** The same of the target, where its derivative is known. */
  readonly target?: JacobianOf;
  /** Certain upper bound of the model's Lipschitz constant on the box; null where there is none. */
  readonly upper: number | null;
  /** Why `upper` is null. */
  readonly withoutUpper?: string;
}

const schema = v.object({
  samples: v.optional(whole(2, 1 << 20), 256),
  rankTolerance: v.optional(positive, 1e-4),
  starts: v.optional(whole(1, 1024), 4),
  rounds: v.optional(whole(0, 1 << 20), 32),
  upper: v.optional(flag, true),
});

/** Exact Jacobians at points, and bounds of the Lipschitz constant from below and above. */
export const jacobian: Measure<JacobianResult, JacobianOptions> = {
  name: "jacobian",
  description: "norms and rank of exact Jacobians, Lipschitz constant from below and above",
  needs: ["derivative"],
  async measure(subject, options = {}) {
    const { samples, rankTolerance, starts, rounds, upper } = check("jacobian", schema, {
      samples: options.samples,
      rankTolerance: options.rankTolerance,
      starts: options.starts,
      rounds: options.rounds,
      upper: options.upper,
    });
    const { seed = 0 } = options;
    const domain = options.box ? boxDomain(options.box.low, options.box.high) : subject.domain;
    const { model, target } = subject;
    requireInputs(model, domain);
    if (!differentiable(model)) {
      throw new PlateauError("usage", `the derivative of ${model.name} is not known: give it a vjp`);
    }
    const x = domain.sample(seed, 0, samples);
    const sought = { x, samples, rankTolerance, starts, rounds, seed, domain };
    const both = target && differentiable(target) ? target : undefined;
    if (both) requireInputs(both, domain);
    const turn = pacer("computing Jacobians", options);
    const share = (from: number) => (done: number) => turn((from + done) / (both ? 2 : 1));
    const ofModel = await jacobianOf(model, sought, share(0));
    const ofTarget = both && (await jacobianOf(both, sought, share(1)));
    const bound = upper ? upperBound(subject, domain, x) : { withoutUpper: "it was not asked for" };
    return {
      points: samples,
      inputs: model.inputs,
      outputs: model.outputs,
      rankTolerance,
      low: [...domain.low],
      high: [...domain.high],
      model: ofModel,
      ...(ofTarget ? { target: ofTarget } : {}),
      upper: bound.upper ?? null,
      ...(bound.upper === undefined ? { withoutUpper: bound.withoutUpper } : {}),
    };
  },
  describe({ points, model, target, upper, inputs, outputs }) {
    const number = (value: number) => value.toPrecision(3);
    const { mean, most } = model.spectral;
    const beside = target ? ` (the target's by ${number(target.spectral.mean.value)})` : "";
    const above = upper === null ? "no bound from above" : `certainly at most ${number(upper)}`;
    return (
      `At ${points} points the model stretches its steepest direction by ${number(mean.value)} on average${beside}, ` +
      `at most ${number(most)}, with a Jacobian of rank ${number(model.rank.mean.value)} of ${Math.min(inputs, outputs)}; ` +
      `its Lipschitz constant on the box is at least ${number(model.lower.value)}, ${above}.`
    );
  },
};

interface Sought {
  readonly x: Float64Array;
  readonly samples: number;
  readonly rankTolerance: number;
  readonly starts: number;
  readonly rounds: number;
  readonly seed: number;
  readonly domain: Domain;
}

async function jacobianOf(
  f: Differentiable,
  { x, samples, rankTolerance, starts, rounds, seed, domain }: Sought,
  turn: (share: number) => Promise<void> | undefined,
): Promise<JacobianOf> {
  const { inputs: p, outputs: q } = f;
  const spectral = new Float64Array(samples);
  const frobenius = new Float64Array(samples);
  const rank = new Float64Array(samples);
  const block = pointsPerBatch(q);
  for (let start = 0; start < samples; start += block) {
    const count = Math.min(block, samples - start);
    const J = jacobians(f, x.subarray(start * p, (start + count) * p), count);
    for (let i = 0; i < count; i++) {
      const values = singularValues(J.subarray(i * q * p, (i + 1) * q * p), q, p);
      let squares = 0;
      for (const value of values) {
        squares += value * value;
        if (value > rankTolerance * values[0]) rank[start + i]++;
      }
      spectral[start + i] = values[0];
      frobenius[start + i] = Math.sqrt(squares);
    }
    await turn((0.5 * (start + count)) / samples);
  }
  const order = Array.from(spectral.keys()).sort((a, b) => spectral[b] - spectral[a] || a - b);
  const from = new Float64Array(Math.min(starts, samples) * p);
  for (let i = 0; i * p < from.length; i++) from.set(x.subarray(order[i] * p, (order[i] + 1) * p), i * p);
  const { low, high } = domain;
  const lower = await lipschitzLower(f, {
    ...{ low, high, from, seed, rounds },
    turn: (done) => turn(0.5 + 0.5 * done),
  });
  const means = bootstrapMeans([spectral, frobenius, rank], { seed, name: "jacobian" });
  return {
    spectral: distribution(spectral, means[0]),
    frobenius: distribution(frobenius, means[1]),
    rank: distribution(rank, means[2]),
    lower,
  };
}

function distribution(values: Float64Array, mean: Estimate): Distribution {
  const ascending = values.slice().sort();
  const at = (percent: number) => quantile(ascending, percent / 100);
  return {
    mean,
    least: ascending[0],
    quantiles: { "5": at(5), "25": at(25), "50": at(50), "75": at(75), "95": at(95), "99": at(99) },
    most: ascending[ascending.length - 1],
  };
}

/** The bound of the network behind the model, where the model is that network and nothing besides. */
function upperBound(
  { model, network }: Subject,
  domain: Domain,
  x: Float64Array,
): { upper?: number; withoutUpper?: string } {
  if (!network) return { withoutUpper: "bounds go layer by layer, and no network was given" };
  const count = Math.min(8, x.length / model.inputs);
  const points = x.subarray(0, count * model.inputs);
  const values = model.evaluate(points, count);
  for (const decoding of ["own", "teacher-forcing"] as const) {
    const { targetDim, outputDim } = network.architecture;
    if (decoding === "own" && targetDim !== outputDim && network.architecture.extent.outputTokens > 1)
      continue;
    const f = modelFunction(network, { decoding });
    if (f.inputs !== model.inputs || f.outputs !== model.outputs) continue;
    if (!f.evaluate(points, count).every((value, i) => value === values[i])) continue;
    try {
      const upper = lipschitzUpper(network, domain.low, domain.high, { decoding });
      return { upper, withoutUpper: "hardmax attention jumps, or the bound is too large for a float64" };
    } catch (error) {
      if (error instanceof PlateauError && error.code === "usage") return { withoutUpper: error.message };
      throw error;
    }
  }
  return { withoutUpper: "the model is not the network alone: its values differ from the network's" };
}

function requireInputs({ name, inputs }: BatchFunction, domain: Domain): void {
  if (domain.inputs !== inputs) {
    throw new PlateauError(
      "usage",
      `points of ${domain.inputs} numbers for ${name}, which takes ${inputs}: give a box of ${inputs} sides`,
    );
  }
}
