import fc from "fast-check";
import type { TransformerOptions } from "../../src/nn/config.js";

/** A small encoder–decoder, for tests of one model. */
export const small = {
  inputDim: 3,
  targetDim: 2,
  outputDim: 2,
  inputTokens: 4,
  outputTokens: 3,
  dModel: 8,
  heads: 2,
  ff: 16,
  encoderLayers: 2,
  decoderLayers: 2,
} as const;

/** Any small Transformer that makes sense. */
export const architectures: fc.Arbitrary<TransformerOptions> = fc
  .record({
    encoder: fc.boolean(),
    heads: fc.constantFrom(1, 2, 3),
    headWidth: fc.integer({ min: 1, max: 6 }),
    ff: fc.integer({ min: 1, max: 13 }),
    encoderLayers: fc.integer({ min: 0, max: 2 }),
    decoderLayers: fc.integer({ min: 0, max: 2 }),
    m: fc.integer({ min: 1, max: 5 }),
    n: fc.integer({ min: 1, max: 4 }),
    inputDim: fc.integer({ min: 1, max: 5 }),
    outputDim: fc.integer({ min: 1, max: 5 }),
    activation: fc.constantFrom("gelu" as const, "gelu-tanh" as const, "relu" as const),
    normFirst: fc.boolean(),
    finalNorm: fc.boolean(),
    positions: fc.constantFrom("sinusoidal" as const, "learned" as const, "none" as const),
    tied: fc.boolean(),
    start: fc.constantFrom("learned" as const, "random" as const),
    causal: fc.boolean(),
    normalizer: fc.constantFrom("softmax" as const, "sparsemax" as const),
    padding: fc.boolean(),
    dropout: fc.constantFrom(0, 0.2),
  })
  .map(({ encoder, headWidth, tied, m, n, encoderLayers, decoderLayers, ...rest }) => {
    const dModel = rest.heads * headWidth;
    return {
      ...rest,
      kind: encoder ? ("encoder" as const) : ("encoder-decoder" as const),
      encoderLayers,
      decoderLayers: encoder ? 0 : decoderLayers,
      dModel,
      inputDim: tied ? dModel : rest.inputDim,
      outputDim: tied ? dModel : rest.outputDim,
      inputTokens: m,
      outputTokens: encoder ? m : n,
      embedding: tied ? ("none" as const) : ("linear" as const),
      head: tied ? ("none" as const) : ("linear" as const),
    };
  });
