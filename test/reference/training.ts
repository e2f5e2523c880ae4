import { size } from "../../src/graph/tensor.js";
import type { Model } from "../../src/nn/model.js";
import { differentiateLoss } from "../../src/training/batch-program.js";
import { Batches } from "../../src/training/batches.js";
import type { TrainingOptions } from "../../src/training/options.js";
import { createSchedule } from "../../src/training/schedule.js";
import { record } from "./record.js";
import { type Numbers, type Own, Rows } from "./rows.js";
import type { Node } from "./tape.js";

/** Samples: row r of x and of y is their r-th part. */
export interface Samples {
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly rows: number;
}

/** The numbers of a model's parameters, one after the other. */
export function weightsOf(model: Model): Float64Array {
  const flat = model.weights();
  return Float64Array.from(
    [...model.parameters].flatMap(({ offset, shape }) => [...flat.subarray(offset, offset + size(shape))]),
  );
}

/**
 * The same training written plainly: the same initial weights, batches, schedule, clipping, Adam or SGD (formulas of
 * PyTorch's documentation), with nothing of the kernels but the order of the batches. In float64, or with all that is
 * stored rounded to float32: what any training in float32 has to round.
 */
export class ReferenceTraining {
  readonly weights: Numbers;
  readonly first: Numbers;
  readonly second: Numbers;
  /** Of the last update, before it was clipped. */
  readonly gradient: Numbers;
  /** Of one micro-batch, not yet divided by its rows. */
  readonly #sums: Numbers;
  /** What the precision holds of a number. */
  readonly #held: (x: number) => number;
  readonly #constants: Record<
    "beta1" | "beta2" | "rest1" | "rest2" | "eps" | "weightDecay" | "momentum",
    number
  >;
  readonly #leaves: Node[] = [];
  readonly #rows: Rows;
  readonly #x: Node[];
  readonly #y: Node[];
  readonly #output: Node[];
  readonly #samples: Samples;
  readonly #batches: Batches;
  readonly #options: TrainingOptions;
  readonly #model: Model;
  readonly #schedule: (update: number) => number;
  updates = 0;
  loss = Number.NaN;

  /** @param model as it is before training; its weights are copied, not touched */
  constructor(
    model: Model,
    samples: Samples,
    options: TrainingOptions,
    precision: "float64" | "float32" = "float64",
  ) {
    const { architecture } = model;
    const double = precision === "float64";
    const zeros = (length: number) => (double ? new Float64Array(length) : new Float32Array(length));
    const held = double ? (x: number) => x : Math.fround;
    this.#held = held;
    const { beta1, beta2 } = options;
    this.#constants = {
      ...{ beta1: held(beta1), beta2: held(beta2), rest1: held(1 - beta1), rest2: held(1 - beta2) },
      ...{ eps: held(options.eps), weightDecay: held(options.weightDecay), momentum: held(options.momentum) },
    };
    let y: Parameters<typeof differentiateLoss>[1]["y"];
    const { program, emitted } = model.program(
      { batch: 1, ...architecture.extent },
      {
        extend: (graph, all) => {
          y = differentiateLoss(graph, all, { kind: "mse" }, architecture.targetDim).y;
        },
      },
    );
    const recorded = record(program.graph, (view) => program.f32(view));
    for (const parameter of model.parameters) {
      this.#leaves.push(...recorded.nodes(program.graph.parameter(parameter)));
    }
    const values = weightsOf(model);
    const flat = () => zeros(values.length);
    [this.weights, this.first, this.second] = [flat(), flat(), flat()];
    [this.gradient, this.#sums] = [flat(), flat()];
    this.weights.set(values);
    this.#x = recorded.nodes(emitted.x);
    this.#y = recorded.nodes(y!);
    this.#output = recorded.nodes(emitted.output);
    this.#rows = new Rows(recorded.tape, recorded.loss, options.batch, zeros);
    this.#samples = samples;
    this.#model = model;
    this.#options = options;
    this.#batches = new Batches(model.engine, samples.rows, options.batch, options.seed);
    const { schedule: kind, lr, steps, warmup, minFactor } = options;
    this.#schedule = createSchedule({ kind, lr, steps, warmup, minFactor }, Math.cos);
  }

