import * as v from "valibot";
import { requireArguments } from "../../arguments.js";
import { PlateauError } from "../../errors.js";
import { pacer, type StopSignal } from "../../pause.js";
import { streamKey } from "../../random/keys.js";
import { uniform64 } from "../../random/uniform.js";
import type { BatchFunction } from "../../targets/function.js";
import { check, oneOf, positive, seedNumber, share, whole } from "../../validate.js";
import { difference } from "./difference.js";
import type { Enclosure } from "./enclosure.js";
import { Queue } from "./queue.js";
import { Worst } from "./worst.js";

/** Which error is bounded, and how much work it may take. */
export interface CertifyOptions {
  /** Largest error over the box, or its square mean. Default sup. */
  readonly norm?: "sup" | "l2";
  /** What the error is to stay below or at: decides when to stop. */
  readonly epsilon?: number;
  /** Without ε: stop once the bounds are this share apart. Default 0.05. */
  readonly gap?: number;
  /** Boxes looked at, at most: the same result on every machine. Default 200,000. */
  readonly boxes?: number;
  /** Seconds, at most; where they end it, the result depends on the machine. Default 60. */
  readonly seconds?: number;
  /** Points at which the error is computed before anything is bounded. Default 4096. */
  readonly samples?: number;
  /** Of those points. Default 0. */
  readonly seed?: number;
  readonly signal?: StopSignal;
  /** Called with the share done, 0 … 1. */
  readonly onProgress?: (share: number) => void;
}

