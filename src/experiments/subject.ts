import type { Samples, Subject } from "../analysis/measure.js";
import { modelFunction } from "../analysis/model-function.js";
import { requireArguments } from "../arguments.js";
import type { Model } from "../nn/model.js";
import type { BatchFunction } from "../targets/function.js";
import type { Sample } from "../targets/target.js";
import type { Experiment } from "./config.js";
import { decode } from "./decode.js";
import { evaluationSample } from "./evaluate.js";

/** Training rows that competitors of a comparison learn from. */
const TRAIN_ROWS = 20_000;

/**
 * A trained model of an experiment as what measures look at. The model is read as a function of its
 * inputs alone: where a decoder has several output tokens, it reads its own predictions, whatever the
 * protocol says of decoding. A classifier is the function that gives the centroid of the predicted class:
 * a step function, without a derivative.
 * @throws PlateauError `usage` where outputs of the model are as wide as nothing that its decoder reads
 */
export function subjectOf(experiment: Experiment, model: Model): Subject {
  requireArguments("subjectOf", {
    experiment: [experiment, "Experiment: config target protocol architecture"],
    model: [model, "Model: architecture parameters seed config"],
  });

  const { config, target, rows, quantisation } = experiment;
  const { dim, seed, mode, classes } = config;
  const centroids = quantisation(classes);
  const train = target.sample("train", { start: 0, count: Math.min(rows.train, TRAIN_ROWS) }, dim, seed);
  return {
    model: mode === "classification" ? classifier(experiment, model) : modelFunction(model),
    target: target.asFunction(dim),
    domain: target.domainOf(dim),
    tokens: { inputs: target.inputs, outputs: target.outputs },
    test: samples(evaluationSample(experiment, "test"), rows.test),
    train: samples(train, Math.min(rows.train, TRAIN_ROWS)),
    centroids: { mode: centroids.mode, low: centroids.low, high: centroids.high },
    network: model,
  };
}

function samples({ x, y }: Sample, count: number): Samples {
  return { x, y, count };
}

/** Points to the centroids of predicted classes. */
function classifier({ config, target, quantisation }: Experiment, model: Model): BatchFunction {
  const { dim, classes } = config;
  const feedback = (logits: Float32Array) => decode(logits, dim, quantisation(classes));
  return {
    name: "classifier",
    inputs: target.inputs * dim,
    outputs: target.outputs * dim,
    evaluate: (x) => Float64Array.from(feedback(model.predict(Float32Array.from(x), { feedback }))),
  };
}

/** What measures of an experiment's model need to know beside it. */
export function measureOptions({ training, config, quantisation }: Experiment): Record<string, object> {
  const { dim, mode, classes } = config;
  const feedback = (logits: Float32Array) => decode(logits, dim, quantisation(classes));
  return { compare: { training }, ...(mode === "classification" ? { attention: { feedback } } : {}) };
}
