import type { Graph } from "../../../graph/graph.js";
import { activationOps } from "../../../graph/ops/activation.js";
import { add } from "../../../graph/ops/add.js";
import { attention } from "../../../graph/ops/attention.js";
import { linear } from "../../../graph/ops/linear.js";
import { piecewise } from "../../../graph/ops/piecewise.js";
import { addPositions } from "../../../graph/ops/positions.js";
import type { Shape, Tensor } from "../../../graph/tensor.js";
import type { Architecture } from "../../../nn/architecture.js";
import type { KeptWeights } from "../../../nn/modules.js";
import { contextualLayers } from "./contextual.js";
import { contextsOf, requireFit, type YunConfig, type YunOptions, yunConfig } from "./grid.js";
import type { Layer } from "./layers.js";
import { quantiseLayers, widthOf } from "./quantise.js";
import { requireLambda, softenAttention, softenToken, softenValue } from "./soften.js";
import { valueLayer } from "./value.js";

/**
 * The layers of a construction before the positions and behind them. Those of the value mapping are as
 * `value` says, or (for their shapes alone) all the same.
 */
export function layersOfNetwork(
  config: YunConfig,
  value: (i: number) => ReturnType<typeof valueLayer> = () => valueLayer(config, 0, []),
): { before: Layer[]; after: Layer[] } {
  const { lambda, inputTokens: m } = config;
  const soft = lambda !== undefined;
  const before = quantiseLayers(config).map((layer) => (soft ? softenToken(layer, 1 / lambda) : layer));
  const after: Layer[] = contextualLayers(config).map((layer) =>
    soft ? softenAttention(layer, lambda) : layer,
  );
  for (let i = 0; i < m * contextsOf(config); i++) after.push(soft ? softenValue(value(i)) : value(i));
  return { before, after };
}

/** Numbers of the network of a configuration, whether float32 holds them or not. */
export function parametersOf(config: YunConfig): number {
  const { dim: d, inputTokens: m, outputTokens: n, lambda, positions } = config;
  const D = widthOf(d);
  const soft = lambda !== undefined;
  const size = ({ into, bias, out }: Layer) => into.length + bias.length + out.length;
  const one = valueLayer(config, 0, []);
  let total = m * D * (m * d + 1) + (positions ? m * D : 0) + n * d * m * D;
  for (const layer of quantiseLayers(config)) total += size(soft ? softenToken(layer, 1 / lambda) : layer);
  for (const layer of contextualLayers(config)) total += size(layer);
  return total + m * contextsOf(config) * size(soft ? softenValue(one) : one);
}

/**
 * The construction as a graph: x [B, m, d] → cells (an affine map of each number) → the layers of the three
 * stages → outputs of the first n tokens [B, n, d]. Attention is the package's own with one number a head,
 * `hardmax` or `softmax`; activations are `piecewise` or ReLU; there are no LayerNorms, as in the proof.
 * All of it in float32, so only for grids whose numbers float32 counts exactly.
 * @throws PlateauError `usage`; `memory` where float32 cannot hold the numbers, saying which δ it could
 */
export function yunNetwork(options: YunOptions): Architecture<YunConfig> {
  const config = yunConfig(options);
  const { dim: d, inputTokens: m, outputTokens: n, lambda, positions } = config;
  if (lambda !== undefined) requireLambda(lambda);
  requireFit(config, lambda === undefined ? "float32" : "float32 at quarters");
  const D = widthOf(d);
  return {
    kind: "yun",
    config,
    extent: { inputTokens: m, outputTokens: n },
    inputDim: d,
    targetDim: d,
    outputDim: d,
    initialization: "zero",
    emit(graph, { batch: B }, { inputGradient, keepAttention } = {}) {
      const x = graph.input("x", [B, m, d], { needsGradient: inputGradient && graph.keepsValues });
      const { before, after } = layersOfNetwork(config);
      const kept: KeptWeights[] = [];
      const emission: Emission = { graph, D, kept: keepAttention ? kept : undefined, next: 0 };
      const w = parameter(graph, "embed.weight", [m * D, m * d]);
      const b = parameter(graph, "embed.bias", [m * D]);
      let z = graph.apply(linear, "embed", { x: graph.reshape(x, [B, m * d]), w, b }, {});
      z = graph.reshape(z, [B, m, D]);
      for (const layer of before) z = emitLayer(emission, layer, z);
      if (positions) {
        z = graph.apply(addPositions, "positions", { x: z, p: parameter(graph, "positions", [m, D]) }, {});
      }
      for (const layer of after) z = emitLayer(emission, layer, z);
      const head = parameter(graph, "head.weight", [n * d, m * D]);
      const flat = graph.apply(linear, "head", { x: graph.reshape(z, [B, m * D]), w: head }, {});
      const output = graph.reshape(flat, [B, n, d]);
      graph.keep("output", output);
      return { x, output, constants: [], attention: kept };
    },
  };
}

interface Emission {
  readonly graph: Graph;
  readonly D: number;
  readonly kept?: KeptWeights[];
  /** Number of the next layer. */
  next: number;
}

/** Names of the parameters of layer i, in the order of its matrices. */
export function namesOf(i: number, kind: Layer["kind"]): [into: string, bias: string, out: string] {
  const name = `layers.${i}`;
  return kind === "token"
    ? [`${name}.linear1.weight`, `${name}.linear1.bias`, `${name}.linear2.weight`]
    : [
        `${name}.self_attn.in_proj_weight`,
        `${name}.self_attn.in_proj_bias`,
        `${name}.self_attn.out_proj.weight`,
      ];
}

function emitLayer(emission: Emission, layer: Layer, z: Tensor): Tensor {
  const { graph, D, kept } = emission;
  const i = emission.next++;
  const name = `layers.${i}`;
  const [into, bias, out] = namesOf(i, layer.kind);
  const rows = layer.kind === "token" ? layer.hidden : 3 * layer.heads;
  const inside = layer.kind === "token" ? layer.hidden : layer.heads;
  const project = { w: parameter(graph, into, [rows, D]), b: parameter(graph, bias, [rows]) };
  let change = graph.apply(linear, `${name}.in`, { x: z, ...project }, {});
  if (layer.kind === "attention") {
    const { heads, normalizer } = layer;
    change = graph.apply(
      attention,
      name,
      { q: change },
      { heads, normalizer, onWeights: kept && ((view, sizes) => kept.push({ name, view, ...sizes })) },
    );
  } else if (layer.activation === "relu") {
    change = graph.apply(activationOps.relu, `${name}.activation`, { x: change }, {});
  } else {
    change = graph.apply(piecewise, `${name}.activation`, { x: change }, layer.activation);
  }
  const w = parameter(graph, out, [D, inside]);
  change = graph.apply(linear, `${name}.out`, { x: change, w }, {});
  return graph.apply(add, `${name}.residual`, { a: z, b: change }, {});
}

function parameter(graph: Graph, name: string, shape: Shape): Tensor {
  const role = name.endsWith("bias") ? "bias" : name === "positions" ? "position" : "weight";
  const fanIn = shape[shape.length - 1];
  return graph.parameter(graph.parameters.declare({ name, shape, role, fanIn, module: "yun" }));
}
