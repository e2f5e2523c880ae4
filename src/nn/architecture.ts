import type { Graph } from "../graph/graph.js";
import type { Tensor } from "../graph/tensor.js";
import type { Scheme } from "./initialize.js";
import type { KeptWeights } from "./modules.js";

/** Shape of a program: how many sequences, how long. */
export interface Extent {
  batch: number;
  inputTokens: number;
  outputTokens: number;
}

/** The tensors of an emitted model. */
export interface Emitted {
  /** [B, m, inputDim]. */
  x: Tensor;
  /** True outputs [B, n, targetDim], of which the decoder sees all but the last; absent where it needs none. */
  y?: Tensor;
  /** Additive mask of the inputs [B, m], where the model has one. */
  keyMask?: Tensor;
  /** u32[4] of dropout: key0, key1, step, 0. */
  rng?: Tensor;
  /** [B, n, outputDim]. */
  output: Tensor;
  /** Inputs that the model fills once a program is bound: position tables, a random start vector. */
  constants: { tensor: Tensor; kind: "sinusoidal" | "start" }[];
  attention: KeptWeights[];
}

/** What of a network is emitted. */
export interface EmitOptions {
  /** Keep attention weights readable after a run. */
  keepAttention?: boolean;
  /** Let gradients reach x. */
  inputGradient?: boolean;
  /** Let gradients reach y, what the decoder reads. */
  decoderGradient?: boolean;
}

/** A kind of model: a checked description and how it becomes ops. */
export interface Architecture<C = unknown> {
  readonly kind: string;
  readonly config: C;
  readonly extent: Omit<Extent, "batch">;
  readonly inputDim: number;
  readonly targetDim: number;
  readonly outputDim: number;
  readonly initialization: Scheme;
  /** Emits the ops of the network into a graph. */
  emit(graph: Graph, extent: Extent, options?: EmitOptions): Emitted;
}
