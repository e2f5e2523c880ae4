import { requireArguments } from "../../arguments.js";
import { PlateauError, quote } from "../../errors.js";
import type { Target } from "../../targets/target.js";
import { cellCentres, gridNodes, wholeRoot } from "../grid.js";
import type { Task } from "./construction.js";

/** Points at which a target is tried before anything is built. */
const TRIED = 4096;

/**
 * What is to be approximated: a target on the box that holds its data.
 * @param dim numbers a token. Default 1: the function itself, not copies of it side by side
 * @throws PlateauError `usage` where the target is not finite on the box, naming a point
 */
export function defineTask(target: Target, dim = 1): Task {
  requireArguments("defineTask", {
    target: [target, "Target: domain evaluate sample fill"],
    dim: [dim, "number?"],
  });

  const f = target.asFunction(dim);
  const { low, high } = target.domainOf(dim);
  const n = Math.max(2, wholeRoot(TRIED, f.inputs));
  // Of many inputs not even the corners can all be tried: then what is wrong shows later.
  const points =
    2 ** f.inputs <= TRIED
      ? [gridNodes(low, high, n - 1), cellCentres(low, high, n - 1)]
      : [Float64Array.from([...low, ...high, ...low.map((side, i) => 0.5 * (side + high[i]))])];
  for (const x of points) requireFinite(f.name, x, f.evaluate(x, x.length / f.inputs), f.inputs);
  return { target, dim, f, low, high };
}

/** @throws PlateauError `usage` naming the first point of x [·, inputs] where a value is not finite */
export function requireFinite(name: string, x: Float64Array, y: Float64Array, inputs: number): void {
  const outputs = y.length / (x.length / inputs);
  const lost = y.findIndex((value) => !Number.isFinite(value));
  if (lost < 0) return;
  const at = Math.floor(lost / outputs);
  const point = x.subarray(at * inputs, (at + 1) * inputs).join(", ");
  throw new PlateauError(
    "usage",
    `${name} is ${y[lost]} at (${point}): choose a domain on which it is finite`,
  );
}

/** @throws PlateauError `usage` where a construction takes fewer inputs than the task has */
export function requireInputs({ f }: Task, construction: string, most: number): void {
  if (f.inputs <= most) return;
  throw new PlateauError(
    "usage",
    `${construction} takes targets of at most ${most} ${most === 1 ? "input" : "inputs"}, ${f.name} has ${f.inputs}`,
  );
}

/** @throws PlateauError `usage` */
export function requireSize(size: number, what: string): void {
  if (Number.isSafeInteger(size) && size >= 1) return;
  throw new PlateauError("usage", `size ${quote(size)}: expected a whole number of ${what}, at least 1`);
}
