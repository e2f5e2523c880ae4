import { PlateauError } from "../errors.js";
import { Graph, type Mode } from "../graph/graph.js";
import { IGNORED_LABEL } from "../graph/ops/loss.js";
import { plan } from "../graph/planner.js";
import type { Program } from "../graph/program.js";
import type { Architecture } from "../nn/architecture.js";
import { INFERENCE_BATCH, layout, type Model } from "../nn/model.js";
import type { StopSignal } from "../pause.js";
import { streamKey } from "../random/keys.js";
import { Batches } from "./batches.js";
import type { BatchAddresses, TrainingData } from "./data.js";
import { type EmittedLoss, emitLoss, type Loss } from "./losses.js";
import type { TrainingOptions } from "./options.js";
import { createSchedule, type Schedule } from "./schedule.js";

/** Addresses of the optimizer's flat arrays, each as long as the parameters. */
export interface OptimizerState {
  readonly gradients: number;
  /** First moments, or SGD's velocity. */
  readonly first: number;
  /** Second moments; as long as the others even where SGD leaves them 0. */
  readonly second: number;
}

/** Multiply-adds of a forward pass, about, from which on a batch takes long. */
const LONG = 5e8;

/** Places in the `hyper` of the optimizer's kernels. */
const HYPER = {
  lr: 0,
  beta1: 1,
  beta2: 2,
  eps: 3,
  weightDecay: 4,
  bias1: 5,
  bias2: 6,
  gradScale: 7,
  rest1: 8,
  rest2: 9,
  length: 10,
};

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
export class Trainer {
  readonly model: Model;
  readonly options: TrainingOptions;
  readonly state: OptimizerState;
  #updates = 0;
  /** Loss of the last update's (micro-)batches, before it; 2-norm of its gradient before clipping. */
  readonly #status = Float64Array.of(Number.NaN, Number.NaN);
  readonly #data: TrainingData;
  readonly #program: Program;
  readonly #batches: Batches;
  readonly #to: BatchAddresses;
  readonly #hyperAddress: number;
  readonly #normAddress: number;
  readonly #lossAddress: number;
  /** Address of the dropout's u32[4]; 0 where there is none. */
  readonly #rngAddress: number;
  #views: Views;
  readonly #schedule: Schedule;
  /** Whether a batch takes a tenth of a second or so: then a stop is not to wait for its end. */
  readonly #takesLong: boolean;

