import type { Model } from "../nn/model.js";
import type { StopSignal } from "../pause.js";
import type { Domain } from "../targets/domain.js";
import type { BatchFunction } from "../targets/function.js";
import type { Centroids } from "./metrics/matched.js";

/** Rows of inputs [count, p] and true outputs [count, q]. */
export interface Samples {
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly count: number;
}

/** What a measure looks at. Only `model` and `domain` are always there. */
export interface Subject {
  /** The function that is judged. */
  readonly model: BatchFunction;
  /** What it is to approximate, where that is known beyond data. */
  readonly target?: BatchFunction;
  readonly domain: Domain;
  /** Of what the outputs, and so errors and variations, are numbers. Default: the outputs' own units. */
  readonly units?: string;
  /** How a point and a value divide into tokens. Default: one input and one output token, as wide as they are. */
  readonly tokens?: { readonly inputs: number; readonly outputs: number };
  /** Held-out data. Default: drawn from domain and target. */
  readonly test?: Samples;
  readonly train?: Samples;
  /** Where centroids of quantised outputs lie. Default: per coordinate, over the range of the true outputs. */
  readonly centroids?: Centroids;
  /** The network behind `model`, for what only a network has (attention, layer-wise bounds). */
  readonly network?: Model;
}

/** What every measure takes besides its own options. */
export interface MeasureContext {
  /** Default 0. */
  readonly seed?: number;
  /** Points looked at; each measure has its own default. */
  readonly samples?: number;
  /** Called with the share done, 0 … 1. */
  readonly onProgress?: (share: number) => void;
  readonly signal?: StopSignal;
}

/** What a measure cannot do without. */
export type Need = "target" | "derivative" | "target-derivative" | "network" | "data";

/**
 * A measure: one file, one line in the registry. Its result is plain JSON with sample sizes and units;
 * what it estimates from a sample has a 95% interval.
 */
export interface Measure<R = unknown, O = object> {
  readonly name: string;
  /** One line. */
  readonly description: string;
  /** Without these `measure` throws `usage`, and `analyze` leaves the measure out, saying why. */
  readonly needs: readonly Need[];
  /** @throws PlateauError `usage` on options that make no sense, `aborted` through the signal */
  measure(subject: Subject, options?: MeasureContext & O): Promise<R>;
  /** One sentence in plain words, with the numbers that carry it. */
  describe(result: R): string;
}
