/// <reference lib="esnext.disposable" preserve="true" />
import * as v from "valibot";
import { kindOf, PlateauError } from "../errors.js";
import { Graph, type Mode } from "../graph/graph.js";
import { Parameters } from "../graph/parameters.js";
import { Program } from "../graph/program.js";
import { size, type Tensor, type View } from "../graph/tensor.js";
import { throwIfStopped } from "../pause.js";
import { streamKey } from "../random/keys.js";
import { type Build, builds } from "../runtime/compile.js";
import { Engine } from "../runtime/engine.js";
import { check, oneOf, seedNumber } from "../validate.js";
import type { Architecture, EmitOptions, Emitted, Extent } from "./architecture.js";
import { decodeOwn } from "./decode.js";
import { initialize } from "./initialize.js";
import { checkPredict, type PredictOptions } from "./predict-options.js";
import { matchStateDict, type StateTensor } from "./state-dict.js";

export type { PredictOptions } from "./predict-options.js";
export type { StateTensor } from "./state-dict.js";

/** Rows that one inference program computes at a time. */
export const INFERENCE_BATCH = 256;
/** Rows of a program that also keeps what its backward pass, or a reader of attention, needs. */
const DERIVATIVE_BATCH = 64;
/** Rows of the programs for few points: a search asks for one at a time, and would wait for 256. */
const FEW = [1, 8, 32];

/** Rows of the smallest program that holds `rows`, else of the largest. A row's bits are the same in all. */
function batchFor(rows: number, most: number): number {
  return FEW.find((few) => rows <= few) ?? most;
}

/** How a model is made of its architecture. */
export interface ModelOptions {
  /** Seeds the initial weights and a random start vector. Default 0. */
  seed?: number;
  /** Default strict. */
  build?: Build;
  /**
   * Whose memory to lay the model out in: one that nothing else uses as long as the model is. Default: an
   * engine of its own.
   */
  engine?: Engine;
}

const modelOptions = v.strictObject({
  seed: v.optional(seedNumber, 0),
  build: v.optional(oneOf(builds), "strict"),
});

/** A program of a model with the tensors that its caller fills and reads. */
export interface ModelProgram {
  readonly program: Program;
  readonly emitted: Emitted;
}

/** A program that differentiates by the inputs. A gradient is absent where the outputs do not depend on them. */
export interface DerivativeProgram extends ModelProgram {
  /** [B, n, outputDim]. */
  readonly cotangent: Tensor;
  /** [B, m, inputDim]. */
  readonly dx?: View;
  /** [B, n, targetDim]. */
  readonly dy?: View;
}

/** Where a model is. */
interface Home {
  readonly engine: Engine;
  /** Byte address of its weights. */
  readonly address: number;
  /** Programs that live as long as the model. */
  readonly lasting: Map<string, ModelProgram>;
}

function home(engine: Engine, parameters: Parameters): Home {
  return { engine, address: engine.allocate(4 * parameters.length), lasting: new Map() };
}

/**
 * Weights in the memory of an engine, and the programs that run over them.
 * Shapes: inputs [rows, m, inputDim], outputs [rows, n, outputDim], row-major.
 */
export class Model<C = unknown> {
  readonly architecture: Architecture<C>;
  readonly parameters: Parameters;
  readonly seed: number;
  #home: Home | undefined;
  /** The draw of a random start vector that a program holds, where it is not that of training. */
  readonly #starts = new WeakMap<Program, "train" | "test">();

  /**
   * @param architecture as `transformer(options)` and its like make them
   * @throws PlateauError `usage`; `memory` when the weights alone do not fit: before anything is allocated.
   */
  constructor(architecture: Architecture<C>, options: ModelOptions = {}) {
    if (typeof architecture?.emit !== "function") {
      throw new PlateauError(
        "usage",
        `a model is made of an architecture, such as transformer(options), not of ${kindOf(architecture)}: a Transformer of options is made by Transformer.create(options)`,
      );
    }
    const { engine, ...rest } = options;
    const { seed, build } = check("model options", modelOptions, rest);
    this.architecture = architecture;
    this.seed = seed;
    this.parameters = layout(architecture);
    this.#home = home(engine ?? new Engine({ build }), this.parameters);
    for (const parameter of this.parameters) {
      initialize(
        this.engine,
        parameter,
        this.address + 4 * parameter.offset,
        architecture.initialization,
        seed,
      );
    }
  }

