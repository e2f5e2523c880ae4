import { requireArguments } from "../arguments.js";
import { PlateauError } from "../errors.js";
import { eitherSignal } from "../pause.js";
import { sufficientDelta } from "./bounds/resolution.js";
import { type Certificate, roundingOf } from "./certificates/certify.js";
import {
  type CertifyTaskOptions,
  certifyConstructed,
  enclosureOf,
} from "./certificates/certify-constructed.js";
import type { Enclosure } from "./certificates/enclosure.js";
import { type TargetModulus, targetEnclosure } from "./certificates/target-enclosure.js";
import type { Constructed, Construction, Task } from "./constructions/construction.js";

/** A size that is certified. */
export interface LeastSize {
  readonly constructed: Constructed;
  readonly certificate: Certificate;
  /** The next smaller size that there is, which is not certified; absent where this is the first, or it is not known. */
  readonly refused?: { readonly size: number; readonly verdict: "refuted" | "undecided" };
  /** Smaller sizes that the search had no time for: the least one may be among them. */
  readonly untried?: { readonly from: number; readonly to: number };
  /** Sizes tried. */
  readonly tried: number;
}

/** `CertifyTaskOptions`, with the ε that is to hold, and how long to look for the size. */
export interface LeastSizeOptions extends CertifyTaskOptions {
  readonly epsilon: number;
  /** Seconds that the whole search may take. Default 120. */
  readonly limit?: number;
  /** Told of each size before it is tried. */
  readonly onTry?: (size: number) => void;
}

/** An error that falls to no less than this share of itself while the size doubles, twice, falls no more. */
const FALLS = 0.95;

/** Of each size, where none is asked for: less than of one certificate, as several sizes are tried. */
const BOXES = 50_000;
const SECONDS = 15;
/** Seconds of all sizes together. */
export const SEARCH_SECONDS = 120;

/** The i-th size of a ladder, tried; found is absent where its certificate does not hold. */
interface Try {
  readonly i: number;
  readonly constructed: Constructed;
  readonly certificate: Certificate;
}

/**
 * The least size on a construction's ladder whose certificate holds: sizes are doubled until one does, then
 * the interval to the last that does not is halved. So the size before it is known not to hold, and sizes
 * before that are taken not to, either, as errors fall with size. Where time ends that, the least size so far.
 * @throws PlateauError `usage` where float32's rounding is above ε before any size holds, the error falls no
 *   more; `time-limit` where time is over before any size holds; `memory` where none that fits holds; `aborted`
 */
export async function leastSize(
  construction: Construction,
  task: Task,
  options: Record<string, unknown>,
  given: LeastSizeOptions,
): Promise<LeastSize> {
  requireArguments("leastSize", {
    construction: [construction, "Construction: name description sizeName options"],
    task: [task, "Task: target dim f low"],
    options: [options, "object"],
    given: [given, "LeastSizeOptions: epsilon"],
  });
  const { epsilon, limit = SEARCH_SECONDS, onTry, boxes = BOXES, seconds = SECONDS, ...more } = given;
  if (!(limit > 0)) throw new PlateauError("usage", `limit ${limit}: expected seconds, more than 0`);
  const began = performance.now();
  const left = () => limit - (performance.now() - began) / 1000;
  const tries: Try[] = [];
  const ask = `ε = ${epsilon} cannot be certified of ${construction.name} on ${task.f.name}`;
  /** Undefined: time was over before it was decided. */
  const attempt = async (i: number): Promise<Try | undefined> => {
    const size = construction.ladder(task, i);
    onTry?.(size);
    let constructed: Constructed;
    let certificate: Certificate;
    try {
      constructed = construction.construct(task, size, options);
      const time = Math.max(Math.min(seconds, left()), 1e-3);
      const timed = { ...constructed, enclosure: whileTime(enclosureOf(constructed), left) };
      // Points alone take a large network a while, too.
      const over = AbortSignal.timeout(Math.max(1, Math.min(2 ** 31 - 1, Math.ceil(1000 * left()))));
      const signal = eitherSignal(over, more.signal);
      const asked = { ...more, boxes, seconds: time, epsilon, signal };
      certificate = await certifyConstructed(task, timed, asked);
    } catch (error) {
      const late = error instanceof PlateauError && error.code === "aborted" && !more.signal?.aborted;
      if (error === OVER || late) return undefined;
      if (!(error instanceof PlateauError && error.code === "memory") || tries.length === 0) throw error;
      throw new PlateauError(
        "memory",
        `no size that fits is certified for ε = ${epsilon}: ${soFar(tries, epsilon)}; ${error.message}`,
        { cause: error },
      );
    }
    const made = { i, constructed, certificate };
    tries.push(made);
    // Rounding grows with size: what it alone makes impossible, no larger size makes possible.
    const { lower, upper } = certificate.error;
    const rounding = roundingOf(enclosureOf(constructed), task.low, task.high);
    if (certificate.verdict === "refuted" && Number.isFinite(rounding) && rounding > epsilon) {
      throw new PlateauError(
        "usage",
        `${ask}: float32's rounding alone may be ${rounding.toPrecision(2)}; ask for a larger ε`,
      );
    }
    if (certificate.stopped === "rounding" && upper - lower > epsilon) {
      throw new PlateauError(
        "usage",
        `${ask}: at size ${size} what is left of the bound, ${upper.toPrecision(2)}, is float32's rounding; ask for a larger ε`,
      );
    }
    return made;
  };
  const holds = ({ certificate }: Try) => certificate.verdict === "holds";

  const late = (size: number) =>
    new PlateauError(
      "time-limit",
      `no size is certified for ε = ${epsilon} within ${limit} seconds (--search-seconds), which ended at size ${size}${tries.length > 0 ? `: ${soFar(tries, epsilon)}` : ""}`,
    );
  const first = async (i: number): Promise<Try> => {
    const made = await attempt(i);
    if (!made || (!holds(made) && left() <= 0)) throw late(construction.ladder(task, i));
    return made;
  };

  let failed: Try | undefined;
  let found = await first(0);
  let enough: number | undefined;
  for (let [i, still] = [1, 0]; !holds(found); i = 2 * i + 1) {
    failed = found;
    found = await first(i);
    enough ??= sufficientSize(construction, task, epsilon, more.modulus);
    const [before, now] = [failed.certificate.error.lower, found.certificate.error.lower];
    still = failed.constructed.size >= enough && now > FALLS * before ? still + 1 : 0;
    if (still >= 2 && now > epsilon) {
      throw new PlateauError(
        "usage",
        `ε = ${epsilon} is out of reach of ${construction.name} on ${task.f.name}: from size ${failed.constructed.size} to ${found.constructed.size} its error stays at ${now.toPrecision(2)}, what float32 or its options allow; ask for a larger ε`,
      );
    }
  }
  let untried: LeastSize["untried"];
  while (failed && found.i - failed.i > 1) {
    const middle: Try | undefined =
      left() > 0 ? await attempt(Math.floor((failed.i + found.i) / 2)) : undefined;
    if (middle && holds(middle)) found = middle;
    else if (middle && (left() > 0 || middle.certificate.verdict === "refuted")) failed = middle;
    else {
      untried = {
        from: construction.ladder(task, failed.i + 1),
        to: construction.ladder(task, found.i - 1),
      };
      break;
    }
  }
  const { constructed, certificate } = found;
  return {
    constructed,
    certificate,
    refused:
      failed && !untried
        ? {
            size: failed.constructed.size,
            verdict: failed.certificate.verdict as "refuted" | "undecided",
          }
        : undefined,
    untried,
    tried: tries.length,
  };
}

