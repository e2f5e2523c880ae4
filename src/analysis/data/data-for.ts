import { PlateauError, quote } from "../../errors.js";
import type { Samples, Subject } from "../measure.js";

/** Data to fit competitors to and to judge on. */
export interface Data {
  readonly inputs: number;
  readonly outputs: number;
  readonly train: Samples;
  readonly test: Samples;
  /** Which of them were drawn from domain and target, not given. */
  readonly drawn: { readonly train: boolean; readonly test: boolean };
}

/**
 * The data of a subject; what it does not bring is drawn from its domain and target: test samples are
 * points 0 … of the seed's stream, training samples those after them. Points are rounded to float32
 * first, so that a value is the target's at the very point.
 * @throws PlateauError `usage` where there is neither data nor target, or a number is not finite
 */
export function dataFor(
  { domain, target, model, train, test }: Subject,
  sizes: { seed: number; train: number; test: number },
): Data {
  const { inputs } = domain;
  const outputs = target?.outputs ?? model.outputs;
  const draw = (what: string, start: number, count: number): Samples => {
    if (!target)
      throw new PlateauError("usage", `there are no ${what} data, and no target to draw them from`);
    const x = Float32Array.from(domain.sample(sizes.seed, start, count));
    return { x, y: Float32Array.from(target.evaluate(Float64Array.from(x), count)), count };
  };
  const found = {
    test: test ?? draw("test", 0, sizes.test),
    train: train ?? draw("training", test?.count ?? sizes.test, sizes.train),
  };
  for (const [what, { x, y, count }] of Object.entries(found)) {
    if (!(count >= 1 && x.length === count * inputs && y.length === count * outputs)) {
      throw new PlateauError(
        "usage",
        `${what} data: ${x.length} and ${y.length} numbers are no ${quote(count)} rows of ${inputs} inputs and ${outputs} outputs`,
      );
    }
    const lost = x.findIndex((value) => !Number.isFinite(value));
    const lostY = y.findIndex((value) => !Number.isFinite(value));
    if (lost >= 0 || lostY >= 0) {
      const row = lost >= 0 ? Math.floor(lost / inputs) : Math.floor(lostY / outputs);
      throw new PlateauError(
        "usage",
        `${what} data: row ${row} holds ${lost >= 0 ? x[lost] : y[lostY]}: leave it out`,
      );
    }
  }
  return { inputs, outputs, ...found, drawn: { train: !train, test: !test } };
}