  get config(): C {
    return this.architecture.config;
  }

  /** @throws PlateauError `usage` after `dispose` */
  get engine(): Engine {
    return this.#here.engine;
  }

  /** Byte address of the flat array of parameters. */
  get address(): number {
    return this.#here.address;
  }

  get #here(): Home {
    if (this.#home) return this.#home;
    throw new PlateauError(
      "usage",
      "the model was disposed of: its weights are gone. Make or load another one",
    );
  }

  /**
   * Lets go of weights and programs, megabytes that garbage collection may otherwise keep for long: it does not see
   * how large they are. Later calls throw; calling it again changes nothing. `using model = …` calls it at the end of
   * the block.
   */
  dispose(): void {
    this.#home = undefined;
  }

  /** As `dispose`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /**
   * Moves the weights into the memory of another engine, where the model and its later programs are then.
   * @returns moves them back, as they are by then
   * @throws PlateauError `memory`
   */
  moveTo(engine: Engine): () => void {
    const move = (to: Home) => {
      const weights = this.weights();
      this.#home = to;
      this.weights().set(weights);
    };
    const before = this.#here;
    move(home(engine, this.parameters));
    return () => move(before);
  }

  /** Numbers that training adjusts. */
  get parameterCount(): number {
    return this.parameters.count;
  }

  /**
   * A program over this model's weights. `extend` adds to the graph before it is bound (a loss and its backward pass).
   * @throws PlateauError `memory` before anything is allocated where it does not fit
   */
  program(
    extent: Extent,
    options: EmitOptions & {
      mode?: Mode;
      gradients?: number;
      extend?: (graph: Graph, emitted: Emitted) => void;
    } = {},
  ): ModelProgram {
    const graph = new Graph(this.parameters, options.mode ?? "inference");
    const emitted = this.architecture.emit(graph, extent, options);
    options.extend?.(graph, emitted);
    const program = new Program(this.engine, graph, {
      parameters: this.address,
      gradients: options.gradients ?? 0,
    });
    this.#fillConstants(program, emitted, "train");
    return { program, emitted };
  }

