import { z } from "zod";
import { activationOps, activations } from "../graph/ops/activation.js";
import type { Architecture } from "./architecture.js";
import { invalid } from "./config.js";
import { schemes } from "./initialize.js";
import { linearLayer } from "./modules.js";

const count = z
  .number()
  .int()
  .min(1)
  .max(2 ** 24);

/** A multilayer perceptron on all numbers of a sample at once: the Transformer's plain rival. */
export const mlpSchema = z.strictObject({
  inputDim: count,
  outputDim: count,
  inputTokens: count.default(1),
  outputTokens: count.default(1),
  /** Widths of the hidden layers. */
  hidden: z.array(count).default([64, 64]),
  activation: z.enum(activations).default("gelu"),
  initialization: z.enum(schemes).default("pytorch"),
});

export type MlpOptions = z.input<typeof mlpSchema>;
export type MlpConfig = z.output<typeof mlpSchema>;

/** x [B, m, inputDim] → layers.0 … → [B, n, outputDim]. @throws PlateauError `usage` */
export function mlp(options: MlpOptions): Architecture<MlpConfig> {
  const parsed = mlpSchema.safeParse(options);
  if (!parsed.success) throw invalid("mlp", options, parsed.error);
  const config = parsed.data;
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
        needsGradient: inputGradient && graph.training,
      });
      let z = graph.reshape(x, [batch, inputTokens * inputDim]);
      for (const [i, width] of config.hidden.entries()) {
        z = linearLayer({ graph }, `layers.${i}`, z, width);
        z = graph.apply(activationOps[config.activation], `layers.${i}.activation`, { x: z }, {});
      }
      z = linearLayer({ graph }, "head", z, outputTokens * outputDim, "head");
      const output = graph.reshape(z, [batch, outputTokens, outputDim]);
      graph.keep("output", output);
      return { x, output, constants: [], attention: [] };
    },
  };
}
