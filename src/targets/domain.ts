import { requireArguments } from "../arguments.js";
import { PlateauError, quote } from "../errors.js";
import { streamKey } from "../random/keys.js";
import { uniform64 } from "../random/uniform.js";
import type { BatchFunction } from "./function.js";

/** A smooth path through a domain: t in [0, length] ↦ a point. */
export interface Segment {
  readonly name: string;
  /** Length of the parameter's interval; of the path itself where tangents have norm 1. */
  readonly length: number;
  /** At N parameters t: points [N, inputs], and tangents dx/dt [N, inputs]. */
  at(t: Float64Array): { points: Float64Array<ArrayBuffer>; tangents: Float64Array<ArrayBuffer> };
}

/** A box of parameters and the map from it into a domain. Without a map the points are the parameters. */
export interface Chart {
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly map?: BatchFunction;
}

/** Where a function is looked at. */
export interface Domain {
  /** Numbers of a point. */
  readonly inputs: number;
  /** A box that holds every point. */
  readonly low: readonly number[];
  readonly high: readonly number[];
  /** Points start … start+count−1 [count, inputs] of the stream of a seed: what averages are taken over. */
  sample(seed: number, start: number, count: number): Float64Array<ArrayBuffer>;
  /** `count` segments of the domain, the same for the same seed. */
  segments(seed: number, count: number): Segment[];
  /**
   * The whole domain as the image of a box, for measures that search it. Without one they look along
   * segments: only those are known to stay on the domain.
   */
  readonly chart?: Chart;
}

/**
 * A box with uniform points. Segments: in one dimension the whole interval, once; in more, chords
 * between two uniform points, parametrised by length.
 * @throws PlateauError `usage` where a side is empty or not finite
 */
export function box(low: readonly number[], high: readonly number[]): Domain {
  requireArguments("box", { low: [low, "numbers"], high: [high, "numbers"] });

  const inputs = low.length;
  if (inputs < 1 || high.length !== inputs) {
    throw new PlateauError("usage", `a box from ${inputs} to ${high.length} numbers has no sides`);
  }
  for (let i = 0; i < inputs; i++) {
    if (!(Number.isFinite(low[i]) && Number.isFinite(high[i]) && low[i] < high[i])) {
      throw new PlateauError(
        "usage",
        `side ${i + 1} of the domain is ${quote(low[i])} to ${quote(high[i])}: low must be finite and below high`,
      );
    }
  }
  const points = (stream: string, seed: number, start: number, count: number) => {
    const x = uniform64(streamKey(seed, `domain/${stream}`), start * inputs, count * inputs);
    for (let i = 0; i < x.length; i++) x[i] = low[i % inputs] + x[i] * (high[i % inputs] - low[i % inputs]);
    return x;
  };
  return {
    inputs,
    low,
    high,
    chart: { low, high },
    sample: (seed, start, count) => points("points", seed, start, count),
    segments(seed, count) {
      if (inputs === 1) return [chord("the domain", Float64Array.from(low), Float64Array.from(high))];
      const ends = points("segments", seed, 0, 2 * count);
      const end = (i: number) => ends.slice(i * inputs, (i + 1) * inputs);
      return Array.from({ length: count }, (_, i) => chord(`chord ${i + 1}`, end(2 * i), end(2 * i + 1)));
    },
  };
}

/**
 * The straight way from one point to another, by length.
 * @throws PlateauError `usage` where an argument is of another kind
 */
export function chord(name: string, from: Float64Array, to: Float64Array): Segment {
  requireArguments("chord", { name: [name, "text"], from: [from, "doubles"], to: [to, "doubles"] });

  const inputs = from.length;
  let squares = 0;
  for (let k = 0; k < inputs; k++) squares += (to[k] - from[k]) * (to[k] - from[k]);
  const length = Math.sqrt(squares);
  return curve({
    name,
    length,
    inputs,
    point(t, point, tangent) {
      for (let k = 0; k < inputs; k++) {
        tangent[k] = (to[k] - from[k]) / length;
        point[k] = from[k] + t * tangent[k];
      }
    },
  });
}

/** What a curve segment needs to know of its map t ↦ x. */
export interface Curve {
  readonly name: string;
  readonly length: number;
  readonly inputs: number;
  /** Writes the point at t, and the tangent. */
  readonly point: (t: number, point: Float64Array, tangent: Float64Array) => void;
}

/**
 * A segment along any curve.
 * @throws PlateauError `usage` where an argument is of another kind
 */
export function curve(curve: Curve): Segment {
  requireArguments("curve", { curve: [curve, "Curve: name length inputs point"] });
  const { name, length, inputs, point } = curve;
  return {
    name,
    length,
    at(t) {
      const points = new Float64Array(t.length * inputs);
      const tangents = new Float64Array(t.length * inputs);
      for (let i = 0; i < t.length; i++) {
        const here = i * inputs;
        point(t[i], points.subarray(here, here + inputs), tangents.subarray(here, here + inputs));
      }
      return { points, tangents };
    },
  };
}
