import { requireArguments } from "../arguments.js";
import { PlateauError } from "../errors.js";
import type { Program } from "../graph/program.js";
import type { Model } from "../nn/model.js";
import type { StopSignal } from "../pause.js";
import { type BatchProgram, batchProgram, keyDropout } from "./batch-program.js";
import { Batches } from "./batches.js";
import { trainingBytes } from "./bytes.js";
import type { TrainingData } from "./data.js";
import type { Loss } from "./losses.js";
import { HYPER, largestNorm, type OptimizerState, setConstants, setUpdate, update } from "./optimizer.js";
import type { TrainingOptions } from "./options.js";
import { requireFit } from "./require-fit.js";
import { createSchedule, type Schedule } from "./schedule.js";
import type { StepResult, Training } from "./training.js";

/** Multiply-adds of a forward pass, about, from which on a batch takes long. */
const LONG = 5e8;

/** What a step reads and writes beside the kernels: views of wasm memory, which growing detaches. */
interface Views {
  readonly hyper: Float32Array;
  readonly norm: Float64Array;
  readonly loss: Float64Array;
  readonly rng: Uint32Array | undefined;
}

/**
 * One training step after another over a model's weights. Everything is allocated by the constructor;
 * `step` is a flat walk through kernel calls.
 */
export class Trainer implements Training {
  readonly model: Model;
  readonly options: TrainingOptions;
  readonly state: OptimizerState;
  #updates = 0;
  /** Loss of the last update's (micro-)batches, before it; 2-norm of its gradient before clipping; the largest one. */
  readonly #status: Float64Array;
  readonly #data: TrainingData;
  readonly #batch: BatchProgram;
  readonly #batches: Batches;
  readonly #hyperAddress: number;
  readonly #normAddress: number;
  #views: Views;
  readonly #schedule: Schedule;
  /** Whether a batch takes a tenth of a second or so: then a stop is not to wait for its end. */
  readonly #takesLong: boolean;

