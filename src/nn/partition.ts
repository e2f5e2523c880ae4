import * as v from "valibot";
import { linear } from "../graph/ops/linear.js";
import { memoryAttention } from "../graph/ops/memory-attention.js";
import { multiply } from "../graph/ops/multiply.js";
import type { View } from "../graph/tensor.js";
import { check, count, oneOf } from "../validate.js";
import type { Architecture, Emitted } from "./architecture.js";
import { schemes } from "./initialize.js";
import { linearLayer } from "./modules.js";

/** A network whose one attention reads learned memory tokens: a softmax partition of unity over them. */
export const partitionSchema = v.strictObject({
  inputDim: count,
  outputDim: count,
  /** Tokens of an input. Default 1. */
  inputTokens: v.optional(count, 1),
  /** Tokens of an output. Default 1. */
  outputTokens: v.optional(count, 1),
  /** Memory tokens N. */
  memory: count,
  /** 1: each token brings values. 2: each brings local linear models of the inputs. Default 1. */
  order: v.optional(v.picklist([1, 2], "expected 1 or 2"), 1),
  /** How weights are drawn. Default `pytorch`. */
  initialization: v.optional(oneOf(schemes), "pytorch"),
});

/**
 * What a user writes: sizes of a `partition` network.
 * @useDeclaredType
 */
export type PartitionOptions = v.InferInput<typeof partitionSchema>;
/**
 * With every default filled in.
 * @useDeclaredType
 */
export type PartitionConfig = v.InferOutput<typeof partitionSchema>;

/**
 * x [B, m, inputDim] → all its d₀ numbers as one query → attention to N memory tokens → [B, n, outputDim].
 * With s = d₀ + 1 (the query and a constant feature that `query.bias` makes):
 *
 *   q = query.weight·x + query.bias                          [s]
 *   z = softmax(q·memory.keysᵀ)·memory.values                [O], or [O·(d₀ + 1)] at order 2
 *
 * Order 1: z is the output. Order 2: z holds a local linear model for each output, and a bilinear
 * feed-forward layer (arXiv 2002.05202, without its hidden activation) evaluates it, output = head·(z ⊙ (gate·x + b)).
 * @throws PlateauError `usage`
 */
export function partition(options: PartitionOptions): Architecture<PartitionConfig> {
  const config = check("partition", partitionSchema, options);
  const { inputDim, outputDim, inputTokens, outputTokens, memory: N, order, initialization } = config;
  const inputs = inputTokens * inputDim;
  const outputs = outputTokens * outputDim;
  const width = order === 2 ? outputs * (inputs + 1) : outputs;
  return {
    kind: "partition",
    config,
    extent: { inputTokens, outputTokens },
    inputDim,
    targetDim: outputDim,
    outputDim,
    initialization,
    emit(graph, { batch }, { inputGradient, keepAttention } = {}) {
      const x = graph.input("x", [batch, inputTokens, inputDim], {
        needsGradient: inputGradient && graph.keepsValues,
      });
      const parameter = (name: string, shape: number[], fanIn: number) =>
        graph.parameter(
          graph.parameters.declare({ name, shape, role: "weight", fanIn, module: "attention" }),
        );
      const flat = graph.reshape(x, [batch, inputs]);
      const q = linearLayer({ graph }, "query", flat, inputs + 1);
      const k = parameter("memory.keys", [N, inputs + 1], inputs + 1);
      const values = parameter("memory.values", [N, width], N);
      const attention: Emitted["attention"] = [];
      const onWeights = keepAttention
        ? (view: View) => void attention.push({ name: "memory", view, B: batch, T: 1, S: N, H: 1, lanes: 1 })
        : undefined;
      let z = graph.apply(memoryAttention, "memory", { q, k, v: values }, { onWeights });
      if (order === 2) {
        const gate = linearLayer({ graph }, "gate", flat, width);
        z = graph.apply(multiply, "gated", { a: z, b: gate }, {});
        const head = parameter("head.weight", [outputs, width], width);
        z = graph.apply(linear, "head", { x: z, w: head }, {});
      }
      const output = graph.reshape(z, [batch, outputTokens, outputDim]);
      graph.keep("output", output);
      return { x, output, constants: [], attention };
    },
  };
}
