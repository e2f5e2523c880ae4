import { requireArguments } from "../../arguments.js";
import { PlateauError } from "../../errors.js";
import { encloseExpression } from "../../targets/expression/enclose.js";
import type { BatchFunction } from "../../targets/function.js";
import { pow } from "../../targets/math.js";
import { knownConstants } from "../bounds/known.js";
import type { Task } from "../constructions/construction.js";
import { mayJump } from "./continuity.js";
import type { Enclosed, Enclosure } from "./enclosure.js";
import { contradiction, sampledSlopes } from "./sampled-slopes.js";

/** |f(x) − f(y)| ≤ constant·‖x − y‖₂^exponent, each output by itself. */
export interface TargetModulus {
  readonly constant: number;
  /** 0 < exponent ≤ 1; 1 where absent: a Lipschitz constant. */
  readonly exponent?: number;
}

/** Coordinates of a point that a message names. */
const SHOWN = 8;

/** The factor that is added to the steepest slope that samples show (ours). */
const MARGIN = 1.5;

/**
 * A target on boxes, for certificates. From its formula where it has one, or from constants that follow from
 * it: proven. Else from slopes at sampled points. A modulus of continuity that the caller vouches for is used
 * besides what is proven, instead of an estimate. `conditions` says which.
 * @throws PlateauError `usage` where two points contradict the modulus
 */
export function targetEnclosure(task: Task, modulus?: TargetModulus): Enclosure {
  requireArguments("targetEnclosure", {
    task: [task, "Task: target dim f low"],
    modulus: [modulus, "TargetModulus: constant?"],
  });

  const proven = provenEnclosure(task);
  if (modulus) {
    requireUncontradicted(task, modulus);
    const { constant, exponent = 1 } = modulus;
    const given = withModulus(task.f, constant, exponent);
    const conditions = [`the target is taken to change by at most ${law(modulus)}, as was given`];
    return { ...(proven ? both(proven, given) : given), conditions };
  }
  return proven ?? estimatedEnclosure(task);
}

function provenEnclosure({ f, target, dim }: Task): Enclosure | undefined {
  if (target.formula) {
    const { text, variables } = target.formula;
    return coordinatewise(encloseExpression(text, variables), target.inputs, target.outputs, dim);
  }
  const known = dim === 1 ? knownConstants(target.name) : undefined;
  return known && withModulus(f, known.holder.constant, known.holder.exponent, known.lipschitz);
}

function estimatedEnclosure(task: Task): Enclosure {
  const { f, target } = task;
  if (mayJump(target)) {
    const conditions = ["the target may jump, and has no formula: nothing bounds its change"];
    return { ...withModulus(f, Number.POSITIVE_INFINITY, 1), conditions };
  }
  const { points, steepest } = sampledSlopes(task);
  const constant = MARGIN * steepest;
  const conditions = [
    `the target's modulus of continuity is estimated, not known: its change is taken to be at most ${law({ constant })}, ${MARGIN} times the steepest slope at ${points} points`,
  ];
  return { ...withModulus(f, constant, 1), conditions };
}

/** @throws PlateauError `usage` naming two points */
function requireUncontradicted(task: Task, modulus: TargetModulus): void {
  const found = contradiction(task, modulus.constant, modulus.exponent ?? 1);
  if (!found) return;
  const [x, y] = found.points.map((point) => {
    const shown = Array.from(point.subarray(0, SHOWN), String).join(", ");
    return `(${shown}${point.length > SHOWN ? ", …" : ""})`;
  });
  throw new PlateauError(
    "usage",
    `${task.f.name} changes by ${show(found.change)} between ${x} and ${y}, where ${law(modulus)} allows ${show(found.allowed)}: give a larger constant, or none`,
  );
}

const law = ({ constant, exponent = 1 }: TargetModulus) =>
  exponent === 1 ? `${show(constant)}·‖x − y‖` : `${show(constant)}·‖x − y‖^${exponent}`;

/**
 * f(c) ± ω(r), c the middle of the box and r the distance of its corners.
 * @param lipschitz a constant with ‖·‖_∞, where one is known besides: f(c) ± lipschitz·‖r‖_∞ then too
 */
