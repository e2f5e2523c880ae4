import { modulus } from "../../analysis/modulus.js";
import { supremum } from "../../analysis/search/supremum.js";
import { bootstrapMeans } from "../../analysis/statistics/bootstrap-means.js";
import { requireArguments } from "../../arguments.js";
import { pacer, type StopSignal } from "../../pause.js";
import { box } from "../../targets/domain.js";
import type { BatchFunction } from "../../targets/function.js";
import { targetEnclosure } from "../certificates/target-enclosure.js";
import type { Task } from "../constructions/construction.js";
import { cellCentres, wholeRoot } from "../grid.js";
import { curvatureOf } from "./curvature.js";
import { jumps, type Known, knownConstants, mayJump } from "./known.js";
import { watchSlopes } from "./steep.js";

/** A constant of a target, with how it is known. */
export interface Constant {
  /** What bounds are computed with: the upper end where there is one that is proven, else the estimate. */
  readonly value: number;
  /** An interval: 95% of an estimate from samples; from what a search found to what is proven. */
  readonly low: number;
  /** Null: nothing bounds it from above. */
  readonly high: number | null;
  readonly known: "closed form" | "proven" | "estimate";
  readonly how: string;
}

/** What bounds need to know of a target on its box. Each output by itself; of several the largest. */
export interface Constants {
  /** sup ‖∇f‖₁: |f(x) − f(y)| ≤ L·‖x − y‖_∞. Null: f jumps, or nothing finite was found. */
  readonly lipschitz: Constant | null;
  /** Root mean square of ‖∇f‖₂ over the box. Null: no derivative is known, or it has no mean square. */
  readonly gradientL2: Constant | null;
  /** |f(x) − f(y)| ≤ C·‖x − y‖₂^α. Null: no such law was seen. */
  readonly holder: { readonly constant: Constant; readonly exponent: Constant } | null;
  /** sup Σⱼₖ|∂ⱼ∂ₖf|. Null: f has no second derivative everywhere, or no gradient to know it from. */
  readonly curvature: Constant | null;
  /** The modulus of continuity as a search found it, so from below: ω(h) at distances h. Empty: not needed. */
  readonly modulus: readonly { readonly h: number; readonly omega: number }[];
  /** Whether f is known to jump, or changes as if it did. */
  readonly jumps: boolean;
  /** Of what changes as if it jumped: whether its formula has no jump, so that its slopes have no bound. */
  readonly unbounded: boolean;
  /** Whether a slope of f is infinite somewhere, as that of a cusp: no Lipschitz constant is finite. */
  readonly steep: boolean;
}

/** How constants are looked for. */
export interface ConstantsOptions {
  readonly seed?: number;
  /** Points of the box that means are taken over. Default 4096. */
  readonly samples?: number;
  readonly signal?: StopSignal;
  /** Called with the share done, 0 … 1. */
  readonly onProgress?: (share: number) => void;
}

/** Boxes of the proof, all together. */
const BOXES = 4096;
/** A change over a distance may exceed the steepest slope that was found by this factor: no search is perfect. */
const ROOM = 1.1;
/** Inputs up to which second derivatives are looked for. */
const MOST_CURVED = 4;
/** Hölder exponents up to this are not those of a Lipschitz function. */
const CUSP = 0.98;

/**
 * In closed form where the library knows it, proven by interval arithmetic where there is a formula, else estimated.
 * @throws PlateauError `aborted` through the signal
 */
export async function constantsOf(task: Task, options: ConstantsOptions = {}): Promise<Constants> {
  requireArguments("constantsOf", { task: [task, "Task: target dim f low"], options: [options, "object?"] });

  const { f, low, high, target, dim } = task;
  const known = dim === 1 ? knownConstants(target.name) : undefined;
  const { seed = 0, samples = 4096 } = options;
  const pace = pacer("estimating constants of the target", options);
  const second = async () =>
    f.inputs > MOST_CURVED
      ? null
      : curvatureOf(task, seed, pacer("estimating second derivatives", { signal: options.signal }));
  if (known) {
    const curvature = known.lipschitz === Number.POSITIVE_INFINITY ? null : await second();
    options.onProgress?.(1);
    return { ...fromFormula(known), curvature };
  }
  const domain = box(low, high);
  const watched = watchSlopes(f);
  const curve = await modulus.measure(
    { model: watched.f, domain },
    { seed, signal: options.signal, onProgress: (share) => void options.onProgress?.(0.5 * share) },
  );
  const { points, holder } = curve.model;
  const quotient = points.reduce((most, { h, omega }) => Math.max(most, omega / h), 0);
  const found = await lipschitzOf({ ...task, f: watched.f }, seed, quotient, pace);
  const gradient = gradientOf(watched.f, domain.sample(seed, 0, samples), seed);
  // Where a formula's slopes have no proven bound and changes follow a power below 1, the search missed the cusp.
  const cusp = task.target.formula && found?.known === "estimate" && holder && holder.exponent.high < CUSP;
  const steep = watched.steep || Boolean(cusp);
  const slope = steep ? null : found;
  // A function that changes by more than its derivative accounts for jumps, unless it follows another law.
  const contradicted = slope !== null && quotient > ROOM * slope.value;
  const seen = jumps(target.smoothness) || (contradicted && !holder);
  return {
    lipschitz: seen || contradicted ? null : slope,
    // Samples do not tell whether the square of a slope without a bound has a mean.
    gradientL2: seen || steep ? null : gradient,
    holder:
      seen || !holder
        ? null
        : { constant: byPowerLaw(holder.constant), exponent: byPowerLaw(holder.exponent) },
    curvature: seen || steep ? null : await second(),
    modulus: points,
    jumps: seen,
    unbounded: seen && !mayJump(target.smoothness),
    steep,
  };
}

