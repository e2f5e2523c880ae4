import { encloseExpression } from "../../targets/expression/enclose.js";
import type { BatchFunction } from "../../targets/function.js";
import type { Task } from "../constructions/construction.js";
import { cellCentres } from "../grid.js";
import type { Enclosed, Enclosure } from "./enclosure.js";

/** |f(x) − f(y)| ≤ constant·‖x − y‖₂^exponent, each output by itself. */
export interface Modulus {
  readonly constant: number;
  /** 0 < exponent ≤ 1; 1 where absent: a Lipschitz constant. */
  readonly exponent?: number;
}

/** Points at which slopes are looked at for an estimate, and the factor that is added to what they show (ours). */
const LOOKED_AT = 4096;
const MARGIN = 1.5;

/**
 * A target on boxes, for certificates. From its formula where it has one: proven. Else from a modulus of
 * continuity that the caller vouches for, else from slopes at sampled points: `conditions` says which.
 */
export function targetEnclosure(task: Task, modulus?: Modulus): Enclosure {
  const { f, target, dim } = task;
  if (!modulus && target.formula) {
    const { text, variables } = target.formula;
    return coordinatewise(encloseExpression(text, variables), target.inputs, target.outputs, dim);
  }
  const { constant, exponent = 1 } = modulus ?? { constant: MARGIN * steepest(task) };
  const law = exponent === 1 ? `${show(constant)}·‖x − y‖` : `${show(constant)}·‖x − y‖^${exponent}`;
  const conditions = [
    modulus
      ? `the target is taken to change by at most ${law}, as was given`
      : `the target's modulus of continuity is estimated, not known: its change is taken to be at most ${law}, ${MARGIN} times the steepest slope at ${LOOKED_AT} points`,
  ];
  return { ...withModulus(f, constant, exponent), conditions };
}

/** f(c) ± ω(r), c the middle of the box and r the distance of its corners. */
export function withModulus(f: BatchFunction, constant: number, exponent: number): Enclosure {
  const { inputs, outputs } = f;
  return {
    inputs,
    outputs,
    enclose(low, high): Enclosed {
      const centre = low.map((from, k) => 0.5 * (from + high[k]));
      const values = f.evaluate(centre, 1);
      let squares = 0;
      for (let k = 0; k < inputs; k++) squares += 0.25 * (high[k] - low[k]) ** 2;
      const reach = Math.sqrt(squares) ** exponent * constant * (1 + 1e-12);
      // Values are float64: some units in the last place are theirs.
      const slack = (value: number) => 2 ** -48 * Math.abs(value);
      const around = (by: number) => ({
        low: values.map((value) => value - by - slack(value)),
        high: values.map((value) => value + by + slack(value)),
      });
      const n = inputs * outputs;
      const slopes = { low: new Float64Array(n).fill(-constant), high: new Float64Array(n).fill(constant) };
      return { ...around(reach), middle: around(0), ...(exponent === 1 ? { slopes } : {}) };
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

/** The largest gradient norm of any output at a grid of points, or of differences where there are no gradients. */
function steepest({ f, low, high }: Task): number {
  const { inputs: d, outputs } = f;
  const n = Math.max(1, Math.floor(LOOKED_AT ** (1 / d)));
  const x = cellCentres(low, high, n);
  const count = x.length / d;
  let most = 0;
  for (let o = 0; o < outputs; o++) {
    const g = f.vjp ? f.vjp(x, selection(count, outputs, o), count) : differences(f, x, o, low, high, n);
    for (let i = 0; i < count; i++) {
      let squares = 0;
      for (let k = 0; k < d; k++) squares += g[i * d + k] * g[i * d + k];
      most = Math.max(most, Math.sqrt(squares));
    }
  }
  return most;
}

function selection(count: number, outputs: number, o: number): Float64Array {
  return Float64Array.from({ length: count * outputs }, (_, i) => (i % outputs === o ? 1 : 0));
}

/** Slopes over a quarter of a cell. */
function differences(
  { inputs: d, outputs, evaluate }: BatchFunction,
  x: Float64Array,
  o: number,
  low: readonly number[],
  high: readonly number[],
  n: number,
): Float64Array {
  const count = x.length / d;
  const at = evaluate(x, count);
  const out = new Float64Array(x.length);
  for (let k = 0; k < d; k++) {
    const h = (high[k] - low[k]) / (4 * n);
    const moved = x.map((value, i) => (i % d === k ? value + h : value));
    const there = evaluate(moved, count);
    for (let i = 0; i < count; i++) out[i * d + k] = (there[i * outputs + o] - at[i * outputs + o]) / h;
  }
  return out;
}

const show = (value: number) => String(Number(value.toPrecision(3)));