  /** One update. */
  step(): void {
    const { accumulation, clipEvery } = this.#options;
    const gradient = this.gradient.fill(0);
    this.loss = 0;
    for (let micro = 0; micro < accumulation; micro++) {
      this.loss += this.#gather(this.updates * accumulation + micro) / accumulation;
      if (clipEvery === "update" || accumulation === 1) continue;
      const scale = this.#clipping();
      for (let i = 0; i < gradient.length; i++) gradient[i] *= scale;
    }
    this.#update(++this.updates, this.#clipping());
  }

  /** Adds the gradient of a micro-batch. @returns its mean loss */
  #gather(index: number): number {
    const { batch, accumulation } = this.#options;
    const order = this.#model.engine.u32(this.#batches.at(index), batch);
    const { gradient } = this;
    const sums = this.#sums.fill(0);
    const own = this.#own((row) => order[row]);
    const shared = { leaves: this.#leaves, values: this.weights, gradient: sums };
    const loss = this.#rows.evaluate(batch, shared, own) / batch;
    for (let i = 0; i < gradient.length; i++) gradient[i] += sums[i] / (batch * accumulation);
    return loss;
  }

  /** What the gradient is to be multiplied by. */
  #clipping(): number {
    const { clipNorm } = this.#options;
    let squares = 0;
    for (const g of this.gradient) squares += g * g;
    return clipNorm > 0 ? Math.min(1, clipNorm / (Math.sqrt(squares) + 1e-6)) : 1;
  }

  /** Outputs for the first samples, row-major. */
  predict(rows: number): Float64Array {
    const shared = { leaves: this.#leaves, values: this.weights };
    return this.#rows.values(
      rows,
      shared,
      this.#own((row) => row),
      this.#output,
    );
  }

  /** A batch of the samples whose numbers `of` gives. */
  #own(of: (row: number) => number): Own {
    const { x, y } = this.#samples;
    const [wide, narrow] = [this.#x.length, this.#y.length];
    return {
      leaves: [...this.#x, ...this.#y],
      at: (row, j) => (j < wide ? x[of(row) * wide + j] : y[of(row) * narrow + j - wide]),
    };
  }

  #update(t: number, scale: number): void {
    const { optimizer, beta1, beta2 } = this.#options;
    const { weights: w, first: m, second: v } = this;
    const held = this.#held;
    const c = this.#constants;
    const lr = held(this.#schedule(t));
    const [bias1, bias2] = [held(1 - beta1 ** t), held(Math.sqrt(1 - beta2 ** t))];
    for (let i = 0; i < w.length; i++) {
      const g = this.gradient[i] * scale + (optimizer === "adamw" ? 0 : c.weightDecay * w[i]);
      if (optimizer === "sgd") {
        m[i] = c.momentum * m[i] + g;
        w[i] -= lr * m[i];
        continue;
      }
      m[i] = c.beta1 * m[i] + c.rest1 * g;
      v[i] = c.beta2 * v[i] + c.rest2 * g * g;
      if (optimizer === "adamw") w[i] *= 1 - lr * c.weightDecay;
      w[i] -= ((lr / bias1) * m[i]) / (Math.sqrt(v[i]) / bias2 + c.eps);
    }
  }
}

/**
 * Places of the weights whose gradient is more than rounding of float64. A weight that no output depends on (a bias of
 * keys, queries of a single token) has a gradient of 0, and Adam moves it by what rounding makes of that, as far as any
 * other.
 */
export function feltWeights(model: Model, samples: Samples, options: TrainingOptions): number[] {
  const training = new ReferenceTraining(model, samples, options);
  training.step();
  const sizes = Array.from(training.gradient, Math.abs);
  const least = 2 ** -40 * Math.max(...sizes);
  return sizes.flatMap((size, i) => (size > least ? [i] : []));
}
