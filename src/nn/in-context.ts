import * as v from "valibot";
import { add } from "../graph/ops/add.js";
import { linear } from "../graph/ops/linear.js";
import { linearAttention } from "../graph/ops/linear-attention.js";
import { check, count, oneOf } from "../validate.js";
import type { Architecture } from "./architecture.js";
import { schemes } from "./initialize.js";

/** Attention layers without a normaliser over the examples of a prompt. */
export const inContextSchema = v.strictObject({
  /** D: numbers of an x. */
  features: count,
  /** k: examples of a prompt. */
  examples: count,
  layers: count,
  /** How weights are drawn. Default `pytorch`. */
  initialization: v.optional(oneOf(schemes), "pytorch"),
});

/**
 * What a user writes: sizes of an `inContext` network.
 * @useDeclaredType
 */
export type InContextOptions = v.InferInput<typeof inContextSchema>;
/**
 * With every default filled in.
 * @useDeclaredType
 */
export type InContextConfig = v.InferOutput<typeof inContextSchema>;

/** Numbers of a prompt x₁, y₁, …, x_k, y_k, q, and of its k + 1 tokens: x to ask with, y, x to answer with. */
export function promptSizes({ features: D, examples: k }: Pick<InContextConfig, "features" | "examples">) {
  return { numbers: k * (D + 1) + D, tokens: k + 1, width: 2 * D + 1 };
}

/**
 * x [B, k(D+1)+D, 1], every number of a prompt by itself → `embed` → tokens [B, k+1, 2D+1] → residual layers of
 * linear attention, one head → `head`, of all tokens' numbers → [B, 1, 1]. No LayerNorms, no feed-forward
 * layers, as in von Oswald et al. (arXiv 2212.07677); queries, keys and values are D wide.
 * @throws PlateauError `usage`
 */
export function inContext(options: InContextOptions): Architecture<InContextConfig> {
  const config = check("in-context", inContextSchema, options);
  const { features: D, layers, initialization } = config;
  const { numbers, tokens, width: W } = promptSizes(config);
  return {
    kind: "in-context",
    config,
    extent: { inputTokens: numbers, outputTokens: 1 },
    inputDim: 1,
    targetDim: 1,
    outputDim: 1,
    initialization,
    emit(graph, { batch: B }, { inputGradient } = {}) {
      const x = graph.input("x", [B, numbers, 1], { needsGradient: inputGradient && graph.keepsValues });
      const weight = (name: string, shape: [number, number]) => {
        const common = { role: "weight", module: "linear", fanIn: shape[1] } as const;
        return graph.parameter(graph.parameters.declare({ name: `${name}.weight`, shape, ...common }));
      };
      const flat = graph.reshape(x, [B, numbers]);
      let z = graph.apply(linear, "embed", { x: flat, w: weight("embed", [tokens * W, numbers]) }, {});
      z = graph.reshape(z, [B, tokens, W]);
      for (let i = 0; i < layers; i++) {
        const name = `layers.${i}`;
        const qkv = graph.apply(
          linear,
          `${name}.qkv`,
          { x: z, w: weight(`${name}.in_proj`, [3 * D, W]) },
          {},
        );
        const found = graph.apply(linearAttention, name, { qkv }, { heads: 1 });
        const w = weight(`${name}.out_proj`, [W, D]);
        const change = graph.apply(linear, `${name}.out`, { x: found, w }, {});
        z = graph.apply(add, `${name}.residual`, { a: z, b: change }, {});
      }
      const all = graph.reshape(z, [B, tokens * W]);
      const answer = graph.apply(linear, "head", { x: all, w: weight("head", [1, tokens * W]) }, {});
      const output = graph.reshape(answer, [B, 1, 1]);
      graph.keep("output", output);
      return { x, output, constants: [], attention: [] };
    },
  };
}