export function withModulus(
  f: BatchFunction,
  constant: number,
  exponent: number,
  lipschitz = Number.POSITIVE_INFINITY,
): Enclosure {
  const { inputs, outputs } = f;
  return {
    inputs,
    outputs,
    enclose(low, high): Enclosed {
      const centre = low.map((from, k) => 0.5 * (from + high[k]));
      const values = f.evaluate(centre, 1);
      let [squares, longest] = [0, 0];
      for (let k = 0; k < inputs; k++) {
        const half = 0.5 * (high[k] - low[k]);
        squares += half * half;
        longest = Math.max(longest, half);
      }
      const distance = Math.sqrt(squares);
      const change = Math.min(
        constant * (exponent === 1 ? distance : pow(distance, exponent)),
        lipschitz * longest,
      );
      // At a point nothing changes, whatever is not known.
      const reach = longest === 0 ? 0 : change * (1 + 1e-12);
      // Values are float64: some units in the last place are theirs.
      const slack = (value: number) => 2 ** -48 * Math.abs(value);
      const around = (by: number) => ({
        low: values.map((value) => value - by - slack(value)),
        high: values.map((value) => value + by + slack(value)),
      });
      const n = inputs * outputs;
      const slope = Math.min(exponent === 1 ? constant : Number.POSITIVE_INFINITY, lipschitz) * (1 + 1e-12);
      const slopes = { low: new Float64Array(n).fill(-slope), high: new Float64Array(n).fill(slope) };
      return { ...around(reach), middle: around(0), ...(Number.isFinite(slope) ? { slopes } : {}) };
    },
  };
}

/** What lies between both bounds; between the first where float64 has lost what they share. */
function both(first: Enclosure, second: Enclosure): Enclosure {
  type Ends = Pick<Enclosed, "low" | "high">;
  const meet = (a: Ends, b: Ends): Ends => {
    const ends = { low: a.low.slice(), high: a.high.slice() };
    for (let i = 0; i < ends.low.length; i++) {
      const [low, high] = [Math.max(a.low[i], b.low[i]), Math.min(a.high[i], b.high[i])];
      if (low <= high) [ends.low[i], ends.high[i]] = [low, high];
    }
    return ends;
  };
  return {
    ...first,
    enclose(low, high) {
      const [a, b] = [first.enclose(low, high), second.enclose(low, high)];
      const slopes = a.slopes && b.slopes ? meet(a.slopes, b.slopes) : (a.slopes ?? b.slopes);
      return { ...a, ...meet(a, b), ...(slopes ? { slopes } : {}) };
    },
  };
}

/** A function of m tokens of one number, for each of d numbers a token by itself. */
function coordinatewise(
  one: (low: ArrayLike<number>, high: ArrayLike<number>) => Enclosed,
  m: number,
  n: number,
  d: number,
): Enclosure {
  if (d === 1) return { inputs: m, outputs: n, enclose: one };
  return {
    inputs: m * d,
    outputs: n * d,
    enclose(low, high) {
      const parts = Array.from({ length: d }, (_, c) => {
        const own = (ends: Float64Array) => ends.filter((_, i) => i % d === c);
        return one(own(low), own(high));
      });
      const all = (of: (part: Enclosed) => Float64Array) =>
        Float64Array.from({ length: n * d }, (_, i) => of(parts[i % d])[Math.floor(i / d)]);
      const ends = { low: all((part) => part.low), high: all((part) => part.high) };
      if (!parts.every((part) => part.slopes)) return ends;
      const slopes = (side: "low" | "high") => {
        const out = new Float64Array(n * d * m * d);
        for (let j = 0; j < n; j++) {
          for (let k = 0; k < m; k++) {
            for (let c = 0; c < d; c++)
              out[(j * d + c) * m * d + k * d + c] = parts[c].slopes![side][j * m + k];
          }
        }
        return out;
      };
      return { ...ends, slopes: { low: slopes("low"), high: slopes("high") } };
    },
  };
}

const show = (value: number) => String(Number(value.toPrecision(3)));
