import * as v from "valibot";
import { type Experiment, experimentSchema } from "../experiments/config.js";
import { describeProtocol, protocols } from "../experiments/protocol.js";
import type { TransformerConfig } from "../nn/config.js";
import { shellWord } from "../text.js";
import type { TrainingOptions } from "../training/options.js";
import { counted, grouped } from "./figures/encodings.js";

// Sentences of a methods section, made from the configuration. Reports of experiments share them.

/** What the network is. */
export function networkText({ architecture, config, protocol }: Experiment): string {
  const { kind } = architecture;
  if (kind !== "encoder-decoder" && kind !== "encoder") {
    return `The network is of kind ${kind}${config.init ? `, written down by ${config.init}` : ""}.`;
  }
  const { encoderLayers, decoderLayers, dModel, heads, ff, positions, embedding, head, activation, causal } =
    architecture.config as TransformerConfig;
  return [
    `The model is a Transformer of ${counted(encoderLayers, "encoder layer")} and ${counted(decoderLayers, "decoder layer")}, width ${dModel}, ${counted(heads, "head")}, feed-forward width ${ff}, ${activation.toUpperCase()}, LayerNorm after each block, ${positions === "none" ? "no" : positions} positions.`,
    embedding === "linear" ? "Tokens are embedded linearly." : "Tokens are the model's input as they are.",
    head === "linear"
      ? "A linear layer gives the output."
      : "The output is that of the last LayerNorm, without a head.",
    causal
      ? "The decoder is causal."
      : "The decoder has no causal mask: a position can see later true outputs.",
    protocol.startVector === "learned"
      ? "Its start vector is learned."
      : "Its start vector is random, and another one for testing.",
  ].join(" ");
}

/** How it was trained. */
export function trainingText({ training, loss, config }: Experiment): string {
  const o: TrainingOptions = training;
  const updates =
    o.stopAfter > 0 && o.stopAfter < o.steps
      ? `${grouped(o.stopAfter)} of ${grouped(o.steps)} scheduled updates`
      : counted(o.steps, "update");
  const decay =
    o.weightDecay === 0
      ? "no weight decay"
      : `weight decay ${o.weightDecay} ${o.optimizer === "adamw" ? "decoupled from the gradient" : "in the gradient (L2)"}`;
  return [
    `Trained for ${updates} of ${counted(o.batch * o.accumulation, "row")} by ${o.optimizer === "adamw" ? "AdamW" : o.optimizer === "adam" ? "Adam" : "SGD"} on ${loss.kind === "mse" ? "mean squared error" : "cross-entropy"}: peak learning rate ${o.lr}, warm-up over ${grouped(o.warmup)} updates, then ${o.schedule} decay ${o.minFactor > 0 ? `to ${o.minFactor} of the peak` : "to 0"}; ${decay}; ${o.clipNorm > 0 ? `gradients clipped to norm ${o.clipNorm} at each ${o.clipEvery}` : "no clipping"}; seed ${config.seed}.`,
    o.evaluateEvery > 0
      ? `Validated every ${counted(o.evaluateEvery, "update")}; the weights of the best validation are kept.`
      : "Not validated: the last weights are kept.",
  ].join(" ");
}

/** What it was trained and judged on, and under which protocol. */
export function dataText({ target, rows, config, protocol, quantisation }: Experiment): string {
  const { low, high } = quantisation(config.classes);
  const centroids =
    protocol.classDefinition === "diagonal"
      ? "points on the diagonal of R^d, a class a vector (the study's)"
      : "evenly spaced numbers, a class a coordinate (ours)";
  return [
    `Target ${target.name}: ${target.description.replace(/\.$/, "")}; ${counted(target.inputs, "input token")} and ${counted(target.outputs, "output token")} of ${counted(config.dim, "number")}.`,
    `${grouped(rows.train)} training, ${grouped(rows.validation)} validation and ${grouped(rows.test)} test rows, drawn from the seed.`,
    `Protocol: ${describeProtocol(protocol)}. Classes are ${centroids}, from ${low} to ${high}.`,
    protocol.base === "study"
      ? "The study's protocol is what its published code does; no number here is the study's."
      : "The sound protocol is ours.",
  ].join(" ");
}

/** Why a repetition has the same bits. */
export function bitsText(build: string): string {
  return build === "strict"
    ? "Every random number is counted from the seed (Philox), transcendental functions and the order of sums are plateau's own: the same version and configuration give the same bits on any engine and machine."
    : "The relaxed build uses fused multiply-add where the engine has it: other engines and machines may give other last bits.";
}

/** `plateau train` with every option that is not the default. */
export function trainCommand(
  { config, protocol, target: { dim } }: Experiment,
  ...more: readonly string[]
): string {
  const { target, protocol: _, ...options } = config;
  const defaults: Record<string, unknown> = { ...v.getDefaults(experimentSchema), dim };
  const flags = Object.entries(options)
    .filter(([key, value]) => value !== undefined && value !== defaults[key])
    .map(
      ([key, value]) =>
        `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} ${shellWord(String(value))}`,
    );
  const { base, ...fields } = protocol;
  const own = Object.entries(fields)
    .filter(([key, value]) => value !== protocols[base][key as keyof typeof fields])
    .map(([key, value]) => `--protocol-set ${key}=${value}`);
  return [
    "plateau train",
    shellWord(target),
    ...(base === "sound" ? [] : [`--protocol ${base}`]),
    ...own,
    ...flags,
    ...more,
  ].join(" ");
}

/** rmse → RMSE; failureRate.1 → failure rate at k = 1; matched.5 → failure rate at matched resolution, K = 5. */
export function metricName(name: string): string {
  const [family, at] = name.split(".");
  if (family === "failureRate") return `failure rate at k = ${at}`;
  if (family === "matched") return `failure rate at matched resolution, K = ${at}`;
  return { rmse: "RMSE", relativeL2: "relative L2 error", r2: "R²", sup: "largest error" }[name] ?? name;
}

/** validation.rmse → validation RMSE. */
export function splitMetricName(text: string): string {
  const [, split, name] = /^(validation|test)\.(.+)$/.exec(text) ?? [];
  return split ? `${split} ${metricName(name)}` : text;
}
