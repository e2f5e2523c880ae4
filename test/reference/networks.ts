import fc from "fast-check";
import { Graph, type Mode } from "../../src/graph/graph.js";
import { activations } from "../../src/graph/ops/activation.js";
import { normalizers } from "../../src/graph/ops/attention.js";
import type { LinearInputs } from "../../src/graph/ops/linear.js";
import { Parameters } from "../../src/graph/parameters.js";
import { size } from "../../src/graph/tensor.js";
import type { Architecture } from "../../src/nn/architecture.js";
import { inContext } from "../../src/nn/in-context.js";
import { schemes } from "../../src/nn/initialize.js";
import { mlp } from "../../src/nn/mlp.js";
import { partition } from "../../src/nn/partition.js";
import { tabular } from "../../src/nn/tabular.js";
import { transformer } from "../../src/nn/transformer.js";
import type { Build } from "../../src/runtime/compile.js";
import { yunNetwork } from "../../src/theory/constructions/yun/network.js";
import type { Loss } from "../../src/training/losses.js";

/** A network with a loss and a batch: what one check is made of. */
export interface Subject {
  readonly architecture: Architecture;
  /** Lengths of sequences, where they are not those that the architecture was made for. */
  readonly extent?: Architecture["extent"];
  readonly loss: Loss;
  readonly batch: number;
  readonly seed: number;
  /** `derivative`: of the outputs by the inputs alone; `inference`: no gradients, as `predict` has it. Default `training`. */
  readonly mode?: Mode;
  /** Of what else there are gradients, and whether attention weights are kept. */
  readonly emit?: { inputGradient?: boolean; decoderGradient?: boolean; keepAttention?: boolean };
  /** What gradients are multiplied by. Default 1. */
  readonly scale?: number;
  /** Inputs and targets are within ± this. Default 1. */
  readonly size?: number;
  /** Share of labels that are ignored. Default 0.1. */
  readonly ignored?: number;
  readonly build?: Build;
}

const activation = fc.constantFrom(...activations);
const initialization = fc.constantFrom(...schemes);
/** 1 more often than others. */
const small = (max: number, min = 1) =>
  fc.oneof({ weight: 1, arbitrary: fc.constant(min) }, { weight: 4, arbitrary: fc.integer({ min, max }) });
const layerNormEps = fc.constantFrom(1e-5, 1e-3, 1e-12);
const dropout = fc.constantFrom(0, 0, 0.1, 0.1, 0.5, 0.5, 0.9);

/** Any Transformer: every option of its description. */
const transformers = fc
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
    // Outputs as wide as targets: regression needs that.
    alike: fc.boolean(),
    start: fc.constantFrom("learned" as const, "random" as const),
    causal: fc.boolean(),
    normalizer: fc.constantFrom(...normalizers),
    padding: fc.boolean(),
    dropout,
    layerNormEps,
    initialization,
    // What sequences are shorter by than the longest.
    shorter: fc.tuple(small(5, 0), small(4, 0)),
  })
  .map(
    ({
      kind,
      headWidth,
      tied,
      alike,
      m,
      n,
      decoderLayers,
      inputDim,
      targetDim,
      outputDim,
      shorter,
      ...rest
    }) => {
      const encoder = kind === "encoder";
      const dModel = rest.heads * headWidth;
      const architecture = transformer({
        ...rest,
        kind,
        decoderLayers: encoder ? 0 : decoderLayers,
        dModel,
        inputDim: tied ? dModel : inputDim,
        targetDim: tied ? dModel : alike ? outputDim : targetDim,
        outputDim: tied ? dModel : outputDim,
        inputTokens: m,
        outputTokens: encoder ? m : n,
        embedding: tied ? "none" : "linear",
        head: tied ? "none" : "linear",
      });
      const inputTokens = Math.max(1, m - shorter[0]);
      const outputTokens = encoder ? inputTokens : Math.max(1, n - shorter[1]);
      return { architecture, extent: { inputTokens, outputTokens } };
    },
  );

const mlps = fc
  .record({
    inputDim: small(5),
    outputDim: small(6),
    inputTokens: small(3),
    outputTokens: small(3),
    hidden: fc.array(small(17), { maxLength: 4 }),
    activation,
    initialization,
  })
  .map((options) => mlp(options));

const tables = fc
  .record({
    columns: fc.array(small(4), { minLength: 1, maxLength: 5 }),
    outputDim: small(4),
    heads: small(4),
    headWidth: small(4),
    ff: fc.option(small(13), { nil: undefined }),
    layers: small(3),
    activation,
    dropout,
    layerNormEps,
    initialization,
  })
  .map(({ headWidth, ...rest }) => tabular({ ...rest, dModel: rest.heads * headWidth }));

