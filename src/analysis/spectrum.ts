import * as v from "valibot";
import { PlateauError, quote } from "../errors.js";
import { pacer } from "../pause.js";
import type { Domain } from "../targets/domain.js";
import type { BatchFunction } from "../targets/function.js";
import { check, count, flag, oneOf, whole } from "../validate.js";
import { contextEntries } from "./data/held-out.js";
import type { Measure, Subject } from "./measure.js";
import { windows } from "./spectra/fourier.js";
import { fillsItsBox, gridView, lineView, type Octaves, octaveCount, type View } from "./spectra/octaves.js";
import { bootstrap, type Interval } from "./statistics/bootstrap.js";

/** An octave of which the target has a smaller share of its variation is empty: what is there is rounding. */
export const EMPTY = 1e-10;
/** Octaves with at least this share of the target's variation, 1% in amplitude, decide what is resolved. */
const CARRYING = 1e-4;
/** A relative error of a frequency up to which it counts as resolved. */
export const RESOLVED = 0.5;
/** Segments from which on an interval says something. */
const FEWEST_SEGMENTS = 8;

const powerOfTwo = v.pipe(
  whole(16, 2 ** 20),
  v.check((n) => (n & (n - 1)) === 0, "expected a power of two"),
);

const optionsSchema = v.strictObject({
  ...contextEntries,
  segments: v.optional(count, 32),
  samples: v.optional(whole(16, 2 ** 20)),
  grid: v.optional(v.union([v.literal(0), powerOfTwo], "expected 0 or a power of two from 16")),
  window: v.optional(oneOf(windows), "hann"),
  perLine: v.optional(flag, false),
});

/** Where, and how finely, frequencies are looked at. */
export interface SpectrumOptions {
  /** Segments of the domain to look along, where it has several. Default 32. */
  readonly segments?: number;
  /** Samples of a segment, from 16, rounded down to a power of two. Default 4096 for one input, else 1024. */
  readonly samples?: number;
  /**
   * Samples of a side of the grid over a domain of two inputs, a power of two; 0: no grid. Default 128
   * where the domain's points fill its box, else none.
   */
  readonly grid?: number;
  /** `none` suits functions that are periodic on the segments. Default `hann`. */
  readonly window?: (typeof windows)[number];
  /** Whether to give the octaves of each segment, too. Default false. */
  readonly perLine?: boolean;
}

/** One octave of frequencies; powers are mean squares, in squared units of the outputs, summed over them. */
export interface SpectrumBand {
  /** Cycles per unit of length of the segments' parameter. The last octave holds all that is above, too. */
  readonly low: number;
  readonly high: number;
  readonly target: number;
  readonly model: number;
  /** Of model − target. */
  readonly residual: number;
  /** √(residual / target); null where the target has less than 1e-10 of its variation here. */
  readonly relativeError: number | null;
  /** 95%, by bootstrap over segments; null for fewer than 8 of them, and where there is no relative error. */
  readonly interval: Interval | null;
}

/** Energy by octaves. */
export interface Spectrum {
  /** Samples of a segment, or of a side of the grid. */
  readonly samples: number;
  /** Segments, over whose lengths powers are averaged; 1 for the grid. */
  readonly segments: number;
  /** Squared means: what has no frequency. */
  readonly constant: { readonly target: number; readonly model: number; readonly residual: number };
  readonly bands: readonly SpectrumBand[];
  /**
   * Cycles per unit of length below which every octave with at least 1e-4 of the target's variation is met
   * with a relative error of at most 0.5; 0 where not even the first is.
   */
  readonly resolved: number;
}

/** What measure `spectrum` found: the error by octaves of frequency. */
export interface SpectrumResult extends Spectrum {
  readonly window: (typeof windows)[number];
  readonly outputs: number;
  /** The same over the box of a domain of two inputs, by the length of the frequency vector. */
  readonly grid: Spectrum | null;
  /** With `perLine`: by segment. */
  readonly lines: readonly (Spectrum & { readonly name: string; readonly length: number })[];
}

