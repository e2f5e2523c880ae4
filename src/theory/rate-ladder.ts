import { fitRate, type RateFit } from "../analysis/rates.js";
import { supremum } from "../analysis/search/supremum.js";
import type { Interval } from "../analysis/statistics/bootstrap.js";
import { bendsBy } from "../analysis/statistics/line.js";
import { short } from "../analysis/statistics/say.js";
import { requireArguments } from "../arguments.js";
import { PlateauError } from "../errors.js";
import { sharedEngine } from "../runtime/engine.js";
import { box } from "../targets/domain.js";
import { expressionTarget } from "../targets/expression/target.js";
import type { BatchFunction } from "../targets/function.js";
import { certifyConstructed } from "./certificates/certify-constructed.js";
import type { Construction, ConstructionRate, Smoothness, Task } from "./constructions/construction.js";
import { defineTask } from "./constructions/task.js";

/** A construction of one size, and between which numbers its largest error lies. */
export interface Rung {
  readonly size: number;
  readonly layers: number;
  /** Those that are not 0, where a construction counts them. */
  readonly parameters: number;
  /** The largest error that a search found. */
  readonly error: number;
  /** What its certificate leaves open: the error is at most this. */
  readonly upper: number;
}

/** Exponent p of error ~ size^−p by one measure of size. */
export interface Exponent {
  /** Of the errors found, with the interval of `fitRate`: what scatters around the law. */
  readonly fit: RateFit;
  /**
   * p, from the least to the largest that is possible: scatter; where log error bends significantly in log size,
   * p at either end of the ladder; and errors anywhere between what was found and what is certified (without
   * certificates, what was found to 2⁻¹⁶ of itself).
   */
  readonly range: Interval;
  /** The theorem's p. */
  readonly theory: number | null;
  /** Whether `range` holds it. */
  readonly agrees: boolean | null;
  /**
   * Where `range` is beside it. A theorem bounds errors from above, so exponents from below: `above` is no
   * disagreement, only a ladder or a target that does better; `below` is.
   */
  readonly beside: "inside" | "above" | "below" | null;
}

/** Measured error over a ladder of sizes, with its exponents and those of a theorem. */
export interface MeasuredRate {
  readonly construction: string;
  readonly target: string;
  readonly smoothness: Smoothness;
  readonly rungs: readonly Rung[];
  /** Whether every certificate is within a tenth of the error found, so that `range` rests on them. */
  readonly certified: boolean;
  readonly bySize: Exponent;
  readonly byParameters: Exponent;
  /** null where the depth stays as it is. */
  readonly byLayers: Exponent | null;
  readonly theorem: ConstructionRate | null;
}

/** Which sizes are built, and whether each is certified. */
export interface RateLadderOptions {
  /** Of the construction. */
  readonly options: Record<string, unknown>;
  /** Boxes of each certificate, at most; 0: none, and `upper` is infinite. Default 4000. */
  readonly boxes?: number;
  /** Share to which certificates are to close in. Default 0.02. */
  readonly gap?: number;
  /** Points [·, d₀] that the search looks at besides: a tip that no sample would hit. */
  readonly points?: Float64Array;
}

/** Certificates further than this from what was found say nothing of an exponent. */
const CLOSE = 1.1;
/** What float32 and the search may have left of an error that is not certified. */
const RESOLUTION = 2 ** -16;

const SAMPLES = 8192;
const STARTS = 16;
const STEPS = 60;

/**
 * Builds a construction at each of some sizes, searches for its largest error (samples, then a climb), bounds it
 * by a certificate, and fits error ~ C·size^−p, beside what a theorem says for targets of that smoothness: an
 * upper bound of the error, so a lower one of p, which the worst targets attain.
 * @throws PlateauError `usage`, also as `construct`
 */
export async function measureRate(
  construction: Construction,
  task: Task,
  smoothness: Smoothness,
  sizes: readonly number[],
  given: RateLadderOptions,
): Promise<MeasuredRate> {
  requireArguments("measureRate", {
    construction: [construction, "Construction: name description sizeName options"],
    task: [task, "Task: target dim f low"],
    sizes: [sizes, "numbers"],
    given: [given, "RateLadderOptions: options"],
  });
  const { options, boxes = 4000, gap = 0.02, points } = given;
  const rungs: Rung[] = [];
  for (const size of sizes) {
    const constructed = construction.construct(task, size, options);
    const { g, layers, parameters, nonzero } = constructed;
    const bounds =
      boxes === 0
        ? { lower: 0, upper: Number.POSITIVE_INFINITY }
        : (await certifyConstructed(task, constructed, { boxes, gap, seconds: 600 })).error;
    const error = Math.max(await largestError(task, g, points), bounds.lower);
    rungs.push({
      size: constructed.size,
      layers,
      parameters: nonzero ?? parameters,
      error,
      upper: bounds.upper,
    });
  }
  const certified = rungs.every(({ error, upper }) => upper <= CLOSE * error);
  const theorem = construction.theorem?.(task, smoothness, options) ?? null;
  const deeper = new Set(rungs.map(({ layers }) => layers)).size > 1;
  return {
    construction: construction.name,
    target: task.target.name,
    smoothness,
    rungs,
    certified,
    bySize: exponentOf(rungs, certified, "size", theorem?.bySize),
    byParameters: exponentOf(rungs, certified, "parameters", theorem?.byParameters),
    byLayers: deeper ? exponentOf(rungs, certified, "layers", theorem?.byLayers) : null,
    theorem,
  };
}

