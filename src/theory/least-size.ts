import { PlateauError } from "../errors.js";
import { type Certificate, roundingOf } from "./certificates/certify.js";
import {
  type CertifyTaskOptions,
  certifyConstructed,
  enclosureOf,
} from "./certificates/certify-constructed.js";
import type { Constructed, Construction, Task } from "./constructions/construction.js";

/** A size that is certified. */
export interface LeastSize {
  readonly constructed: Constructed;
  readonly certificate: Certificate;
  /** The next smaller size that there is, which is not certified; absent where this is the first. */
  readonly refused?: { readonly size: number; readonly verdict: "refuted" | "undecided" };
  /** Sizes tried. */
  readonly tried: number;
}

export interface LeastSizeOptions extends CertifyTaskOptions {
  readonly epsilon: number;
  /** Told of each size before it is tried. */
  readonly onTry?: (size: number) => void;
}

/** An error that falls to no less than this share of itself while the size doubles, twice, falls no more. */
const FALLS = 0.95;

/** Of each size, where none is asked for: less than of one certificate, as several sizes are tried. */
const BOXES = 50_000;
const SECONDS = 15;

function budget(options: CertifyTaskOptions): CertifyTaskOptions {
  return { ...options, boxes: options.boxes ?? BOXES, seconds: options.seconds ?? SECONDS };
}

/** The i-th size of a ladder, tried; found is absent where its certificate does not hold. */
interface Try {
  readonly i: number;
  readonly constructed: Constructed;
  readonly certificate: Certificate;
}

/**
 * The least size on a construction's ladder whose certificate holds: sizes are doubled until one does, then
 * the interval to the last that does not is halved. So the size before it is known not to hold, and sizes
 * before that are taken not to, either, as errors fall with size.
 * @throws PlateauError `usage` where float32's rounding is above ε before any size holds; `memory` where none
 *   that fits holds; `aborted`
 */
export async function leastSize(
  construction: Construction,
  task: Task,
  options: Record<string, unknown>,
  { epsilon, onTry, ...more }: LeastSizeOptions,
): Promise<LeastSize> {
  let tried = 0;
  let best = Number.POSITIVE_INFINITY;
  const attempt = async (i: number): Promise<Try> => {
    const size = construction.ladder(task, i);
    onTry?.(size);
    tried++;
    let constructed: Constructed;
    let certificate: Certificate;
    try {
      constructed = construction.construct(task, size, options);
      certificate = await certifyConstructed(task, constructed, { ...budget(more), epsilon });
    } catch (error) {
      if (!(error instanceof PlateauError && error.code === "memory") || !Number.isFinite(best)) throw error;
      throw new PlateauError(
        "memory",
        `no size that fits is certified for ε = ${epsilon} (the best one's error is at least ${best.toPrecision(3)}): ${error.message}`,
        { cause: error },
      );
    }
    best = Math.min(best, certificate.error.lower);
    // Rounding grows with size: what it alone makes impossible, no larger size makes possible.
    const { lower, upper } = certificate.error;
    const rounding = roundingOf(enclosureOf(constructed), task.low, task.high);
    if (certificate.verdict === "refuted" && Number.isFinite(rounding) && rounding > epsilon) {
      throw new PlateauError(
        "usage",
        `ε = ${epsilon} cannot be certified of ${construction.name} on ${task.f.name}: float32's rounding alone may be ${rounding.toPrecision(2)}; ask for a larger ε`,
      );
    }
    if (certificate.stopped === "rounding" && upper - lower > epsilon) {
      throw new PlateauError(
        "usage",
        `ε = ${epsilon} cannot be certified of ${construction.name} on ${task.f.name}: at size ${size} what is left of the bound, ${certificate.error.upper.toPrecision(2)}, is float32's rounding; ask for a larger ε`,
      );
    }
    return { i, constructed, certificate };
  };
  const holds = ({ certificate }: Try) => certificate.verdict === "holds";

  let failed: Try | undefined;
  let found = await attempt(0);
  for (let [i, still] = [1, 0]; !holds(found); i = 2 * i + 1) {
    failed = found;
    found = await attempt(i);
    const [before, now] = [failed.certificate.error.lower, found.certificate.error.lower];
    still = now > FALLS * before ? still + 1 : 0;
    if (still >= 2 && !holds(found)) {
      throw new PlateauError(
        "usage",
        `ε = ${epsilon} is out of reach of ${construction.name} on ${task.f.name}: from size ${failed.constructed.size} to ${found.constructed.size} its error stays at ${now.toPrecision(2)}, what float32 or its options allow; ask for a larger ε`,
      );
    }
  }
  while (failed && found.i - failed.i > 1) {
    const middle: Try = await attempt(Math.floor((failed.i + found.i) / 2));
    if (holds(middle)) found = middle;
    else failed = middle;
  }
  const { constructed, certificate } = found;
  return {
    constructed,
    certificate,
    refused: failed && {
      size: failed.constructed.size,
      verdict: failed.certificate.verdict as "refuted" | "undecided",
    },
    tried,
  };
}