  /** @throws PlateauError `memory` or `usage` before the model is touched. */
  constructor(model: Model, loss: Loss, data: TrainingData, options: TrainingOptions) {
    const { engine, architecture, parameters } = model;
    const { batch, seed } = options;
    requireFit(data, loss, architecture);
    this.model = model;
    this.options = options;
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

    let emittedLoss: EmittedLoss | undefined;
    const { program, emitted } = model.program(
      { batch, ...architecture.extent },
      {
        mode: "training",
        gradients: this.state.gradients,
        extend: (graph, output) =>
          (emittedLoss = differentiateLoss(graph, output, loss, architecture.targetDim)),
      },
    );
    const { value, y, labels } = emittedLoss!;
    this.#program = program;
    // Evaluation shall not need more memory in the middle of training.
    model.inference();
    this.#to = {
      x: program.address(emitted.x),
      y: program.address(y),
      labels: labels ? program.address(labels) : 0,
      keyMask: emitted.keyMask ? program.address(emitted.keyMask) : 0,
    };
    program.f32("cotangent")[0] = 1 / options.accumulation;
    this.#lossAddress = program.address(value);
    this.#rngAddress = emitted.rng ? program.address(emitted.rng) : 0;
    this.#views = this.#bind();
    const { hyper, rng } = this.#views;
    if (rng) {
      const { key0, key1 } = streamKey(seed, "training/dropout");
      rng[0] = key0;
      rng[1] = key1;
    }
    const { beta1, beta2, eps, weightDecay, momentum, optimizer } = options;
    hyper[HYPER.beta1] = optimizer === "sgd" ? momentum : beta1;
    hyper[HYPER.beta2] = beta2;
    hyper[HYPER.eps] = eps;
    hyper[HYPER.weightDecay] = weightDecay;
    hyper[HYPER.rest1] = 1 - beta1;
    hyper[HYPER.rest2] = 1 - beta2;
  }

  #bind(): Views {
    const { engine } = this.model;
    return {
      hyper: engine.f32(this.#hyperAddress, HYPER.length),
      norm: engine.f64(this.#normAddress, 1),
      loss: engine.f64(this.#lossAddress, 1),
      rng: this.#rngAddress ? engine.u32(this.#rngAddress, 4) : undefined,
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

  /** The program of one micro-batch, for inspection and profiles. */
  get program(): Program {
    return this.#program;
  }

  /**
   * Gathers the next batches' loss and gradients and updates the weights.
   * @param signal stops the step between two of its micro-batches or, of a large model, of its kernel calls
   * @returns false when loss or gradient is NaN or infinite, undefined when it was stopped: the weights are
   * then as before.
   */
  step(signal?: StopSignal): boolean | undefined {
    if (!this.gather(signal)) return undefined;
    const status = this.#status;
    if (!Number.isFinite(status[0]) || !Number.isFinite(status[1])) return false;
    const { clipNorm } = this.options;
    this.#views.hyper[HYPER.gradScale] = clipNorm > 0 ? Math.min(1, clipNorm / (status[1] + 1e-6)) : 1;
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
    // To ask between calls costs small programs more than they could lose.
    const watched = this.#takesLong ? signal : undefined;
    kernels.fillFloats(gradients, 0, n);
    status[0] = 0;
    for (let micro = 0; micro < accumulation; micro++) {
      if (micro > 0 && signal?.aborted) return false;
      const index = this.#updates * accumulation + micro;
      this.#data.fill(this.model.engine, this.#to, this.#batches.at(index), batch);
      if (rng) rng[2] = index;
      if (!this.#program.forward(watched) || !this.#program.backward(watched)) return false;
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
    const { kernels } = this.model.engine;
    const { optimizer, beta1, beta2 } = this.options;
    const { gradients, first, second } = this.state;
    const { address, parameters } = this.model;
    const t = ++this.#updates;
    const { hyper } = this.#views;
    hyper[HYPER.lr] = this.#schedule(t);
    hyper[HYPER.bias1] = 1 - kernels.pow64(beta1, t);
    hyper[HYPER.bias2] = Math.sqrt(1 - kernels.pow64(beta2, t));
    const n = parameters.length;
    if (optimizer === "sgd") kernels.sgdUpdate(address, first, gradients, n, this.#hyperAddress);
    else if (optimizer === "adam")
      kernels.adamUpdate(address, first, second, gradients, n, this.#hyperAddress);
    else kernels.adamwUpdate(address, first, second, gradients, n, this.#hyperAddress);
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

/** @throws PlateauError `shape-mismatch`: a row that is not the model's would be written past its place; `usage`: as would a label. */
function requireFit({ widths, labelRange }: TrainingData, loss: Loss, architecture: Architecture): void {
  const { extent, inputDim, targetDim, outputDim, kind } = architecture;
  const { inputTokens: m, outputTokens: n } = extent;
  const require = (name: string, found: number, shape: readonly [number, number]) => {
    if (found === shape[0] * shape[1]) return;
    throw new PlateauError(
      "shape-mismatch",
      `a row of training data has ${found} numbers of ${name}, this ${kind} model takes ${shape.join("·")}`,
    );
  };
  require("x", widths.x, [m, inputDim]);
  // Where neither loss nor decoder reads true outputs, a row may have none.
  const reads = loss.kind === "mse" || (kind === "encoder-decoder" && n > 1);
  if (reads || widths.y !== 0) require("y", widths.y, [n, targetDim]);
  if (loss.kind !== "cross-entropy" || outputDim % loss.classes !== 0) return;
  require("labels", widths.labels ?? 0, [n, outputDim / loss.classes]);
  if (!labelRange) return;
  const [least, most] = labelRange;
  if (least >= 0 && most < loss.classes) return;
  throw new PlateauError(
    "usage",
    `label ${least < 0 ? least : most} is none of the ${loss.classes} classes: labels are 0 to ${loss.classes - 1}, or ${IGNORED_LABEL} for what does not count`,
  );
}

/** Adds the loss to a graph with its backward pass; the cotangent is the input `cotangent`. */
export function differentiateLoss(
  graph: Graph,
  emitted: Parameters<typeof emitLoss>[1],
  loss: Loss,
  targetDim: number,
): EmittedLoss {
  const emittedLoss = emitLoss(graph, emitted, loss, targetDim);
  const cotangent = graph.input("cotangent", [1]);
  graph.keep("cotangent", cotangent);
  graph.differentiate(emittedLoss.output, cotangent);
  return emittedLoss;
}

/**
 * Bytes of training a model: weights, gradients, optimizer state, program, order of the data.
 * Computed from shapes alone.
 * @throws PlateauError `usage` when no such model can be.
 */
export function trainingBytes(
  architecture: Architecture,
  loss: Loss,
  options: TrainingOptions,
  data: Pick<TrainingData, "rows" | "bytes">,
): number {
  const parameters = layout(architecture);
  const programBytes = (batch: number, mode: Mode) => {
    const graph = new Graph(parameters, mode);
    const emitted = architecture.emit(graph, { batch, ...architecture.extent });
    if (mode === "training") differentiateLoss(graph, emitted, loss, architecture.targetDim);
    return plan(graph).bytes;
  };
  const bytes =
    4 * 4 * parameters.length +
    programBytes(options.batch, "training") +
    programBytes(INFERENCE_BATCH, "inference") +
    Batches.bytes(data.rows, options.batch) +
    (data.bytes?.(options.batch) ?? 0);
  if (!Number.isSafeInteger(bytes)) {
    throw new PlateauError("memory", `needs about ${bytes} bytes: use a smaller model or batch`);
  }
  return bytes;
}