/** The exponent of a ladder by one measure of size, beside a theorem's. @throws PlateauError `usage` as `fitRate` */
export function exponentOf(
  rungs: readonly Rung[],
  certified: boolean,
  key: "size" | "parameters" | "layers",
  theory: number | undefined,
): Exponent {
  const { log64 } = sharedEngine().kernels;
  const points = rungs.map((rung) => ({ size: rung[key], error: rung.error }));
  const fitted = fitRate(points, { size: key, theory });
  // p = −Σ cᵢ·log errorᵢ, c of least squares: each error moves it one way by what is open of it.
  const x = rungs.map((rung) => log64(rung[key]));
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  const squares = x.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  let { low, high } = fitted.exponent;
  const { curvature } = fitted;
  if (curvature && bendsBy(curvature, { slope: fitted.exponent.value }, 0)) {
    low = Math.min(low, curvature.first, curvature.last);
    high = Math.max(high, curvature.first, curvature.last);
  }
  rungs.forEach(({ error, upper }, i) => {
    const moved = (-(x[i] - mean) / squares) * log64(certified ? upper / error : 1 + RESOLUTION);
    if (moved < 0) low += moved;
    else high += moved;
    // What was found is not exact either.
    low -= Math.abs((RESOLUTION * (x[i] - mean)) / squares);
    high += Math.abs((RESOLUTION * (x[i] - mean)) / squares);
  });
  const agrees = theory === undefined ? null : low <= theory && theory <= high;
  const beside = theory === undefined ? null : low > theory ? "above" : high < theory ? "below" : "inside";
  return { fit: fitted, range: { low, high }, theory: theory ?? null, agrees, beside };
}

/**
 * One sentence on a measured rate.
 * @throws PlateauError `usage` where an argument is of another kind
 */
export function describeMeasuredRate(measured: MeasuredRate): string {
  requireArguments("describeMeasuredRate", {
    measured: [measured, "MeasuredRate: construction target smoothness rungs"],
  });
  const { construction, target, bySize, theorem } = measured;
  const { fit: fitted, range, beside: where } = bySize;
  const said = {
    inside: "inside",
    above: "less, and a lower bound: no disagreement",
    below: "more: it is not attained at these sizes",
  };
  const beside =
    theorem === null ? "" : `; the theorem's ${short(theorem.bySize)} is ${said[where!]} (${theorem.source})`;
  return `${construction} on ${target}: error ~ ${fitted.size}^−p with p = ${short(fitted.exponent.value)}, between ${short(range.low)} and ${short(range.high)}${beside}.`;
}

/**
 * sup |f − g| as a search finds it, at some points besides.
 * @throws PlateauError `usage` where no error is finite
 */
export async function largestError(
  task: Task,
  g: BatchFunction,
  besides: Iterable<number> = [],
): Promise<number> {
  requireArguments("largestError", {
    task: [task, "Task: target dim f low"],
    g: [g, "BatchFunction: name inputs outputs evaluate"],
  });
  const { f, low, high } = task;
  const points = Float64Array.from([...low, ...high, ...besides]);
  const found = await supremum(minus(f, g), box(low, high), {
    seed: 0,
    samples: SAMPLES,
    points,
    starts: STARTS,
    steps: STEPS,
    pace: () => undefined,
  });
  if (!found) throw new PlateauError("usage", `${f.name}: no error is finite`);
  return found.value;
}

function minus(f: BatchFunction, g: BatchFunction): BatchFunction {
  return {
    name: `${f.name} − ${g.name}`,
    inputs: f.inputs,
    outputs: f.outputs,
    evaluate(x, count) {
      const z = g.evaluate(x, count);
      return f.evaluate(x, count).map((value, i) => value - z[i]);
    },
  };
}

/** 1/3 as float32 has it: a cusp elsewhere has its tip between the points that a network can be given. */
const TIP = Math.fround(1 / 3);

/**
 * Targets of one smoothness on [0, 1]^d whose error every size meets alike: a mean of cusps |xₖ − 1/3|^α,
 * which lie a third into a cell for every number of cells that 3 does not divide; or, twice differentiable, a
 * sine along the diagonal. `points`: where all cusps meet.
 * @throws PlateauError `usage` on a number of inputs, or an exponent, that makes no function
 */
export function rateTask(smoothness: Smoothness, d: number): { task: Task; points: Float64Array } {
  requireArguments("rateTask", { d: [d, "number"] });

  const names = Array.from({ length: d }, (_, k) => `x${k + 1}`);
  const text =
    smoothness === "C2"
      ? `sin(4*(${names.join(" + ")})/${d})`
      : `(${names.map((name) => `abs(${name} - ${TIP})^${smoothness}`).join(" + ")})/${d}`;
  const task = defineTask(expressionTarget(text, names.map((name) => `${name}=0:1`).join(",")));
  return { task, points: new Float64Array(d).fill(TIP) };
}
