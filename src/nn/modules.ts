import type { Graph } from "../graph/graph.js";
import { activationOps } from "../graph/ops/activation.js";
import { add } from "../graph/ops/add.js";
import { attention } from "../graph/ops/attention.js";
import { type Dropout, dropout } from "../graph/ops/dropout.js";
import { layernorm } from "../graph/ops/layernorm.js";
import { linear } from "../graph/ops/linear.js";
import type { Tensor, View } from "../graph/tensor.js";
import type { TransformerConfig } from "./config.js";

/** One map of attention weights that a program keeps: where, of which block, with which sizes. */
export interface KeptWeights {
  readonly name: string;
  readonly view: View;
  readonly B: number;
  readonly T: number;
  readonly S: number;
  readonly H: number;
  /** Maps side by side in what is kept. Default 8, as the attention kernel has it. */
  readonly lanes?: number;
}

/** What the modules of one model share while they emit their ops. */
export interface Scope {
  readonly graph: Graph;
  readonly config: TransformerConfig;
  /** Dropout of the next place in order, or undefined where there is none. */
  nextDropout(): Dropout | undefined;
  /** Present when attention weights are to be kept. */
  readonly kept?: KeptWeights[];
}

/** x·Wᵀ + b with parameters `name.weight` [outputs, inputs] and `name.bias`. */
export function linearLayer(
  { graph }: Pick<Scope, "graph">,
  name: string,
  x: Tensor,
  outputs: number,
  module: "linear" | "attention" = "linear",
): Tensor {
  const inputs = x.shape[x.shape.length - 1];
  const common = { module, fanIn: inputs };
  const w = parameter(graph, {
    name: `${name}.weight`,
    shape: [outputs, inputs],
    role: "weight",
    ...common,
  });
  const b = parameter(graph, { name: `${name}.bias`, shape: [outputs], role: "bias", ...common });
  return graph.apply(linear, name, { x, w, b }, {});
}

/** LayerNorm of x (+ residual) with parameters `name.weight` and `name.bias`. */
export function normLayer({ graph, config }: Scope, name: string, x: Tensor, residual?: Tensor): Tensor {
  const shape = [x.shape[x.shape.length - 1]];
  const common = { shape, fanIn: shape[0], module: "norm" };
  const g = parameter(graph, { name: `${name}.weight`, role: "gain", ...common });
  const b = parameter(graph, { name: `${name}.bias`, role: "bias", ...common });
  return graph.apply(layernorm, name, { x, g, b, residual }, { eps: config.layerNormEps });
}

/** `torch.nn.MultiheadAttention`: of x to itself, or to `memory` where given. */
export function multiHeadAttention(
  scope: Scope,
  name: string,
  x: Tensor,
  options: { memory?: Tensor; keyMask?: Tensor; causal?: boolean },
): Tensor {
  const { graph, config } = scope;
  const D = config.dModel;
  const common = { fanIn: D, module: "attention" };
  const w = parameter(graph, {
    name: `${name}.in_proj_weight`,
    shape: [3 * D, D],
    role: "weight",
    ...common,
  });
  const b = parameter(graph, { name: `${name}.in_proj_bias`, shape: [3 * D], role: "bias", ...common });
  const project = (part: string, input: Tensor, from: number, to: number) =>
    graph.apply(
      linear,
      `${name}.${part}`,
      { x: input, w: graph.rows(w, from, to), b: graph.rows(b, from, to) },
      {},
    );
  const { memory, keyMask, causal } = options;
  const q = memory ? project("q", x, 0, D) : project("qkv", x, 0, 3 * D);
  const kv = memory && project("kv", memory, D, 3 * D);
  const context = graph.apply(
    attention,
    name,
    { q, kv, keyMask },
    {
      heads: config.heads,
      causal,
      normalizer: config.normalizer,
      dropout: scope.nextDropout(),
      onWeights: scope.kept && ((view, sizes) => scope.kept!.push({ name, view, ...sizes })),
    },
  );
  return linearLayer(scope, `${name}.out_proj`, context, D, "attention");
}

/** linear2(dropout(activation(linear1(x)))). */
export function feedForward(scope: Scope, name: string, x: Tensor): Tensor {
  const { graph, config } = scope;
  const hidden = linearLayer(scope, `${name}.linear1`, x, config.ff);
  const active = graph.apply(activationOps[config.activation], `${name}.activation`, { x: hidden }, {});
  return linearLayer(scope, `${name}.linear2`, dropped(scope, `${name}.dropout`, active), config.dModel);
}

/** Dropout at the next place in order. */
export function dropped(scope: Scope, label: string, x: Tensor): Tensor {
  const place = scope.nextDropout();
  return place && scope.graph.mode === "training" ? scope.graph.apply(dropout, label, { x }, place) : x;
}

/** A residual branch with its norm before (pre-norm) or after the sum (post-norm). */
export function residual(scope: Scope, norm: string, x: Tensor, branch: (x: Tensor) => Tensor): Tensor {
  const { graph, config } = scope;
  if (config.normFirst) {
    const change = dropped(scope, `${norm}.dropout`, branch(normLayer(scope, norm, x)));
    return graph.apply(add, `${norm}.residual`, { a: x, b: change }, {});
  }
  return normLayer(scope, norm, dropped(scope, `${norm}.dropout`, branch(x)), x);
}

function parameter(graph: Graph, declaration: Parameters<Graph["parameters"]["declare"]>[0]): Tensor {
  return graph.parameter(graph.parameters.declare(declaration));
}