/** Thrown where time is over while a large network is bounded, box by box. */
const OVER = new Error("time is over");

function whileTime(bounds: Enclosure, left: () => number): Enclosure {
  return {
    ...bounds,
    enclose(low, high) {
      if (left() <= 0) throw OVER;
      return bounds.enclose(low, high);
    },
  };
}

/**
 * The size from which an error that falls no more never will: with f's value all over a cell, cells as small
 * are within ε, by the slopes of the target's bounds. Smaller ones may all miss what is narrow or oscillates.
 * Infinite where no finite slope is known; 1 of constructions without cells.
 */
function sufficientSize(
  construction: Construction,
  task: Task,
  epsilon: number,
  modulus?: TargetModulus,
): number {
  if (!construction.sizeOf) return 1;
  const { slopes } = targetEnclosure(task, modulus).enclose(
    Float64Array.from(task.low),
    Float64Array.from(task.high),
  );
  if (!slopes) return Number.POSITIVE_INFINITY;
  const d = task.f.inputs;
  let lipschitz = 0;
  for (let o = 0; o < task.f.outputs; o++) {
    let sum = 0;
    for (let k = o * d; k < (o + 1) * d; k++) {
      sum += Math.max(Math.abs(slopes.low[k]), Math.abs(slopes.high[k]));
    }
    lipschitz = Math.max(lipschitz, sum);
  }
  if (!Number.isFinite(lipschitz)) return Number.POSITIVE_INFINITY;
  const extent = { dim: task.dim, inputTokens: task.target.inputs };
  return construction.sizeOf(task, sufficientDelta(epsilon, lipschitz, extent, { at: "corner" }));
}

/** What a search without success has found: a size that may do and was not proven, else the best one. */
function soFar(tries: readonly Try[], epsilon: number): string {
  const likely = tries.find(({ certificate }) => certificate.error.lower <= epsilon);
  if (likely) {
    const { constructed, certificate } = likely;
    const { error, boxes, stopped } = certificate;
    const more = stopped === "time" ? "--seconds" : "--boxes";
    return `size ${constructed.size} is within ε at every point that was looked at (largest error met ${error.lower.toPrecision(3)}), but ${boxes} ${boxes === 1 ? "box proves" : "boxes prove"} no more than ${error.upper.toPrecision(3)}: allow more with ${more}`;
  }
  const best = tries.reduce((a, b) => (b.certificate.error.lower < a.certificate.error.lower ? b : a));
  return `the best of ${tries.length} tried, size ${best.constructed.size}, has an error of at least ${best.certificate.error.lower.toPrecision(3)}`;
}