/** Functions as they run, and what bounds are known of them, on one box. */
export interface Certified {
  readonly f: BatchFunction;
  readonly g: BatchFunction;
  readonly target: Enclosure;
  readonly model: Enclosure;
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/** Bounds of the error of g as an approximation of f on a box, as plain JSON. */
export interface Certificate {
  readonly norm: "sup" | "l2";
  readonly target: string;
  readonly model: string;
  readonly box: { readonly low: readonly number[]; readonly high: readonly number[] };
  /**
   * sup: of max |f − g| over outputs and points of the box that float32 has. l2: of the root of the mean of
   * (f − g)² over box and outputs. Upper: never exceeded, under `conditions`. Lower: attained.
   */
  readonly error: { readonly lower: number; readonly upper: number };
  /** The worst point found, with both values there. */
  readonly worst: {
    readonly point: readonly number[];
    readonly target: readonly number[];
    readonly model: readonly number[];
    readonly error: number;
  } | null;
  readonly epsilon: number | null;
  /** null without ε. */
  readonly verdict: "holds" | "refuted" | "undecided" | null;
  /**
   * What the upper bound rests on besides arithmetic; of an infinite one, near which point the target has no
   * finite bounds. Empty: it is proven.
   */
  readonly conditions: readonly string[];
  readonly boxes: number;
  /**
   * Why it ended: decided, bounds close enough, all boxes looked at, out of time, or the worst box is so small
   * that what is left of its bound is rounding.
   */
  readonly stopped: "decided" | "gap" | "boxes" | "time" | "rounding";
}

const schema = v.strictObject({
  norm: v.optional(oneOf(["sup", "l2"]), "sup"),
  epsilon: v.optional(positive),
  gap: v.optional(share, 0.05),
  boxes: v.optional(whole(1, 1e9), 200_000),
  seconds: v.optional(positive, 60),
  samples: v.optional(whole(1, 1 << 22), 4096),
  seed: v.optional(seedNumber, 0),
  signal: v.optional(v.any()),
  onProgress: v.optional(v.any()),
});

interface Box {
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly upper: number;
  readonly floor: number;
  /** Share of the whole box. */
  readonly volume: number;
  readonly squareUpper: number;
  readonly squareLower: number;
  readonly side: number;
}

/** A box's bound is all rounding where no more than this share of it is due to the box's size. */
const SPENT = 0.01;

/** Share of the whole box's sides up to which a box counts as close to a point. */
const TINY = 1 / 256;

/** Coordinates of a point that a message names. */
const SHOWN = 8;

/** First points looked at in one go: a large network takes its time, and is to be stopped in between. */
const LOOK = 256;

/** Boxes between looks at the clock and at the worst points found. */
const TURN = 64;

/**
 * Bounds the error of g on a box by branch and bound: the box whose bound is largest is halved until the
 * error is decided, or known well enough. Every upper bound is rounded outward, so with proven enclosures it
 * is never exceeded by what the network computes; the lower bound is an error that was met (sup) or a bound
 * of the same kind (l2).
 * @throws PlateauError `usage`: bad options, or an ε that arithmetic cannot certify; `aborted`
 */
export async function certify(subject: Certified, options: CertifyOptions = {}): Promise<Certificate> {
  requireArguments("certify", {
    subject: [subject, "Certified: f g target model"],
    options: [options, "object?"],
  });

  const { norm, epsilon, gap, boxes, seconds, samples, seed } = check("certificate", schema, options);
  const { target, model, low, high, f, g } = subject;
  if (target.inputs !== model.inputs || target.outputs !== model.outputs) {
    throw new PlateauError(
      "usage",
      `a certificate of ${model.inputs} to ${model.outputs} numbers against ${target.inputs} to ${target.outputs}: target and model must be alike`,
    );
  }
  const pace = pacer("certifying", options);
  const began = performance.now();
  const worst = new Worst(subject);
  const points = firstPoints(low, high, samples, seed);
  for (let from = 0; from < points.length; from += LOOK * low.length) {
    worst.look(points.subarray(from, from + LOOK * low.length));
    await pace(0);
  }
  if (epsilon !== undefined) requireReachable(subject, epsilon, worst);

  const queue = new Queue<Box>();
  let squares = { upper: 0, lower: 0 };
  const put = (box: Box) => {
    queue.put(norm === "sup" ? box.upper : box.volume * (box.squareUpper - box.squareLower), box);
    squares.upper += box.volume * box.squareUpper;
    squares.lower += box.volume * box.squareLower;
  };
  const bounds = () =>
    norm === "sup"
      ? { lower: worst.error, upper: Math.max(queue.top, worst.error) }
      : { lower: Math.sqrt(Math.max(0, squares.lower)), upper: Math.sqrt(squares.upper) };
  put(measured(subject, Float64Array.from(low), Float64Array.from(high), 1));
  let count = 1;
  let stopped: Certificate["stopped"] | undefined;
  let middles: number[] = [];
  for (let turn = 0; !stopped; turn++) {
    if (turn % TURN === 0) {
      worst.look(Float64Array.from(middles));
      middles = [];
      if (norm === "l2") squares = summed(queue);
      await pace(Math.min(1, Math.max(count / boxes, (performance.now() - began) / 1000 / seconds)));
    }
    const { lower, upper } = bounds();
    if (epsilon !== undefined && (upper <= epsilon || lower > epsilon)) stopped = "decided";
    // ∞ − lower is no more than a share of ∞, but nothing is known then.
    else if (epsilon === undefined && Number.isFinite(upper) && upper - lower <= gap * upper) stopped = "gap";
    else if (count + 2 > boxes) stopped = "boxes";
    else if (turn % TURN === 0 && performance.now() - began > 1000 * seconds) stopped = "time";
    if (stopped) break;
    const box = queue.take()!;
    const halves = halved(box);
    const spent =
      Number.isFinite(box.upper) &&
      box.upper - box.floor <= SPENT * box.upper &&
      !(epsilon !== undefined && box.floor <= epsilon);
    if (!halves || (norm === "sup" && spent)) {
      // No float64 lies between its ends, or halving would change next to nothing.
      queue.put(box.upper, box);
      stopped = "rounding";
      break;
    }
    squares.upper -= box.volume * box.squareUpper;
    squares.lower -= box.volume * box.squareLower;
    for (const [from, to] of halves) {
      const half = measured(subject, from, to, box.volume / 2);
      put(half);
      for (let k = 0; k < from.length; k++) middles.push(0.5 * (from[k] + to[k]));
    }
    // An infinite bound cannot be taken back by subtraction.
    if (norm === "l2" && !Number.isFinite(squares.upper)) squares = summed(queue);
    count += 2;
  }
  worst.look(Float64Array.from(middles));
  squares = summed(queue);
  const error = bounds();
  options.onProgress?.(1);
  return {
    norm,
    target: f.name,
    model: g.name,
    box: { low: [...low], high: [...high] },
    error,
    worst: worst.found,
    epsilon: epsilon ?? null,
    verdict:
      epsilon === undefined
        ? null
        : error.upper <= epsilon
          ? "holds"
          : error.lower > epsilon
            ? "refuted"
            : "undecided",
    conditions: [...(target.conditions ?? []), ...(model.conditions ?? []), ...unbounded(subject, queue)],
    boxes: count,
    stopped,
  };
}

function measured({ target, model }: Certified, low: Float64Array, high: Float64Array, volume: number): Box {
  return { low, high, volume, ...difference(target, model, low, high) };
}

function halved({ low, high, side }: Box): [Float64Array, Float64Array][] | undefined {
  const middle = 0.5 * (low[side] + high[side]);
  if (!(low[side] < middle && middle < high[side])) return undefined;
  const [left, right] = [high.slice(), low.slice()];
  left[side] = middle;
  right[side] = middle;
  return [
    [low, left],
    [right, high],
  ];
}

/** Where the target may not be finite: the first of the worst boxes, if it has no finite bounds there. */
function unbounded({ target, low: from, high: to }: Certified, queue: Queue<Box>): string[] {
  const box = queue.first;
  if (!box || Number.isFinite(box.upper)) return [];
  // On large boxes that need not mean anything.
  if (box.low.some((least, k) => box.high[k] - least > TINY * (to[k] - from[k]))) return [];
  const { low, high } = target.enclose(box.low, box.high);
  if (low.every(Number.isFinite) && high.every(Number.isFinite)) return [];
  const middle = Array.from(box.low, (least, k) => 0.5 * (least + box.high[k]));
  const width = box.low.reduce((most, least, k) => Math.max(most, box.high[k] - least), 0);
  const shown = middle.slice(0, SHOWN).map((value) => String(Number(value.toPrecision(9))));
  const point = shown.join(", ") + (middle.length > SHOWN ? ", …" : "");
  return [
    `the target may not be finite near (${point}): it has no finite bounds on a box of side ${width.toPrecision(2)} there`,
  ];
}

/** Anew, so that what additions and subtractions rounded off does not gather; outward. */
function summed(queue: Queue<Box>): { upper: number; lower: number } {
  let [upper, lower] = [0, 0];
  for (const { volume, squareUpper, squareLower } of queue) {
    upper += volume * squareUpper;
    lower += volume * squareLower;
  }
  const slack = (queue.length + 2) * 2 ** -52;
  return { upper: upper * (1 + slack), lower: lower * (1 - slack) };
}

/** Corners, where there are few, and seeded points, one in each of equal parts of the first side. */
function firstPoints(
  low: readonly number[],
  high: readonly number[],
  samples: number,
  seed: number,
): Float64Array {
  const d = low.length;
  const x = uniform64(streamKey(seed, "certificate"), 0, samples * d);
  for (let i = 0; i < samples; i++) x[i * d] = (i + x[i * d]) / samples;
  const corners = d <= 10 ? 2 ** d : 0;
  const out = new Float64Array((samples + corners) * d);
  for (let i = 0; i < samples * d; i++) out[i] = low[i % d] + x[i] * (high[i % d] - low[i % d]);
  for (let c = 0; c < corners; c++) {
    for (let k = 0; k < d; k++) out[(samples + c) * d + k] = (c >> k) & 1 ? high[k] : low[k];
  }
  return out;
}

/** The largest error that float32's rounding may make at the middle of a box, and at another point. */
export function roundingOf(
  model: Enclosure,
  low: readonly number[],
  high: readonly number[],
  point?: Float64Array | null,
): number {
  const middle = Float64Array.from(low, (from, k) => 0.5 * (from + high[k]));
  let most = 0;
  for (const x of point ? [middle, point] : [middle]) {
    for (const rounding of model.enclose(x, x).rounding ?? []) most = Math.max(most, rounding);
  }
  return most;
}

/** @throws PlateauError `usage` where rounding alone is more than ε, at the worst point or in the middle */
function requireReachable({ model, low, high, g }: Certified, epsilon: number, worst: Worst): void {
  // What is refuted needs no bound.
  if (worst.error > epsilon) return;
  const rounding = roundingOf(model, low, high, worst.point);
  if (!(rounding > epsilon) || !Number.isFinite(rounding)) return;
  throw new PlateauError(
    "usage",
    `ε = ${epsilon} is below what can be certified of ${g.name}: float32's rounding alone may be ${rounding.toPrecision(2)} at a single point; ask for a larger ε`,
  );
}
