import { size } from "../../src/graph/tensor.js";
import type { Model } from "../../src/nn/model.js";
import { differentiateLoss } from "../../src/training/batch-program.js";
import { Batches } from "../../src/training/batches.js";
import type { TrainingOptions } from "../../src/training/options.js";
import { createSchedule } from "../../src/training/schedule.js";
import { record } from "./record.js";
import { Rows } from "./rows.js";
import type { Node } from "./tape.js";

/** Samples: row r of x and of y is their r-th part. */
export interface Samples {
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly rows: number;
}

/**
 * The same training in plain float64: the same initial weights, batches, schedule, clipping, Adam or SGD (formulas of
 * PyTorch's documentation), with nothing of the kernels but the order of the batches.
 */
export class ReferenceTraining {
  readonly weights: Float64Array;
  readonly first: Float64Array;
  readonly second: Float64Array;
  readonly #gradient: Float64Array;
  readonly #leaves: Node[] = [];
  readonly #rows: Rows;
  readonly #x: Node[];
  readonly #y: Node[];
  readonly #samples: Samples;
  readonly #batches: Batches;
  readonly #options: TrainingOptions;
  readonly #model: Model;
  readonly #schedule: (update: number) => number;
  updates = 0;
  loss = Number.NaN;

  /** @param model as it is before training; its weights are copied, not touched */
  constructor(model: Model, samples: Samples, options: TrainingOptions) {
    const { architecture } = model;
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
    const values: number[] = [];
    for (const parameter of model.parameters) {
      this.#leaves.push(...recorded.nodes(program.graph.parameter(parameter)));
      const from = parameter.offset;
      values.push(...model.weights().subarray(from, from + size(parameter.shape)));
    }
    this.weights = Float64Array.from(values);
    const zeros = () => new Float64Array(values.length);
    [this.first, this.second, this.#gradient] = [zeros(), zeros(), zeros()];
    this.#x = recorded.nodes(emitted.x);
    this.#y = recorded.nodes(y!);
    this.#rows = new Rows(recorded.tape, recorded.loss, options.batch);
    this.#samples = samples;
    this.#model = model;
    this.#options = options;
    this.#batches = new Batches(model.engine, samples.rows, options.batch, options.seed);
    const { schedule: kind, lr, steps, warmup, minFactor } = options;
    this.#schedule = createSchedule({ kind, lr, steps, warmup, minFactor }, Math.cos);
  }

  /** One update. */
  step(): void {
    const { batch, clipNorm } = this.#options;
    const { x, y } = this.#samples;
    const order = this.#model.engine.u32(this.#batches.at(this.updates), batch);
    const [wide, narrow] = [this.#x.length, this.#y.length];
    const gradient = this.#gradient.fill(0);
    const own = {
      leaves: [...this.#x, ...this.#y],
      at: (row: number, j: number) =>
        j < wide ? x[order[row] * wide + j] : y[order[row] * narrow + j - wide],
    };
    const sum = this.#rows.evaluate(batch, { leaves: this.#leaves, values: this.weights, gradient }, own);
    this.loss = sum / batch;
    let squares = 0;
    for (let i = 0; i < gradient.length; i++) {
      gradient[i] /= batch;
      squares += gradient[i] * gradient[i];
    }
    const scale = clipNorm > 0 ? Math.min(1, clipNorm / (Math.sqrt(squares) + 1e-6)) : 1;
    this.#update(++this.updates, scale);
  }

  #update(t: number, scale: number): void {
    const { beta1, beta2, eps, weightDecay, momentum, optimizer } = this.#options;
    const { weights: w, first: m, second: v } = this;
    const lr = this.#schedule(t);
    const [bias1, bias2] = [1 - beta1 ** t, Math.sqrt(1 - beta2 ** t)];
    for (let i = 0; i < w.length; i++) {
      const g = this.#gradient[i] * scale + (optimizer === "adamw" ? 0 : weightDecay * w[i]);
      if (optimizer === "sgd") {
        m[i] = momentum * m[i] + g;
        w[i] -= lr * m[i];
        continue;
      }
      m[i] = beta1 * m[i] + (1 - beta1) * g;
      v[i] = beta2 * v[i] + (1 - beta2) * g * g;
      if (optimizer === "adamw") w[i] *= 1 - lr * weightDecay;
      w[i] -= ((lr / bias1) * m[i]) / (Math.sqrt(v[i]) / bias2 + eps);
    }
  }
}
