import fc from "fast-check";
import { activations } from "../../src/graph/ops/activation.js";
import { normalizers } from "../../src/graph/ops/attention.js";
import type { Architecture } from "../../src/nn/architecture.js";
import { inContext } from "../../src/nn/in-context.js";
import { mlp } from "../../src/nn/mlp.js";
import { partition } from "../../src/nn/partition.js";
import { tabular } from "../../src/nn/tabular.js";
import { transformer } from "../../src/nn/transformer.js";
import type { Loss } from "../../src/training/losses.js";

/** A network with a loss and a batch: what one check is made of. */
export interface Subject {
  readonly architecture: Architecture;
  readonly loss: Loss;
  readonly batch: number;
  readonly seed: number;
}

const activation = fc.constantFrom(...activations);
const small = (max: number, min = 1) => fc.integer({ min, max });

/** Any Transformer: every option of its description. */
const transformers: fc.Arbitrary<Architecture> = fc
  .record({
    kind: fc.constantFrom("encoder" as const, "encoder-decoder" as const),
    heads: small(8),
    headWidth: small(5),
    ff: small(19),
    encoderLayers: small(3, 0),
    decoderLayers: small(3, 0),
    m: small(6),
    n: small(5),
    inputDim: small(5),
    targetDim: small(4),
    // Even, so that there are classes.
    outputDim: fc.constantFrom(1, 2, 3, 4, 6),
    activation,
    normFirst: fc.boolean(),
    finalNorm: fc.boolean(),
    positions: fc.constantFrom("sinusoidal" as const, "learned" as const, "none" as const),
    tied: fc.boolean(),
    start: fc.constantFrom("learned" as const, "random" as const),
    causal: fc.boolean(),
    normalizer: fc.constantFrom(...normalizers),
    padding: fc.boolean(),
    dropout: fc.constantFrom(0, 0.1, 0.5),
    layerNormEps: fc.constantFrom(1e-5, 1e-3),
  })
  .map(({ kind, headWidth, tied, m, n, decoderLayers, inputDim, targetDim, outputDim, ...rest }) => {
    const encoder = kind === "encoder";
    const dModel = rest.heads * headWidth;
    return transformer({
      ...rest,
      kind,
      decoderLayers: encoder ? 0 : decoderLayers,
      dModel,
      inputDim: tied ? dModel : inputDim,
      targetDim: tied ? dModel : targetDim,
      outputDim: tied ? dModel : outputDim,
      inputTokens: m,
      outputTokens: encoder ? m : n,
      embedding: tied ? "none" : "linear",
      head: tied ? "none" : "linear",
    });
  });

const mlps = fc
  .record({
    inputDim: small(5),
    outputDim: small(6),
    inputTokens: small(3),
    outputTokens: small(3),
    hidden: fc.array(small(17), { maxLength: 4 }),
    activation,
  })
  .map((options) => mlp(options));

const tables = fc
  .record({
    columns: fc.array(small(4), { minLength: 1, maxLength: 5 }),
    outputDim: small(4),
    heads: small(4),
    headWidth: small(4),
    ff: small(13),
    layers: small(3),
    activation,
    dropout: fc.constantFrom(0, 0.25),
  })
  .map(({ headWidth, ...rest }) => tabular({ ...rest, dModel: rest.heads * headWidth }));

const prompts = fc
  .record({ features: small(3), examples: small(5), layers: small(3) })
  .map((options) => inContext(options));

const partitions = fc
  .record({
    inputDim: small(3),
    outputDim: small(3),
    inputTokens: small(2),
    outputTokens: small(2),
    memory: small(9),
    order: fc.constantFrom(1 as const, 2 as const),
  })
  .map((options) => partition(options));

/** Networks of every kind with either loss. */
export const subjects: fc.Arbitrary<Subject> = fc
  .record({
    architecture: fc.oneof(
      { weight: 6, arbitrary: transformers },
      { weight: 1, arbitrary: mlps as fc.Arbitrary<Architecture> },
      { weight: 2, arbitrary: tables as fc.Arbitrary<Architecture> },
      { weight: 1, arbitrary: prompts as fc.Arbitrary<Architecture> },
      { weight: 1, arbitrary: partitions as fc.Arbitrary<Architecture> },
    ),
    classes: small(6, 0),
    batch: fc.constantFrom(1, 2, 3, 5, 7, 9),
    seed: small(1e6),
  })
  .map(({ architecture, classes, batch, seed }) => {
    const { outputDim } = architecture;
    // As many classes as divide the outputs; 0: regression, which needs targets as wide as outputs.
    const K = classes > 0 ? Math.min(classes, outputDim) : 0;
    const fits = K > 0 && outputDim % K === 0;
    const regression = !fits && architecture.targetDim === outputDim;
    const loss: Loss = regression
      ? { kind: "mse" }
      : { kind: "cross-entropy", classes: fits ? K : outputDim };
    return { architecture, loss, batch, seed };
  });