function fromFormula({ lipschitz, gradientL2, holder }: Known): Omit<Constants, "curvature"> {
  const closed = (value: number): Constant => ({
    ...{ value, low: value, high: value, known: "closed form" },
    how: "from the formula of the target",
  });
  return {
    lipschitz: Number.isFinite(lipschitz) ? closed(lipschitz) : null,
    gradientL2: Number.isFinite(gradientL2) ? closed(gradientL2) : null,
    holder: { constant: closed(holder.constant), exponent: closed(holder.exponent) },
    modulus: [],
    jumps: false,
    unbounded: false,
    steep: lipschitz === Number.POSITIVE_INFINITY,
  };
}

function byPowerLaw(found: { value: number; low: number; high: number }): Constant {
  const how = "power law through the largest changes that a search found, 95% interval";
  return { ...found, known: "estimate", how };
}

/** The largest 1-norm of a gradient: found by search, and proven where the target's formula is known. */
async function lipschitzOf(
  task: Task,
  seed: number,
  quotient: number,
  pace: (share: number) => Promise<void> | undefined,
): Promise<Constant | null> {
  const { f, low, high } = task;
  const norms = gradientNorms(f);
  const found =
    norms &&
    (await supremum(norms, box(low, high), {
      seed,
      samples: 4096,
      points: cellCentres(low, high, 1),
      starts: 8,
      steps: 100,
      pace: (share) => pace(0.5 + 0.5 * share),
    }));
  const proven = provenLipschitz(task);
  if (!found && proven === undefined) return null;
  // The 1-norm of a gradient is no less than its 2-norm, nor that than a change over a distance.
  const least =
    proven === undefined ? (found?.value ?? 0) : Math.min(proven, Math.max(found?.value ?? 0, quotient));
  return proven === undefined
    ? {
        value: least,
        low: least,
        high: null,
        known: "estimate",
        how: "the steepest gradient that a search found: a lower bound",
      }
    : {
        value: Math.max(proven, least),
        low: least,
        high: Math.max(proven, least),
        known: "proven",
        how: "interval arithmetic on the formula, above what a search found",
      };
}

/** ‖∇f_j(x)‖₁ of every output, as a function. */
function gradientNorms(f: BatchFunction): BatchFunction | undefined {
  if (!f.vjp) return undefined;
  const { inputs, outputs } = f;
  return {
    name: `the gradient of ${f.name}`,
    inputs,
    outputs,
    evaluate(x, count) {
      const norms = new Float64Array(count * outputs);
      const cotangent = new Float64Array(count * outputs);
      for (let o = 0; o < outputs; o++) {
        cotangent.fill(0);
        for (let r = 0; r < count; r++) cotangent[r * outputs + o] = 1;
        const g = f.vjp!(x, cotangent, count);
        for (let i = 0; i < g.length; i++) norms[Math.floor(i / inputs) * outputs + o] += Math.abs(g[i]);
      }
      return norms;
    },
  };
}

/** An upper bound over a grid of boxes; undefined where slopes are not known for certain, or not finite. */
function provenLipschitz(task: Task): number | undefined {
  const { f, low, high, target } = task;
  if (!target.formula) return undefined;
  const enclosure = targetEnclosure(task);
  if (enclosure.conditions?.length) return undefined;
  const d = f.inputs;
  const n = wholeRoot(BOXES, d);
  const centres = cellCentres(low, high, n);
  let most = 0;
  for (let i = 0; i < centres.length; i += d) {
    const half = low.map((from, k) => (high[k] - from) / (2 * n));
    // A hair wider, so that the boxes leave no gap.
    const side = (sign: number) =>
      Float64Array.from(half, (by, k) => centres[i + k] + sign * by * (1 + 1e-9));
    const { slopes } = enclosure.enclose(
      side(-1).map((x, k) => Math.max(x, low[k])),
      side(1).map((x, k) => Math.min(x, high[k])),
    );
    if (!slopes) return undefined;
    for (let o = 0; o < f.outputs; o++) {
      let norm = 0;
      for (let k = 0; k < d; k++) {
        norm += Math.max(Math.abs(slopes.low[o * d + k]), Math.abs(slopes.high[o * d + k]));
      }
      most = Math.max(most, norm);
    }
  }
  return Number.isFinite(most) ? most : undefined;
}

function gradientOf(f: BatchFunction, x: Float64Array, seed: number): Constant | null {
  if (!f.vjp) return null;
  const { inputs, outputs } = f;
  const count = x.length / inputs;
  const squares = Array.from({ length: outputs }, (_, o) => {
    const cotangent = Float64Array.from({ length: count * outputs }, (_, i) => (i % outputs === o ? 1 : 0));
    const g = f.vjp!(x, cotangent, count);
    const sums = new Float64Array(count);
    for (let i = 0; i < g.length; i++) sums[Math.floor(i / inputs)] += g[i] * g[i];
    return sums;
  });
  const means = bootstrapMeans(squares, { seed, name: "bounds/gradient" });
  const top = means.reduce((most, one) => (one.value > most.value ? one : most));
  if (!Number.isFinite(top.value)) return null;
  return {
    value: Math.sqrt(top.value),
    low: Math.sqrt(top.low),
    high: Math.sqrt(top.high),
    known: "estimate",
    how: `mean over ${count} uniform points, 95% interval`,
  };
}
