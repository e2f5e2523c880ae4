import * as v from "valibot";
import { PlateauError } from "../errors.js";
import { activations } from "../graph/ops/activation.js";
import { normalizers } from "../graph/ops/attention.js";
import { check, count, flag, oneOf, positive, share, whole } from "../validate.js";
import { schemes } from "./initialize.js";

const layers = whole(0, 1024);

/**
 * A Transformer, described. `encoder-decoder` is `torch.nn.Transformer` with what surrounds it;
 * `encoder` is `TransformerEncoder` alone. Defaults are PyTorch's where PyTorch has them.
 */
export const transformerSchema = v.strictObject({
  /** With a decoder, or without. Default `encoder-decoder`. */
  kind: v.optional(oneOf(["encoder-decoder", "encoder"]), "encoder-decoder"),
  /** Numbers per input token. */
  inputDim: count,
  /** Numbers per token fed to the decoder (the targets' width). */
  targetDim: v.optional(count),
  /** Numbers per output token. Without a head this is dModel. */
  outputDim: count,
  /** Tokens in and out: lengths of sequences unless a program asks for others. */
  inputTokens: count,
  outputTokens: count,
  dModel: count,
  heads: count,
  ff: count,
  encoderLayers: layers,
  /** Layers of the decoder. Default 0. */
  decoderLayers: v.optional(layers, 0),
  /** Of feed-forward layers. Default `gelu`. */
  activation: v.optional(oneOf(activations), "gelu"),
  /** true: pre-norm. Default false. */
  normFirst: v.optional(flag, false),
  /** A LayerNorm after the last layer of each stack, as `torch.nn.Transformer` has. Default true. */
  finalNorm: v.optional(flag, true),
  /** What tells tokens apart. Default `sinusoidal`. */
  positions: v.optional(oneOf(["sinusoidal", "learned", "none"]), "sinusoidal"),
  /** `linear`: tokens are embedded; `none`: the numbers of a token are the model's input, so inputDim = dModel. Default `linear`. */
  embedding: v.optional(oneOf(["linear", "none"]), "linear"),
  /** `linear`: what the last LayerNorm gives is mapped to outputs; `none`: it is the output. Default `linear`. */
  head: v.optional(oneOf(["linear", "none"]), "linear"),
  /** The decoder's first input: a learned parameter, or a random constant that is not stored. Default `learned`. */
  start: v.optional(oneOf(["learned", "random"]), "learned"),
  /** Whether an output position sees only earlier ones. Default true. */
  causal: v.optional(flag, true),
  /** What makes shares of attention scores. Default `softmax`. */
  normalizer: v.optional(oneOf(normalizers), "softmax"),
  /** Probability, at the places where `torch.nn.Transformer` has it. Default 0. */
  dropout: v.optional(share, 0),
  /** Added to the variance in LayerNorms. Default 1e-5. */
  layerNormEps: v.optional(positive, 1e-5),
  /** Whether programs take a key-padding mask of the inputs. Default false. */
  padding: v.optional(flag, false),
  /** How weights are drawn. Default `pytorch`. */
  initialization: v.optional(oneOf(schemes), "pytorch"),
});

/**
 * What a user writes.
 * @useDeclaredType
 */
export type TransformerOptions = v.InferInput<typeof transformerSchema>;
/**
 * With every default filled in.
 * @useDeclaredType
 */
export type TransformerConfig = Required<v.InferOutput<typeof transformerSchema>>;

/**
 * Checks a description and fills in defaults.
 * @throws PlateauError `usage` quoting the value and its path.
 */
export function transformerConfig(options: TransformerOptions): TransformerConfig {
  const checked = check("transformer", transformerSchema, options);
  const config = { ...checked, targetDim: checked.targetDim ?? checked.outputDim };
  const { dModel, heads, embedding, head, inputDim, outputDim, targetDim, kind } = config;
  const fail = (message: string) => {
    throw new PlateauError("usage", message);
  };
  if (dModel % heads !== 0)
    fail(`${heads} heads do not divide d-model ${dModel}: choose a divisor of ${dModel}`);
  if (embedding === "none" && inputDim !== dModel) {
    fail(`without an input embedding the token width ${inputDim} must be d-model ${dModel}`);
  }
  if (embedding === "none" && kind === "encoder-decoder" && config.outputTokens > 1 && targetDim !== dModel) {
    fail(`without an input embedding the target width ${targetDim} must be d-model ${dModel}`);
  }
  if (head === "none" && outputDim !== dModel) {
    fail(`without an output head the output width ${outputDim} must be d-model ${dModel}`);
  }
  if (kind === "encoder" && config.inputTokens !== config.outputTokens) {
    fail(`an encoder gives one token out per token in, not ${config.outputTokens} for ${config.inputTokens}`);
  }
  return config;
}
