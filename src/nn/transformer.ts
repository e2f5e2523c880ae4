import { PlateauError } from "../errors.js";
import type { Graph } from "../graph/graph.js";
import type { Dropout } from "../graph/ops/dropout.js";
import { addPositions, shiftRight } from "../graph/ops/positions.js";
import type { Tensor } from "../graph/tensor.js";
import type { Architecture, EmitOptions, Emitted, Extent } from "./architecture.js";
import { type TransformerConfig, type TransformerOptions, transformerConfig } from "./config.js";
import { Model, type ModelOptions } from "./model.js";
import {
  feedForward,
  type KeptWeights,
  linearLayer,
  multiHeadAttention,
  normLayer,
  residual,
  type Scope,
} from "./modules.js";

/** Emits the ops of a Transformer into a graph, in the order of PyTorch's modules. */
export function emitTransformer(
  graph: Graph,
  config: TransformerConfig,
  extent: Extent,
  options: EmitOptions = {},
): Emitted {
  const { batch: B, inputTokens: m, outputTokens: n } = extent;
  const D = config.dModel;
  const needsGradient = options.inputGradient && graph.keepsValues;
  const x = graph.input("x", [B, m, config.inputDim], { needsGradient });
  const keyMask = config.padding ? graph.input("keyMask", [B, m]) : undefined;
  const rng =
    graph.mode === "training" && config.dropout > 0 ? graph.input("rng", [4], { dtype: "u32" }) : undefined;
  const constants: Emitted["constants"] = [];
  const attention: KeptWeights[] = [];

  let stream = 0;
  const nextDropout = (): Dropout | undefined => {
    stream++;
    return rng && { probability: config.dropout, rng, stream };
  };
  const scope: Scope = { graph, config, nextDropout, kept: options.keepAttention ? attention : undefined };

  const sinusoidal = new Map<number, Tensor>();
  const positioned = (part: string, input: Tensor): Tensor => {
    const T = input.shape[1];
    if (config.positions === "none") return input;
    let p: Tensor;
    if (config.positions === "learned") {
      const most = part === "encoder" ? config.inputTokens : config.outputTokens;
      if (T > most) throw new PlateauError("usage", `${T} tokens, but positions were learned for ${most}`);
      const all = graph.parameters.declare({
        name: `positions.${part}`,
        shape: [most, D],
        role: "position",
        fanIn: D,
        module: "positions",
      });
      p = graph.rows(graph.parameter(all), 0, T);
    } else {
      const known = sinusoidal.get(T);
      p = known ?? graph.input(`positions.${T}`, [T, D]);
      if (!known) {
        sinusoidal.set(T, p);
        constants.push({ tensor: p, kind: "sinusoidal" });
      }
    }
    return graph.apply(addPositions, `${part}.positions`, { x: input, p }, {});
  };
  const embedded = (name: string, input: Tensor): Tensor =>
    config.embedding === "none" ? input : linearLayer(scope, name, input, D);

  const prefix = config.kind === "encoder" ? "" : "transformer.";
  // torch.nn.Transformer has no dropout of its own on embeddings and positions, and neither have we.
  let encoded = positioned("encoder", embedded("embed", x));
  for (let i = 0; i < config.encoderLayers; i++) {
    const name = `${prefix}encoder.layers.${i}`;
    encoded = residual(scope, `${name}.norm1`, encoded, (z) =>
      multiHeadAttention(scope, `${name}.self_attn`, z, { keyMask }),
    );
    encoded = residual(scope, `${name}.norm2`, encoded, (z) => feedForward(scope, name, z));
  }
  if (config.finalNorm) encoded = normLayer(scope, `${prefix}encoder.norm`, encoded);

  let y: Tensor | undefined;
  let last = encoded;
  if (config.kind === "encoder-decoder") {
    let start: Tensor;
    if (config.start === "learned") {
      const common = { role: "start", fanIn: D, module: "start" } as const;
      start = graph.parameter(graph.parameters.declare({ name: "start", shape: [D], ...common }));
    } else {
      start = graph.input("start", [D]);
      constants.push({ tensor: start, kind: "start" });
    }
    // With one output token the decoder sees only the start vector: true outputs are never needed.
    if (n > 1) {
      const needsGradient = options.decoderGradient && graph.keepsValues;
      y = graph.input("y", [B, n, config.targetDim], { needsGradient });
    }
    const shifted = y ? embedded("decoder_embed", y) : graph.input("empty", [B, 1, D]);
    let decoded = positioned("decoder", graph.apply(shiftRight, "decoder.input", { start, x: shifted }, {}));
    for (let i = 0; i < config.decoderLayers; i++) {
      const name = `${prefix}decoder.layers.${i}`;
      decoded = residual(scope, `${name}.norm1`, decoded, (z) =>
        multiHeadAttention(scope, `${name}.self_attn`, z, { causal: config.causal }),
      );
      decoded = residual(scope, `${name}.norm2`, decoded, (z) =>
        multiHeadAttention(scope, `${name}.multihead_attn`, z, { memory: encoded, keyMask }),
      );
      decoded = residual(scope, `${name}.norm3`, decoded, (z) => feedForward(scope, name, z));
    }
    last = config.finalNorm ? normLayer(scope, `${prefix}decoder.norm`, decoded) : decoded;
  }
  const output = config.head === "linear" ? linearLayer(scope, "head", last, config.outputDim) : last;
  graph.keep("output", output);
  return { x, y, keyMask, rng, output, constants, attention };
}

/** The architecture of a description. @throws PlateauError `usage` */
export function transformer(options: TransformerOptions): Architecture<TransformerConfig> {
  const config = transformerConfig(options);
  const { kind, inputTokens, outputTokens, inputDim, targetDim, outputDim, initialization } = config;
  return {
    kind,
    config,
    extent: { inputTokens, outputTokens },
    inputDim,
    targetDim,
    outputDim,
    initialization,
    emit: (graph, extent, emitOptions) => emitTransformer(graph, config, extent, emitOptions),
  };
}

/** A Transformer with weights. */
export class Transformer extends Model<TransformerConfig> {
  /**
   * @throws PlateauError `usage` for a description that makes no sense, `memory` for one too large.
   */
  static create(options: TransformerOptions, modelOptions?: ModelOptions): Transformer {
    return new Transformer(transformer(options), modelOptions);
  }
}
