import { z } from "zod";
import { PlateauError, quote } from "../errors.js";
import { activations } from "../graph/ops/activation.js";
import { normalizers } from "../graph/ops/attention.js";
import { schemes } from "./initialize.js";

const count = z
  .number()
  .int()
  .min(1)
  .max(2 ** 24);
const layers = z.number().int().min(0).max(1024);

/**
 * A Transformer, described. `encoder-decoder` is `torch.nn.Transformer` with what surrounds it;
 * `encoder` is `TransformerEncoder` alone. Defaults are PyTorch's where PyTorch has them.
 */
export const transformerSchema = z.strictObject({
  kind: z.enum(["encoder-decoder", "encoder"]).default("encoder-decoder"),
  /** Numbers per input token. */
  inputDim: count,
  /** Numbers per token fed to the decoder (the targets' width). */
  targetDim: count.optional(),
  /** Numbers per output token. Without a head this is dModel. */
  outputDim: count,
  /** Tokens in and out: lengths of sequences unless a program asks for others. */
  inputTokens: count,
  outputTokens: count,
  dModel: count,
  heads: count,
  ff: count,
  encoderLayers: layers,
  decoderLayers: layers.default(0),
  activation: z.enum(activations).default("gelu"),
  /** true: pre-norm. */
  normFirst: z.boolean().default(false),
  /** A LayerNorm after the last layer of each stack, as `torch.nn.Transformer` has. */
  finalNorm: z.boolean().default(true),
  positions: z.enum(["sinusoidal", "learned", "none"]).default("sinusoidal"),
  /** `linear`: tokens are embedded; `none`: the numbers of a token are the model's input, so inputDim = dModel. */
  embedding: z.enum(["linear", "none"]).default("linear"),
  head: z.enum(["linear", "none"]).default("linear"),
  /** The decoder's first input: a learned parameter, or a random constant that is not stored. */
  start: z.enum(["learned", "random"]).default("learned"),
  /** Whether an output position sees only earlier ones. */
  causal: z.boolean().default(true),
  normalizer: z.enum(normalizers).default("softmax"),
  /** Probability, at the places where `torch.nn.Transformer` has it. */
  dropout: z.number().min(0).lt(1).default(0),
  layerNormEps: z.number().positive().default(1e-5),
  /** Whether programs take a key-padding mask of the inputs. */
  padding: z.boolean().default(false),
  initialization: z.enum(schemes).default("pytorch"),
});

/** What a user writes. */
export type TransformerOptions = z.input<typeof transformerSchema>;
/** With every default filled in. */
export type TransformerConfig = Required<z.output<typeof transformerSchema>>;

/**
 * Checks a description and fills in defaults.
 * @throws PlateauError `usage` quoting the value and its path.
 */
export function transformerConfig(options: TransformerOptions): TransformerConfig {
  const parsed = transformerSchema.safeParse(options);
  if (!parsed.success) throw invalid("transformer", options, parsed.error);
  const config = { ...parsed.data, targetDim: parsed.data.targetDim ?? parsed.data.outputDim };
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

/** A zod error as one line that quotes the value and its path. */
export function invalid(what: string, input: unknown, error: z.ZodError): PlateauError {
  const [issue] = error.issues;
  const path = issue.path.join(".");
  let value: unknown = input;
  for (const key of issue.path) value = (value as Record<PropertyKey, unknown> | undefined)?.[key];
  const message = issue.message.replace(/^Invalid input: /, "");
  return new PlateauError("usage", `${what}${path ? `: ${path}` : ""} is ${quote(value)}: ${message}`);
}
