import * as v from "valibot";
import { type Kind, requireArguments, requireOptions } from "../arguments.js";
import { kindOf, PlateauError, quote } from "../errors.js";
import { Model } from "../nn/model.js";
import { pause, type StopSignal, throwIfStopped } from "../pause.js";
import { type BatchFunction, type PointwiseFunction, pointwise } from "../targets/function.js";
import { findTarget } from "../targets/registry.js";
import type { Target } from "../targets/target.js";
import { check, seedNumber, whole } from "../validate.js";
import type { Measure, MeasureContext, Need, Subject } from "./measure.js";
import { modelFunction } from "./model-function.js";
import { findMeasure, measures as registry } from "./registry.js";

/** What became of one measure. */
export type MeasureOutcome =
  | {
      /** One sentence in plain words. */
      readonly line: string;
      /** Plain JSON, as the measure's own file describes it. */
      readonly result: unknown;
      readonly seconds: number;
      readonly seed: number;
    }
  /** Left out, and why: the subject lacks what the measure needs, or nobody asked for it by name and it cannot be taken. */
  | { readonly skipped: string };

/** What `analyze` found: plain JSON. */
export interface Analysis {
  readonly model: string;
  readonly target?: string;
  /** Of errors, variations and slopes' numerators. */
  readonly units: string;
  readonly seed: number;
  /** By name, in the order in which they were taken. */
  readonly measures: Record<string, MeasureOutcome>;
}

/** Which measures are taken, and how. */
export interface AnalyzeOptions {
  /** Names of measures, or measures of your own. Default: all of plateau's. */
  readonly measures?: readonly (string | Measure)[];
  /** Options of single measures, by name. */
  readonly options?: Readonly<Record<string, object>>;
  /** Points looked at, in place of each measure's own default. */
  readonly samples?: number;
  /** Default 0. */
  readonly seed?: number;
  /** Leave out measures that cannot be taken, saying why, instead of throwing. Default: where none is named. */
  readonly optional?: boolean;
  /** Called with the measure at work and the share of it that is done. */
  readonly onProgress?: (measure: string, share: number) => void;
  /** Called when a measure is done: what it found is not lost when a later one is stopped or fails. */
  readonly onMeasure?: (measure: string, outcome: MeasureOutcome) => void;
  /** Stops: rejects with PlateauError `aborted`. */
  readonly signal?: StopSignal;
}

// Numbers and names are held to what they may be where they are read.
const kinds: Readonly<Record<keyof AnalyzeOptions, Kind>> = {
  measures: "anything",
  options: "object?",
  samples: "anything",
  seed: "anything",
  optional: "flag?",
  onProgress: "function?",
  onMeasure: "function?",
  signal: "signal?",
};

const subjectKinds: Readonly<Record<keyof Omit<Subject, "model" | "target">, Kind>> = {
  domain: "Domain: inputs sample?",
  tokens: "object: inputs outputs?",
  test: "object: x y count?",
  train: "object: x y count?",
  centroids: "Centroids: mode low high?",
  network: "Model: architecture parameters?",
  units: "text?",
};

const OWN_UNITS = "the units of the outputs";

const contextSchema = v.object({
  seed: v.optional(seedNumber, 0),
  samples: v.optional(whole(2, 2 ** 24)),
});

const missing: Record<Need, (subject: Subject) => string | undefined> = {
  target: ({ target }) => (target ? undefined : "the target is known by data only"),
  derivative: ({ model }) => (model.vjp ? undefined : `${model.name} has no derivative`),
  "target-derivative": ({ target }) =>
    target?.vjp ? undefined : `${target ? target.name : "the target"} has no derivative`,
  network: ({ network }) => (network ? undefined : "the model is no network of plateau"),
  data: ({ test, target }) => (test || target ? undefined : "there is neither a target nor test data"),
};

/**
 * Takes measures of a subject, one after the other. The result depends on subject, seed and options
 * alone, apart from `seconds`.
 * @throws PlateauError `unknown-name` before anything is computed, `usage` for options that make no sense, `aborted`
 * through the signal: `onMeasure` has what was done by then
 */
export async function analyzeSubject(subject: Subject, options: AnalyzeOptions = {}): Promise<Analysis> {
  requireArguments("analyzeSubject", {
    subject: [subject, "Subject: model domain"],
  });
  requireOptions("analyzeSubject", options, kinds);

  const { samples, signal, onProgress, onMeasure, optional = options.measures === undefined } = options;
  const { seed } = check("analyze", contextSchema, { seed: options.seed, samples });
  const names = options.measures ?? [...registry.keys()];
  if (!Array.isArray(names)) {
    throw new PlateauError("usage", `analyze: measures is ${quote(names)}: expected a list of names`);
  }
  const chosen = names.map(measureOf);
  const twice = chosen.find(({ name }, i) => chosen.findIndex((one) => one.name === name) < i);
  if (twice) {
    throw new PlateauError(
      "usage",
      `analyze: two measures are named ${quote(twice.name)}: results are told by name, give each its own`,
    );
  }
  for (const name of Object.keys(options.options ?? {})) {
    if (!chosen.some((one) => one.name === name)) findMeasure(name);
  }
  const taken: Record<string, MeasureOutcome> = {};
  const analysis: Analysis = { ...analysisOf(subject, seed), measures: taken };
  for (const measure of chosen) {
    const lacking = measure.needs.map((need) => missing[need](subject)).find((reason) => reason);
    const context: MeasureContext = {
      seed,
      ...(samples === undefined ? {} : { samples }),
      signal,
      onProgress: (share) => onProgress?.(measure.name, share),
      ...options.options?.[measure.name],
    };
    const begin = performance.now();
    try {
      await pause();
      throwIfStopped(signal, `measuring ${measure.name}`);
      taken[measure.name] = lacking ? { skipped: lacking } : await take(measure, subject, context, begin);
    } catch (error) {
      throwIfStopped(signal, `measuring ${measure.name}`);
      if (!(optional && error instanceof PlateauError && error.code === "usage")) throw error;
      taken[measure.name] = { skipped: error.message };
    }
    onMeasure?.(measure.name, taken[measure.name]);
  }
  return analysis;
}

