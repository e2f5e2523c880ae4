import * as v from "valibot";
import { activationOps, activations } from "../graph/ops/activation.js";
import { check, count, oneOf } from "../validate.js";
import type { Architecture } from "./architecture.js";
import { schemes } from "./initialize.js";
import { linearLayer } from "./modules.js";

/** A multilayer perceptron on all numbers of a sample at once: the Transformer's plain rival. */
export const mlpSchema = v.strictObject({
  inputDim: count,
  outputDim: count,
  /** Tokens that the inputs are cut into. Default 1. */
  inputTokens: v.optional(count, 1),
  /** Tokens that the outputs are cut into. Default 1. */
  outputTokens: v.optional(count, 1),
  /** Widths of the hidden layers. */
  hidden: v.optional(v.array(count, "expected a list of widths"), [64, 64]),
  /** Of feed-forward layers. Default `gelu`. */
  activation: v.optional(oneOf(activations), "gelu"),
  /** How weights are drawn. Default `pytorch`. */
  initialization: v.optional(oneOf(schemes), "pytorch"),
});

/**
 * What a user writes: sizes of a multilayer perceptron.
 * @useDeclaredType
 */
export type MlpOptions = v.InferInput<typeof mlpSchema>;
/**
 * With every default filled in.
 * @useDeclaredType
 */
export type MlpConfig = v.InferOutput<typeof mlpSchema>;

/** x [B, m, inputDim] → layers.0 … → [B, n, outputDim]. @throws PlateauError `usage` */
export function mlp(options: MlpOptions): Architecture<MlpConfig> {
  const config = check("mlp", mlpSchema, options);
  const { inputDim, outputDim, inputTokens, outputTokens, initialization } = config;
  return {
    kind: "mlp",
    config,
    extent: { inputTokens, outputTokens },
    inputDim,
    targetDim: outputDim,
    outputDim,
    initialization,
    emit(graph, { batch }, { inputGradient } = {}) {
      const x = graph.input("x", [batch, inputTokens, inputDim], {
        needsGradient: inputGradient && graph.keepsValues,
      });
      let z = graph.reshape(x, [batch, inputTokens * inputDim]);
      for (const [i, width] of config.hidden.entries()) {
        z = linearLayer({ graph }, `layers.${i}`, z, width);
        z = graph.apply(activationOps[config.activation], `layers.${i}.activation`, { x: z }, {});
      }
      z = linearLayer({ graph }, "head", z, outputTokens * outputDim);
      const output = graph.reshape(z, [batch, outputTokens, outputDim]);
      graph.keep("output", output);
      return { x, output, constants: [], attention: [] };
    },
  };
}
