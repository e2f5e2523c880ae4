import type { TransformerOptions } from "../src/nn/config.js";

/** A model and batch whose training step is timed. */
export interface StepConfig {
  name: string;
  batch: number;
  model: TransformerOptions;
}

function config(
  name: string,
  m: number,
  n: number,
  d: number,
  heads: number,
  ff: number,
  layers: number,
  batch = 128,
): StepConfig {
  return {
    name,
    batch,
    model: {
      inputDim: d,
      targetDim: d,
      outputDim: d,
      inputTokens: m,
      outputTokens: n,
      dModel: d,
      heads,
      ff,
      encoderLayers: layers,
      decoderLayers: layers,
      embedding: "none",
    },
  };
}

/** The sizes that the study uses, and one of long sequences: post-norm, GELU, linear head, MSE, Adam, clipping. */
export const stepConfigs: readonly StepConfig[] = [
  config("A", 2, 1, 4, 2, 8, 2),
  config("B", 4, 3, 32, 4, 64, 2),
  config("C", 4, 3, 64, 4, 128, 4),
  config("D", 4, 3, 128, 8, 256, 4),
  config("E", 4, 3, 256, 8, 512, 6),
  config("F", 64, 64, 64, 4, 256, 2, 32),
];