/** An analysis without measures. */
export function analysisOf(
  { model, target, units = OWN_UNITS }: Subject,
  seed = 0,
): Omit<Analysis, "measures"> {
  return { model: model.name, ...(target ? { target: target.name } : {}), units, seed };
}

/** A measure by its name, or one of the caller's own. @throws PlateauError `unknown-name`, `usage` */
function measureOf(given: string | Measure): Measure {
  if (typeof given === "string") return findMeasure(given);
  const { name, needs, measure, describe } = given ?? {};
  const whole = typeof name === "string" && Array.isArray(needs) && typeof measure === "function";
  if (whole && typeof describe === "function") {
    const unknown = needs.find((need) => !Object.hasOwn(missing, need));
    if (unknown === undefined) return given;
    throw new PlateauError(
      "usage",
      `analyze: measure ${quote(name)} needs ${quote(unknown)} (known: ${Object.keys(missing).join(", ")})`,
    );
  }
  throw new PlateauError(
    "usage",
    `analyze: a measure is ${kindOf(given)}: expected a name, or { name, description, needs, measure, describe }`,
  );
}

async function take(
  measure: Measure,
  subject: Subject,
  context: MeasureContext,
  begin: number,
): Promise<MeasureOutcome> {
  try {
    const result = await measure.measure(subject, context);
    const seconds = (performance.now() - begin) / 1000;
    return { line: measure.describe(result), result, seconds, seed: context.seed ?? 0 };
  } catch (error) {
    if (error instanceof PlateauError && error.code === "usage") {
      const named = error.message.startsWith(`${measure.name}:`);
      throw new PlateauError("usage", named ? error.message : `${measure.name}: ${error.message}`, {
        cause: error,
      });
    }
    throw error;
  }
}

/** What can be judged: a network, any function of batches, or a plain callback. */
export type Analysable = Model | BatchFunction | PointwiseFunction;

/** What it is held against: a target or its name, any function of batches, or a plain callback. */
export type Reference = Target | string | BatchFunction | PointwiseFunction;

/**
 * Measures how a model approximates a target. Where the target is one of plateau's, its domain is taken;
 * any other needs one.
 * @throws PlateauError `unknown-name` or `usage` before anything is computed
 */
export async function analyze(
  model: Analysable,
  target: Reference | undefined,
  options: AnalyzeOptions & Partial<Omit<Subject, "model" | "target">> = {},
): Promise<Analysis> {
  requireOptions("analyze", options, { ...kinds, ...subjectKinds });

  const network = model instanceof Model ? model : options.network;
  const known = typeof target === "string" ? findTarget(target) : target;
  const judged = model instanceof Model ? modelFunction(model) : functionOf(model);
  const { tokens, test, train, centroids, units, domain, network: _, ...how } = options;
  const common = { model: judged, network, test, train, centroids, units };
  if (known && "asFunction" in known) {
    const dim = judged.inputs / known.inputs;
    if (!Number.isInteger(dim) || judged.outputs !== dim * known.outputs) {
      throw new PlateauError(
        "usage",
        `${judged.name} maps ${judged.inputs} numbers to ${judged.outputs}, ${known.name} ${known.inputs} tokens to ${known.outputs}`,
      );
    }
    return analyzeSubject(
      {
        ...common,
        target: known.asFunction(dim),
        domain: domain ?? known.domainOf(dim),
        tokens: tokens ?? { inputs: known.inputs, outputs: known.outputs },
      },
      how,
    );
  }
  if (!domain) {
    throw new PlateauError(
      "usage",
      "no domain given: analyze needs one unless the target is one of plateau's",
    );
  }
  if (domain.inputs !== judged.inputs) {
    throw new PlateauError(
      "usage",
      `the domain has ${domain.inputs} numbers a point, ${judged.name} takes ${judged.inputs}`,
    );
  }
  return analyzeSubject({ ...common, target: known && functionOf(known), domain, tokens }, how);
}

function functionOf(given: BatchFunction | PointwiseFunction): BatchFunction {
  requireArguments("analyze", { function: [given, "function: name inputs"] });
  return "evaluate" in given ? given : pointwise(given);
}