/**
 * Spectra of target, model and residual by octave. Frequencies above half the sampling rate fold back.
 * A segment's samples are faded out at its ends (Hann's window) so that its ends not meeting is not taken
 * for high frequencies; see `powerSpectrum` for the normalisation. The window spreads a frequency over one
 * cycle to either side, so what lies that near to an octave's edge is shared with its neighbour.
 *
 * Memory: 8 bytes × samples × (inputs + 3·outputs), for one segment or the grid at a time.
 */
export const spectrum: Measure<SpectrumResult, SpectrumOptions> = {
  name: "spectrum",
  description: "error by frequency: which octaves of its target the model meets",
  needs: ["target"],

  async measure(subject, options = {}) {
    const target = targetOf(subject);
    const { model } = subject;
    const { lines, grid, settings, base } = viewsOf(subject.domain, options);
    const pace = pacer("measuring the spectrum", options);
    const views = grid ? [...lines, grid] : lines;
    const seen: Seen[] = [];
    for (const [i, view] of views.entries()) {
      await pace(i / views.length);
      seen.push(seeModel(view, seeTarget(view, target), model));
    }
    await pace(1);
    const along = seen.slice(0, lines.length);
    const { samples, side } = settings;
    return {
      ...summary(along, lines, base.lines, samples, settings.seed),
      window: settings.window,
      outputs: target.outputs,
      grid: grid ? summary(seen.slice(-1), [grid], base.grid, side, settings.seed) : null,
      lines: settings.perLine
        ? lines.map((line, i) => ({
            name: line.name,
            length: line.weight,
            ...summary([along[i]], [line], base.lines, samples, settings.seed),
          }))
        : [],
    };
  },

  describe({ bands, resolved }) {
    const told = carrying(bands);
    if (told.length === 0) return "the target does not vary: it has no spectrum";
    const worst = told.reduce((a, b) => (b.relativeError! > a.relativeError! ? b : a));
    const range = ({ low, high }: SpectrumBand) => `${short(low)} to ${short(high)} cycles per unit`;
    const upTo =
      resolved === 0
        ? `the lowest octave, ${range(told[0])}, is already missed (relative error ${percent(told[0].relativeError!)})`
        : resolved >= told.at(-1)!.high
          ? "every octave of the target is met with at most 50% error"
          : `octaves below ${short(resolved)} cycles per unit are met with at most 50% error, the next is not`;
    return `${upTo}; the largest is ${percent(worst.relativeError!)} at ${range(worst)}`;
  },
};

/** What of target and model was seen in one view. */
export interface Seen {
  readonly target: Octaves;
  readonly model: Octaves;
  readonly residual: Octaves;
}

/** A target's values in a view, with their octaves. */
export interface Reference {
  readonly values: Float64Array;
  readonly octaves: Octaves;
}

/** @throws PlateauError `usage` where there is no target, or one of another shape */
export function targetOf({ model, target, domain }: Pick<Subject, "model" | "target" | "domain">) {
  if (!target) throw new PlateauError("usage", "spectrum: there is no target to compare with: give one");
  for (const { name, inputs, outputs } of [model, target]) {
    if (inputs !== domain.inputs || outputs !== target.outputs) {
      throw new PlateauError(
        "usage",
        `spectrum: ${name} has ${inputs} inputs and ${outputs} outputs, expected ${domain.inputs} and ${target.outputs}`,
      );
    }
  }
  return target;
}

/** @throws PlateauError `usage` where a value is not finite */
export function seeTarget(view: View, target: BatchFunction): Reference {
  const values = valuesIn(view, target);
  return { values, octaves: view.octaves(values, target.outputs) };
}

/** @throws PlateauError `usage` where a value is not finite */
export function seeModel(view: View, reference: Reference, model: BatchFunction): Seen {
  const values = valuesIn(view, model);
  const residual = values.map((value, i) => value - reference.values[i]);
  return {
    target: reference.octaves,
    model: view.octaves(values, model.outputs),
    residual: view.octaves(residual, model.outputs),
  };
}

function valuesIn(view: View, of: BatchFunction) {
  const { name, inputs, outputs } = of;
  const points = view.points();
  const values = of.evaluate(points, view.count);
  const lost = values.findIndex((value) => !Number.isFinite(value));
  if (lost >= 0) {
    const i = Math.floor(lost / outputs);
    const x = [...points.subarray(i * inputs, (i + 1) * inputs)];
    throw new PlateauError("usage", `spectrum: ${name} is ${values[lost]} at x = ${quote(x)}: no spectrum`);
  }
  return values;
}

