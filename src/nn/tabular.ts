import * as v from "valibot";
import { PlateauError } from "../errors.js";
import { activationOps, activations } from "../graph/ops/activation.js";
import { add } from "../graph/ops/add.js";
import type { Dropout } from "../graph/ops/dropout.js";
import { featureTokens } from "../graph/ops/feature-tokens.js";
import { firstToken } from "../graph/ops/first-token.js";
import type { Tensor } from "../graph/tensor.js";
import { check, count, oneOf, positive, share, whole } from "../validate.js";
import type { Architecture, Emitted } from "./architecture.js";
import { transformerConfig } from "./config.js";
import { schemes } from "./initialize.js";
import {
  dropped,
  feedForward,
  type KeptWeights,
  linearLayer,
  multiHeadAttention,
  normLayer,
  residual,
  type Scope,
} from "./modules.js";

/** A Transformer over the columns of a table. Defaults are small: tables are, too. */
export const tabularSchema = v.strictObject({
  /** Numbers of x that each column has: 1 where it is numeric, one a category (one-hot) where it is not. */
  columns: v.pipe(
    v.array(count, "expected a list of widths"),
    v.minLength(1, "expected at least one column"),
  ),
  /** Numbers that are predicted. Default 1. */
  outputDim: v.optional(count, 1),
  /** Width of a column's token. Default 32. */
  dModel: v.optional(count, 32),
  /** Attention heads. Default 4. */
  heads: v.optional(count, 4),
  ff: v.optional(count),
  /** Layers of the network. Default 2. */
  layers: v.optional(whole(1, 1024), 2),
  /** Of feed-forward layers. Default `gelu`. */
  activation: v.optional(oneOf(activations), "gelu"),
  /** Dropout probability. Default 0. */
  dropout: v.optional(share, 0),
  /** Added to the variance in LayerNorms. Default 1e-5. */
  layerNormEps: v.optional(positive, 1e-5),
  /** How weights are drawn. Default `pytorch`. */
  initialization: v.optional(oneOf(schemes), "pytorch"),
});

/**
 * What a user writes: columns and sizes of a `tabular` network.
 * @useDeclaredType
 */
export type TabularModelOptions = v.InferInput<typeof tabularSchema>;
/**
 * With every default filled in.
 * @useDeclaredType
 */
export type TabularModelConfig = Required<v.InferOutput<typeof tabularSchema>>;

/**
 * FT-Transformer (Gorishniy et al. 2021, arXiv 2106.11959): x [B, 1, F] → a token a column and a learned
 * [CLS] before them → pre-norm encoder without positions (each column's bias tells it apart), its very first
 * norm left out as the paper does → Linear(ReLU(LayerNorm([CLS]))) → [B, 1, outputDim]. Its feed-forward
 * layers are those of this package, with `activation`, not ReGLU.
 * @throws PlateauError `usage`
 */
export function tabular(options: TabularModelOptions): Architecture<TabularModelConfig> {
  const checked = check("tabular", tabularSchema, options);
  const config: TabularModelConfig = { ...checked, ff: checked.ff ?? 2 * checked.dModel };
  const { columns, outputDim, dModel: D, layers, initialization } = config;
  const inputDim = columns.reduce((sum, width) => sum + width, 0);
  // [CLS] is a token of no numbers.
  const widths = [0, ...columns];
  const encoder = transformerConfig({
    kind: "encoder",
    inputDim,
    outputDim,
    inputTokens: widths.length,
    outputTokens: widths.length,
    dModel: D,
    heads: config.heads,
    ff: config.ff,
    encoderLayers: layers,
    activation: config.activation,
    normFirst: true,
    positions: "none",
    dropout: config.dropout,
    layerNormEps: config.layerNormEps,
    initialization,
  });
  return {
    kind: "tabular",
    config,
    extent: { inputTokens: 1, outputTokens: 1 },
    inputDim,
    targetDim: outputDim,
    outputDim,
    initialization,
    emit(graph, { batch, inputTokens, outputTokens }, options = {}): Emitted {
      if (inputTokens !== 1 || outputTokens !== 1) {
        throw new PlateauError(
          "usage",
          `a row is one token in and out, not ${inputTokens} and ${outputTokens}`,
        );
      }
      const x = graph.input("x", [batch, 1, inputDim], {
        needsGradient: options.inputGradient && graph.keepsValues,
      });
      const rng =
        graph.mode === "training" && config.dropout > 0
          ? graph.input("rng", [4], { dtype: "u32" })
          : undefined;
      const attention: KeptWeights[] = [];
      let stream = 0;
      const nextDropout = (): Dropout | undefined => {
        stream++;
        return rng && { probability: config.dropout, rng, stream };
      };
      const scope: Scope = {
        graph,
        config: encoder,
        nextDropout,
        kept: options.keepAttention ? attention : undefined,
      };
      const parameter = (name: string, shape: number[]) =>
        graph.parameter(
          graph.parameters.declare({ name, shape, role: "weight", fanIn: D, module: "embedding" }),
        );

      const w = parameter("tokens.weight", [inputDim, D]);
      // Row 0 is [CLS].
      const b = parameter("tokens.bias", [widths.length, D]);
      let z = graph.apply(featureTokens, "tokens", { x, w, b }, { widths });
      for (let i = 0; i < layers; i++) {
        const name = `encoder.layers.${i}`;
        const normed = i === 0 ? z : normLayer(scope, `${name}.norm1`, z);
        // [CLS] alone is read: nothing else is computed past the last attention.
        const last = i + 1 === layers;
        const read = (part: string, x: Tensor) =>
          last ? graph.apply(firstToken, `${name}.${part}`, { x }, {}) : x;
        const change = multiHeadAttention(
          scope,
          `${name}.self_attn`,
          read("query", normed),
          last ? { memory: normed } : {},
        );
        z = graph.apply(
          add,
          `${name}.residual`,
          { a: read("cls", z), b: dropped(scope, `${name}.dropout`, change) },
          {},
        );
        z = residual(scope, `${name}.norm2`, z, (input) => feedForward(scope, name, input));
      }
      z = normLayer(scope, "encoder.norm", z);
      z = graph.apply(activationOps.relu, "head.activation", { x: z }, {});
      const output = linearLayer(scope, "head", z, outputDim);
      graph.keep("output", output);
      return { x, rng, output, constants: [], attention };
    },
  };
}
