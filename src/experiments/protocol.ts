import * as v from "valibot";
import { PlateauError, quote, unknownName } from "../errors.js";
import { paddingConventions } from "../nn/padding.js";
import { check, oneOf } from "../validate.js";

/**
 * How a model is set up, trained and judged: one field for each question that an audit of the study's
 * published code has to ask (numbered as in the table of docs/guides/protocols.md). The first value of each is what that code
 * does, the second ours.
 */
export const protocolSchema = v.strictObject({
  /** Which of the two the fields come from that are not overridden, and the defaults of all other options. */
  base: oneOf(["study", "sound"]),
  /** 1. Regression: is the prediction the last LayerNorm's output, or a linear layer's on top of it? */
  outputHead: oneOf(["none", "linear"]),
  /**
   * 2. How a regression is judged: by the failure rate among all true vectors of the evaluation set,
   * which validation then minimises; or on the scale of a classification, after quantising with the same
   * centroids (matched resolution), while validation minimises the RMSE. A classification is judged by
   * its failure rate among the classes either way.
   */
  metric: oneOf(["nearest-neighbour", "matched-resolution"]),
  /** 3. Is a class the nearest of K centroids on the diagonal of R^d, or one of K per coordinate? */
  classDefinition: oneOf(["diagonal", "per-coordinate"]),
  /** 4. Do the centroids span [−1, 1], or the range of the target's outputs? */
  classRange: oneOf(["unit", "target"]),
  /** 5. May an output position see later true outputs (its own among them)? */
  decoderMask: oneOf(["none", "causal"]),
  /** 6. Is the decoder's first input a random vector that is drawn anew for testing, or learned and stored? */
  startVector: oneOf(["random", "learned"]),
  /** 7. Weight decay: added to Adam's gradient, decoupled from it (AdamW), or none. */
  weightDecay: oneOf(["l2", "decoupled", "none"]),
  /** 8. Floor of the learning rate: none, or 10% of the peak. */
  learningRateFloor: oneOf(["none", "tenth"]),
  /** 9. What a 1 in the key-padding mask marks (`keyMask`). The targets have no padding: no effect on them. */
  paddingMask: oneOf(paddingConventions),
  /** 10. Does training stop at the first validation (200 updates), or run to its end? */
  trainingLength: oneOf(["first-validation", "full"]),
  /** 11. Is the model as wide as a token (no input embedding), or are tokens embedded into a wider one? */
  width: oneOf(["tied", "embedded"]),
  /**
   * 12. What the decoder reads when a model of several output tokens is judged: the true outputs, shifted
   * (as in training), or its own predictions. Ours; it follows from question 5.
   */
  decoding: oneOf(["teacher-forcing", "own-predictions"]),
});

/**
 * An answer to every question: see docs/guides/protocols.md.
 * @useDeclaredType
 */
export type Protocol = v.InferOutput<typeof protocolSchema>;

const study: Protocol = {
  base: "study",
  outputHead: "none",
  metric: "nearest-neighbour",
  classDefinition: "diagonal",
  classRange: "unit",
  decoderMask: "none",
  startVector: "random",
  weightDecay: "l2",
  learningRateFloor: "none",
  paddingMask: "one-is-valid",
  trainingLength: "first-validation",
  width: "tied",
  decoding: "teacher-forcing",
};

const sound: Protocol = {
  base: "sound",
  outputHead: "linear",
  metric: "matched-resolution",
  classDefinition: "per-coordinate",
  classRange: "target",
  decoderMask: "causal",
  startVector: "learned",
  weightDecay: "decoupled",
  learningRateFloor: "tenth",
  paddingMask: "one-is-ignored",
  trainingLength: "full",
  width: "embedded",
  decoding: "own-predictions",
};

/** The study's published code, and what we hold to be sound. */
export const protocols = { study, sound } as const;
/** A protocol that has a name. */
export type ProtocolName = keyof typeof protocols;

/** A named protocol, with fields overridden one by one: `{ base: "study", outputHead: "linear" }`. */
export type ProtocolInput = ProtocolName | Partial<Protocol>;

/** @throws PlateauError `unknown-name` or `usage`, quoting name, field or value. */
export function resolveProtocol(input: ProtocolInput = "sound"): Protocol {
  if (typeof input === "string") {
    if (!Object.hasOwn(protocols, input)) throw unknownName("protocol", input, Object.keys(protocols));
    return { ...protocols[input] };
  }
  const checked = check("protocol", v.partial(protocolSchema), input);
  return { ...protocols[checked.base ?? "sound"], ...checked };
}

/** `sound` or `study`, with the fields that were overridden. */
export function describeProtocol(protocol: Protocol): string {
  const { base } = protocol;
  const fields = (Object.keys(protocol) as (keyof Protocol)[]).filter(
    (key) => protocol[key] !== protocols[base][key],
  );
  return fields.length === 0
    ? base
    : `${base} with ${fields.map((key) => `${key}=${protocol[key]}`).join(", ")}`;
}

/** Reads `field=value` as the command line gives it. @throws PlateauError `usage` */
export function parseOverride(text: string): Partial<Protocol> {
  const [field, value, ...rest] = text.split("=");
  if (!value || rest.length > 0) {
    throw new PlateauError("usage", `protocol override ${quote(text)} is not of the form field=value`);
  }
  if (field === "base") {
    throw new PlateauError("usage", `the base of a protocol is named by --protocol ${value}`);
  }
  return check("protocol", v.partial(v.omit(protocolSchema, ["base"])), { [field]: value });
}
