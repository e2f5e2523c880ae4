import { PlateauError, quote } from "../errors.js";

/**
 * A function from R^inputs to R^outputs, evaluated on many points at a time: a target, a trained model,
 * a user's callback, a baseline. Points and values are row-major float64, whatever is computed inside.
 */
export interface BatchFunction {
  readonly name: string;
  /** Numbers of a point. */
  readonly inputs: number;
  /** Numbers of a value. */
  readonly outputs: number;
  /** Values [count, outputs] at the points x [count, inputs]. */
  evaluate(x: Float64Array, count: number): Float64Array<ArrayBuffer>;
  /**
   * Vector–Jacobian products: at each point of x [count, inputs] the exact gradient [count, inputs] of
   * Σⱼ wⱼ·yⱼ, with w [count, outputs] at `cotangent`. Absent where no derivative is known; where the
   * function has none (a kink, a jump), that of one side.
   */
  vjp?(x: Float64Array, cotangent: Float64Array, count: number): Float64Array<ArrayBuffer>;
}

/** One point in, one value out: what a user writes. */
export interface PointwiseFunction {
  readonly name: string;
  readonly inputs: number;
  /** Default 1. */
  readonly outputs?: number;
  /** f(x): a number where there is one output, else `outputs` numbers. */
  readonly value: (x: Float64Array) => number | ArrayLike<number>;
  /** The Jacobian [outputs, inputs] at x: for one output the gradient (a number where there is one input). */
  readonly jacobian?: (x: Float64Array) => number | ArrayLike<number>;
}

/** A function from a plain callback. @throws PlateauError `usage`, also where it returns what is no value */
export function pointwise(definition: PointwiseFunction): BatchFunction {
  if (typeof definition?.value !== "function" || !Number.isInteger(definition.inputs)) {
    throw new PlateauError("usage", "a function is given as { name, inputs, value: (x) => … }");
  }
  const { name, inputs, outputs = 1, value, jacobian } = definition;
  const evaluate: BatchFunction["evaluate"] = (x, count) => {
    const y = new Float64Array(count * outputs);
    for (let i = 0; i < count; i++) {
      const found = value(x.subarray(i * inputs, (i + 1) * inputs));
      if (typeof found === "number" && outputs === 1) y[i] = found;
      else if (typeof found === "object" && found?.length === outputs) y.set(found, i * outputs);
      else {
        const expected = outputs === 1 ? "a number" : `${outputs} numbers`;
        throw new PlateauError("usage", `${name}: value returned ${quote(found)}, expected ${expected}`);
      }
    }
    return y;
  };
  if (!jacobian) return { name, inputs, outputs, evaluate };
  const vjp: BatchFunction["vjp"] = (x, cotangent, count) => {
    const gradients = new Float64Array(count * inputs);
    for (let i = 0; i < count; i++) {
      const found = jacobian(x.subarray(i * inputs, (i + 1) * inputs));
      const J = typeof found === "number" ? [found] : found;
      for (let j = 0; j < outputs; j++) {
        const w = cotangent[i * outputs + j];
        for (let k = 0; k < inputs; k++) gradients[i * inputs + k] += w * J[j * inputs + k];
      }
    }
    return gradients;
  };
  return { name, inputs, outputs, evaluate, vjp };
}