/** The views of a domain that options ask for. */
export function viewsOf(domain: Domain, options: SpectrumOptions & { readonly seed?: number }) {
  const checked = check("spectrum", optionsSchema, options);
  const { segments: wanted, seed, window, perLine } = checked;
  const asked = checked.samples ?? (domain.inputs === 1 ? 4096 : 1024);
  const samples = 2 ** (31 - Math.clz32(asked));
  const segments = domain.segments(seed, wanted);
  if (segments.length === 0) throw new PlateauError("usage", "spectrum: the domain has no segments");
  const longest = Math.max(...segments.map(({ length }) => length));
  if (checked.grid && domain.inputs !== 2) {
    throw new PlateauError("usage", `spectrum: a grid needs 2 inputs, the domain has ${domain.inputs}`);
  }
  const side = checked.grid ?? (domain.inputs === 2 && fillsItsBox(domain, seed) ? 128 : 0);
  return {
    settings: { samples, side, window, perLine, seed },
    lines: segments.map((segment) => lineView(segment, samples, longest, window)),
    grid: side > 0 ? gridView(domain, side, window) : null,
    /** The lowest frequencies. */
    base: {
      lines: 1 / longest,
      grid: 1 / Math.max(...domain.high.map((high, k) => high - domain.low[k])),
    },
  };
}

/** Powers averaged over views, by their weights, and what follows from them. */
export function summary(
  seen: readonly Seen[],
  views: readonly View[],
  base: number,
  samples: number,
  seed: number,
  intervals = views.length >= FEWEST_SEGMENTS,
): Spectrum {
  let total = 0;
  for (const { weight } of views) total += weight;
  const average = (pick: (one: Seen) => number) => {
    let sum = 0;
    for (const [i, one] of seen.entries()) sum += (views[i].weight / total) * pick(one);
    return sum;
  };
  const count = octaveCount(samples);
  const powers = Array.from({ length: count }, (_, b) => ({
    target: average((one) => one.target.power[b]),
    model: average((one) => one.model.power[b]),
    residual: average((one) => one.residual.power[b]),
  }));
  let variation = 0;
  for (const { target } of powers) variation += target;
  const constant = {
    target: average((one) => one.target.constant),
    model: average((one) => one.model.constant),
    residual: average((one) => one.residual.constant),
  };
  // A constant target's rounding is no variation.
  const floor = EMPTY * Math.max(variation, EMPTY * constant.target);
  const bands = powers.map((power, b): SpectrumBand => {
    const empty = !(power.target > floor);
    const octave = { low: base * 2 ** b, high: base * 2 ** (b + 1), ...power };
    if (empty) return { ...octave, relativeError: null, interval: null };
    const ratio = (indices: ArrayLike<number>) => {
      let residual = 0;
      let target = 0;
      for (let i = 0; i < indices.length; i++) {
        residual += views[indices[i]].weight * seen[indices[i]].residual.power[b];
        target += views[indices[i]].weight * seen[indices[i]].target.power[b];
      }
      return target > 0 ? Math.sqrt(residual / target) : 0;
    };
    return {
      ...octave,
      relativeError: Math.sqrt(power.residual / power.target),
      interval: intervals ? bootstrap(views.length, ratio, { seed, name: `spectrum/${b}` }) : null,
    };
  });
  return { samples, segments: views.length, constant, bands, resolved: resolvedUpTo(bands) };
}

function resolvedUpTo(bands: readonly SpectrumBand[]): number {
  let resolved = 0;
  for (const { relativeError, high } of carrying(bands)) {
    if (relativeError! > RESOLVED) return resolved;
    resolved = high;
  }
  return resolved;
}

/** The octaves that make up the target; in any other a small error is a large share of next to nothing. */
export function carrying(bands: readonly SpectrumBand[]): SpectrumBand[] {
  const variation = bands.reduce((sum, { target }) => sum + target, 0);
  return bands.filter(
    ({ relativeError, target }) => relativeError !== null && target >= CARRYING * variation,
  );
}

const short = (value: number) => String(Number(value.toPrecision(3)));
const percent = (value: number) => `${short(100 * value)}%`;