const prompts = fc
  .record({ features: small(3), examples: small(5), layers: small(3), initialization })
  .map((options) => inContext(options));

const partitions = fc
  .record({
    inputDim: small(3),
    outputDim: small(3),
    inputTokens: small(2),
    outputTokens: small(2),
    memory: small(9),
    order: fc.constantFrom(1 as const, 2 as const),
    initialization,
  })
  .map((options) => partition(options));

/** The grids that are small enough for a tape. */
const constructions = fc
  .record({
    dim: small(2),
    tokens: fc.constantFrom<[number, number][]>([1, 1], [2, 1], [2, 2]),
    positions: fc.boolean(),
    global: fc.constantFrom(undefined, 4),
    lambda: fc.constantFrom(undefined, 20),
  })
  .map(({ tokens: [inputTokens, outputTokens], lambda, dim, ...rest }) =>
    yunNetwork({
      ...rest,
      ...{ dim: inputTokens > 1 ? 1 : dim, inputTokens, outputTokens, cells: inputTokens > 1 ? 1 : 2 },
      ...(lambda === undefined ? {} : { kind: "softmax", lambda }),
    }),
  );

type Drawn = Pick<Subject, "architecture" | "extent">;
const whole = (of: fc.Arbitrary<Architecture>): fc.Arbitrary<Drawn> =>
  of.map((architecture) => ({ architecture }));

/** Networks of every kind, by name of the kind: one line each. */
export const kinds: Readonly<Record<string, fc.Arbitrary<Drawn>>> = {
  transformer: transformers,
  mlp: whole(mlps),
  tabular: whole(tables),
  "in-context": whole(prompts),
  partition: whole(partitions),
  yun: whole(constructions),
};
const weights: Readonly<Record<string, number>> = { transformer: 6, tabular: 2 };

/** Products that a tape bears: it holds every number of all rows by itself, and is evaluated nine times. */
const MOST_PRODUCTS = 40_000;

/** Of rows, as many as a tape bears. */
function fewer(batch: number, { architecture, extent = architecture.extent }: Drawn): number {
  const graph = new Graph(new Parameters(), "training");
  architecture.emit(graph, { batch: 1, ...extent });
  const products = graph.applied.reduce((sum, { op, inputs, output }) => {
    const depth = op === "linear" ? (inputs as LinearInputs).w.shape[1] : 8;
    return sum + depth * size(output.shape);
  }, 0);
  return Math.max(1, Math.min(batch, Math.floor(MOST_PRODUCTS / products)));
}

/** Networks of every kind with either loss, in every mode. */
export const subjects: fc.Arbitrary<Subject> = fc
  .record({
    drawn: fc.oneof(
      ...Object.entries(kinds).map(([kind, arbitrary]) => ({ weight: weights[kind] ?? 1, arbitrary })),
    ),
    classes: fc.constantFrom(0, 0, 1, 2, 3, 6),
    batch: fc.oneof(
      { weight: 4, arbitrary: small(9) },
      { weight: 1, arbitrary: fc.constantFrom(11, 13, 17, 31, 33, 61, 67) },
    ),
    mode: fc.constantFrom<Mode[]>("training", "training", "training", "derivative", "inference"),
    emit: fc.record({
      inputGradient: fc.boolean(),
      decoderGradient: fc.boolean(),
      keepAttention: fc.boolean(),
    }),
    scale: fc.constantFrom(1, 1, 0.25, 2 ** -40, 2 ** -50, 3 ** 20, 2 ** 60),
    size: fc.constantFrom(1, 1, 1e-3, 1e-8, 30, 1e3),
    ignored: fc.constantFrom(0, 0.2, 0.2, 0.2, 0.2, 0.2, 1),
    seed: fc.integer({ min: 1, max: 1e6 }),
  })
  .map(({ drawn, classes, batch, ...rest }) => {
    const { outputDim, targetDim } = drawn.architecture;
    // As many classes as divide the outputs; else regression, where targets are as wide as outputs.
    const fits = classes > 0 && outputDim % classes === 0;
    const regression = !fits && targetDim === outputDim;
    const loss: Loss = regression
      ? { kind: "mse" }
      : { kind: "cross-entropy", classes: fits ? classes : outputDim };
    return { ...drawn, ...rest, loss, batch: fewer(batch, drawn) };
  });