  /**
   * Outputs for x, dropout off.
   * @throws PlateauError `shape-mismatch` when the lengths do not fit the model, `usage`, `aborted`.
   */
  predict(x: Float32Array, options: PredictOptions = {}): Float32Array {
    const rows = checkPredict(this.architecture, x, options);
    const { inputDim, outputDim, targetDim, extent } = this.architecture;
    const { inputTokens: m, outputTokens: n } = extent;
    const { teacher, feedback, keyMask, start = "train", signal } = options;
    const { program, emitted } = this.inference(rows);
    if (keyMask && !emitted.keyMask) {
      throw new PlateauError(
        "usage",
        "keyMask given to a model without padding: create it with padding: true",
      );
    }
    if (start !== (this.#starts.get(program) ?? "train")) {
      this.#fillConstants(program, emitted, start);
      this.#starts.set(program, start);
    }
    const [B] = emitted.x.shape;
    const result = new Float32Array(rows * n * outputDim);
    for (let row = 0; row < rows; row += B) {
      throwIfStopped(signal, "predicting");
      const count = Math.min(B, rows - row);
      const xStride = m * inputDim;
      program.f32(emitted.x).set(x.subarray(row * xStride, (row + count) * xStride));
      const masks = emitted.keyMask && program.f32(emitted.keyMask);
      if (masks && keyMask) masks.set(keyMask.subarray(row * m, (row + count) * m));
      else masks?.fill(0);
      if (teacher) {
        const given = teacher.subarray(row * n * targetDim, (row + count) * n * targetDim);
        if (emitted.y) program.f32(emitted.y).set(given);
        program.forward();
      } else {
        decodeOwn({ program, emitted }, count, feedback);
      }
      result.set(program.f32(emitted.output).subarray(0, count * n * outputDim), row * n * outputDim);
    }
    return result;
  }

  /** The program behind `predict`, for this many rows at a time: built once, so that later calls allocate nothing. */
  inference(rows = INFERENCE_BATCH): ModelProgram {
    const batch = batchFor(rows, INFERENCE_BATCH);
    return this.#once(`inference ${batch}`, () => this.program({ batch, ...this.architecture.extent }));
  }

  /**
   * The program that differentiates what `predict` computes: `backward`, after `forward`, turns the
   * cotangent of the outputs into gradients of x and of what the decoder reads. Built once for few rows
   * and once for many.
   */
  derivative(rows = DERIVATIVE_BATCH): DerivativeProgram {
    const batch = batchFor(rows, DERIVATIVE_BATCH);
    return this.#once(`derivative ${batch}`, () => {
      let cotangent: Tensor;
      const made = this.program(
        { batch, ...this.architecture.extent },
        {
          mode: "derivative",
          inputGradient: true,
          decoderGradient: true,
          extend(graph, { output }) {
            cotangent = graph.input("cotangent", output.shape);
            graph.differentiate(output, cotangent);
          },
        },
      );
      const { graph } = made.program;
      const gradient = (of?: Tensor) => (of && graph.reached(of) ? graph.gradient(of) : undefined);
      const { x, y } = made.emitted;
      return { ...made, cotangent: cotangent!, dx: gradient(x), dy: gradient(y) };
    });
  }

  /** The program that computes the same and keeps attention weights. Built once. */
  attending(): ModelProgram {
    return this.#once("attending", () =>
      this.program({ batch: DERIVATIVE_BATCH, ...this.architecture.extent }, { keepAttention: true }),
    );
  }

  #once<P extends ModelProgram>(name: string, build: () => P): P {
    const { lasting } = this.#here;
    let made = lasting.get(name);
    if (!made) lasting.set(name, (made = build()));
    return made as P;
  }

  /** Every parameter under its PyTorch name, as copies. */
  stateDict(): Map<string, StateTensor> {
    const flat = this.weights();
    const state = new Map<string, StateTensor>();
    for (const { name, shape, offset } of this.parameters) {
      state.set(name, { shape, data: flat.slice(offset, offset + size(shape)) });
    }
    return state;
  }

  /**
   * Takes over weights. The names of a bare `torch.nn.Transformer` lack the `transformer.` that ours
   * begin with where the model has more around it: it may be there or not.
   * @throws PlateauError `shape-mismatch` naming tensor, expected and found, or `usage`; the model is then
   * unchanged.
   */
  loadStateDict(state: ReadonlyMap<string, StateTensor>, source = "state dict"): void {
    const found = matchStateDict(this.parameters, state, source);
    const flat = this.weights();
    for (const { name, offset } of this.parameters) flat.set(found.get(name)!.data, offset);
  }

  /** The flat array of parameters in wasm memory: valid until the engine allocates. */
  weights(): Float32Array<ArrayBuffer> {
    return this.engine.f32(this.address, this.parameters.length);
  }

  #fillConstants(program: Program, emitted: Emitted, start: "train" | "test"): void {
    const { kernels } = this.engine;
    for (const { tensor, kind } of emitted.constants) {
      const address = program.address(tensor);
      if (kind === "sinusoidal") {
        kernels.sinusoidal(address, tensor.shape[0], tensor.shape[1]);
      } else {
        const { key0, key1 } = streamKey(this.seed, `start/${start}`);
        kernels.randomNormal(address, size(tensor.shape), 0, 1, key0, key1, 0, 0);
      }
    }
  }
}

/** The parameters of an architecture, laid out without any memory. */
export function layout(architecture: Architecture): Parameters {
  const parameters = new Parameters();
  architecture.emit(new Graph(parameters, "inference"), { batch: 1, ...architecture.extent });
  return parameters;
}
