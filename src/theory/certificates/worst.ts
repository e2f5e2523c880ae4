import type { Certificate, Certified } from "./certify.js";

/** The largest error that was met, each time confirmed by the target's own bounds at the point. */
export class Worst {
  readonly #subject: Certified;
  /** max over outputs of |f − g|, less what is not known of f there. */
  error = 0;
  point: Float64Array | null = null;
  found: Certificate["worst"] = null;

  constructor(subject: Certified) {
    this.#subject = subject;
  }

  /** Looks at points [·, inputs], rounded to float32: what the network reads. Those that leave the box do not count. */
  look(points: Float64Array): void {
    const { f, g, low, high } = this.#subject;
    const d = low.length;
    const x = inside(Float64Array.from(points, Math.fround), low, high);
    const count = x.length / d;
    if (count === 0) return;
    const [y, z] = [f.evaluate(x, count), g.evaluate(x, count)];
    const n = y.length / count;
    let best = -1;
    let most = this.error;
    for (let i = 0; i < y.length; i++) {
      const error = Math.abs(y[i] - z[i]);
      if (error > most) [most, best] = [error, Math.floor(i / n)];
    }
    if (best < 0) return;
    const at = x.slice(best * d, (best + 1) * d);
    const model = z.subarray(best * n, (best + 1) * n);
    const error = this.#sure(at, model);
    if (!(error > this.error)) return;
    const values = Array.from(y.subarray(best * n, (best + 1) * n));
    this.error = error;
    this.point = at;
    this.found = { point: Array.from(at), target: values, model: Array.from(model), error };
  }

  #sure(at: Float64Array, model: Float64Array): number {
    const { low, high } = this.#subject.target.enclose(at, at);
    let error = 0;
    for (let j = 0; j < model.length; j++) {
      error = Math.max(error, low[j] - model[j], model[j] - high[j]);
    }
    return error * (1 - 2 ** -50);
  }
}

function inside(x: Float64Array, low: readonly number[], high: readonly number[]): Float64Array {
  const d = low.length;
  const kept: number[] = [];
  for (let i = 0; i < x.length; i += d) {
    let all = true;
    for (let k = 0; k < d; k++) all &&= x[i + k] >= low[k] && x[i + k] <= high[k];
    if (all) for (let k = 0; k < d; k++) kept.push(x[i + k]);
  }
  return Float64Array.from(kept);
}