  /** @throws PlateauError `memory` or `usage` before the model is touched. */
  constructor(model: Model, loss: Loss, data: TrainingData, options: TrainingOptions) {
    requireArguments("new Trainer", {
      model: [model, "Model: architecture parameters engine"],
      loss: [loss, "Loss: kind"],
      data: [data, "TrainingData: rows widths fill"],
      options: [options, "TrainingOptions: steps batch slices seed"],
    });
    const { engine, architecture, parameters } = model;
    const { batch, seed } = options;
    requireFit(data, loss, architecture);
    if (options.slices > 1) {
      throw new PlateauError(
        "usage",
        `slices is ${options.slices}: a Trainer takes batches whole, train(model, data, options) in slices, too`,
      );
    }
    this.model = model;
    this.options = options;
    this.#status = Float64Array.of(Number.NaN, Number.NaN, largestNorm(options));
    const { inputTokens, outputTokens } = architecture.extent;
    this.#takesLong = parameters.length * batch * (inputTokens + outputTokens) > LONG;
    this.#data = data;
    const { schedule: kind, lr, steps, warmup, minFactor } = options;
    this.#schedule = createSchedule({ kind, lr, steps, warmup, minFactor }, engine.kernels.cos64);
    engine.require(trainingBytes(architecture, loss, options, data) - 4 * parameters.length);
    this.#batches = new Batches(engine, data.rows, batch, seed);
    data.prepare?.(engine, batch);
    const flat = 4 * parameters.length;
    this.state = {
      gradients: engine.allocate(flat),
      first: engine.allocate(flat),
      second: engine.allocate(flat),
    };
    this.#hyperAddress = engine.allocate(4 * HYPER.length);
    this.#normAddress = engine.allocate(8);

    this.#batch = batchProgram(model, loss, batch, this.state.gradients);
    // Evaluation shall not need more memory in the middle of training.
    model.inference();
    engine.f32(this.#batch.cotangent, 1)[0] = 1 / options.accumulation;
    keyDropout(engine, this.#batch, seed);
    this.#views = this.#bind();
    const { hyper } = this.#views;
    setConstants(hyper, options);
  }

  #bind(): Views {
    const { engine } = this.model;
    const { loss, rng } = this.#batch;
    return {
      hyper: engine.f32(this.#hyperAddress, HYPER.length),
      norm: engine.f64(this.#normAddress, 1),
      loss: engine.f64(loss, 1),
      rng: rng ? engine.u32(rng, 4) : undefined,
    };
  }

  /** Updates done. */
  get updates(): number {
    return this.#updates;
  }

  /** What to go on from, once weights and optimizer state are as they were then. */
  continueFrom(updates: number, loss: number): void {
    this.#updates = updates;
    this.#status[0] = loss;
  }

  /** Mean loss of the last step's batches under the weights before its update; NaN before the first. */
  get loss(): number {
    return this.#status[0];
  }

  /** Global 2-norm of the last step's gradient, before clipping. */
  get gradientNorm(): number {
    return this.#status[1];
  }

  /** A step fails before its update or not at all. */
  get intact(): boolean {
    return true;
  }

  /** There is nothing but memory to give back. */
  dispose(): void {}

  /** The program of one micro-batch, for inspection and profiles. */
  get program(): Program {
    return this.#batch.program;
  }

  /**
   * Gathers the next batches' loss and gradients and updates the weights.
   * @param signal stops the step between two of its micro-batches or, of a large model, of its kernel calls
   * @returns false when loss or gradient is NaN, infinite or too large (`largestNorm`), undefined when it was stopped:
   * the weights are then as before.
   */
  step(signal?: StopSignal): StepResult {
    if (!this.gather(signal)) return undefined;
    const status = this.#status;
    const { clipNorm } = this.options;
    const scale = clipNorm > 0 ? Math.min(1, clipNorm / (status[1] + 1e-6)) : 1;
    if (!Number.isFinite(status[0]) || !(status[1] * scale <= status[2])) return false;
    this.#views.hyper[HYPER.gradScale] = scale;
    this.#update();
    return true;
  }

  /**
   * The first half of a step: loss, gradients and their norm, no update.
   * @returns false where the signal stopped it: what it gathered is of no use then
   */
  gather(signal?: StopSignal): boolean {
    const { kernels } = this.model.engine;
    const { accumulation, clipNorm, clipEvery, batch } = this.options;
    const { gradients } = this.state;
    const n = this.model.parameters.length;
    const status = this.#status;
    // Something else may have grown the memory since the last step: these views are then empty.
    if (this.#views.norm.length === 0) this.#views = this.#bind();
    const { rng, loss } = this.#views;
    const { program, to } = this.#batch;
    // To ask between calls costs small programs more than they could lose.
    const watched = this.#takesLong ? signal : undefined;
    kernels.fillFloats(gradients, 0, n);
    status[0] = 0;
    for (let micro = 0; micro < accumulation; micro++) {
      if (micro > 0 && signal?.aborted) return false;
      const index = this.#updates * accumulation + micro;
      this.#data.fill(this.model.engine, to, this.#batches.at(index), batch);
      if (rng) rng[2] = index;
      if (!program.forward(watched) || !program.backward(watched)) return false;
      status[0] += loss[0] / accumulation;
      if (clipNorm > 0 && clipEvery === "micro-batch" && accumulation > 1) {
        this.#measureNorm();
        if (status[1] > clipNorm) kernels.scale(gradients, gradients, clipNorm / (status[1] + 1e-6), n);
      }
    }
    this.#measureNorm();
    return true;
  }

  // Numbers go from method to method in typed arrays: returned or passed, each would be boxed.

  #update(): void {
    const { address, parameters, engine } = this.model;
    const { options } = this;
    setUpdate(this.#views.hyper, ++this.#updates, options, this.#schedule, engine.kernels);
    update(engine.kernels, options.optimizer, address, this.state, parameters.length, this.#hyperAddress);
  }

  #measureNorm(): void {
    this.model.engine.kernels.sumSquares(
      this.#normAddress,
      this.state.gradients,
      this.model.parameters.length,
    );
    this.#status[1] = Math.sqrt(this.#views.norm[0]);
  }
}
