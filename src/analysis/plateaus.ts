import * as v from "valibot";
import { PlateauError, quote } from "../errors.js";
import { pacer } from "../pause.js";
import type { Segment } from "../targets/domain.js";
import { check, positive, seedNumber, whole } from "../validate.js";
import type { Measure } from "./measure.js";
import { type Along, sampleAlong, ticksAlong } from "./paths/along.js";
import { flatness, incrementsOf, profile } from "./paths/flatness.js";
import { type Flat, type Profiled, sharePart, summarise } from "./paths/plateaus-summary.js";
import {
  knotCells,
  type PieceCount,
  pieceCount,
  type SegmentPieces,
  segmentPieces,
} from "./pieces/effective-pieces.js";
import type { Estimate } from "./statistics/bootstrap.js";
import { ratio } from "./statistics/ratio.js";

/** A model has plateaus of its own where it is flat, and its target is not, over more than this share. */
export const PLATEAU_SHARE = 0.1;
/** Flat is where |g′| is at most this share of the mean, unless told. */
export const TAU = 0.05;
const SWEEP = [0.01, 0.02, 0.05, 0.1, 0.2];
const SEGMENTS = 8;
/** Cells of a segment, where there is one; where there are several. */
const CELLS = { one: 2048, several: 512 };

export interface PlateausOptions {
  /** Segments to look along, or how many to draw from the domain. Default 8 (a domain may have only one). */
  readonly segments?: number | readonly Segment[];
  /** Flat is where |g′| ≤ tau · total variation / length. Default 0.05. */
  readonly tau?: number;
  /** Thresholds for the sweep. Default 0.01, 0.02, 0.05, 0.1, 0.2. */
  readonly sweep?: readonly number[];
}

/** What measure `plateaus` found: whether the model is flat in steps. */
export interface PlateausResult {
  readonly segments: number;
  /** Names of the segments, and their lengths in the parameter. */
  readonly along: readonly { readonly name: string; readonly length: number }[];
  /** Cells of equal length that each segment is cut into: `samples`, made even; derivatives in their middles. */
  readonly cells: number;
  readonly tau: number;
  /**
   * What the intervals mean. `segments`: 95%, over segments of the domain, by bootstrap. `grid`: there is one
   * segment, nothing is drawn at random, and the bounds say what cells of that width leave open, given that
   * the function does nothing between samples: ends of flat runs are known to half a cell, and variation,
   * jump mass and pieces are compared with those of cells twice as wide (both ours).
   */
  readonly intervals: "segments" | "grid";
  readonly model: Flat;
  /** Null where no target is known, as are the next two. */
  readonly target: Flat | null;
  /** Share of the length where the model is flat and the target is not. */
  readonly flatBeyondTarget: Estimate | null;
  /** L2 error: root of the mean over segments, cells and outputs of (model − target)². */
  readonly rmse: number | null;
  /** The least number of optimal pieces that approximate the target no worse than the model does. */
  readonly effectivePieces: {
    readonly constant: PieceCount;
    /** Continuous, with knots at borders of `knotCells` equal parts of a segment. */
    readonly linear: PieceCount;
    readonly knotCells: number;
  } | null;
  /**
   * `yes` where `flatBeyondTarget` (without a target, the model's `flatShare`) is above 0.1 with its whole
   * interval, `no` where it is below, else `unclear`.
   */
  readonly plateaus: "yes" | "no" | "unclear";
}

const schema = v.object({
  seed: v.optional(seedNumber, 0),
  samples: v.optional(whole(16, 2 ** 17)),
  tau: v.optional(positive, TAU),
  sweep: v.optional(v.array(positive, "expected a list of numbers above 0"), SWEEP),
});

/**
 * How flat a function is along segments, where its target is not, and how many optimal pieces its error is
 * worth. A rise within one cell counts as a jump, whether or not the function is continuous, where it is more
 * than 6 times what the derivative explains (∛x at 0, with its infinite derivative, reaches 2.4) and above
 * 5% of the mean increment. Functions without a derivative are read off their increments, which blurs flat
 * runs by a cell. What happens between two samples is not seen.
 *
 * Memory: some 50 bytes a cell and output, 50 more a cell and segment, and about 1 MB for the pieces.
 */
export const plateaus: Measure<PlateausResult, PlateausOptions> = {
  name: "plateaus",
  description: "flat runs, jumps and the optimal pieces that an error is worth, along segments",
  needs: [],

  async measure(subject, options = {}) {
    const { model, target } = subject;
    const { seed, samples, tau, sweep } = check("plateaus", schema, options);
    if (target && target.outputs !== model.outputs) {
      throw new PlateauError(
        "usage",
        `${quote(model.name)} has ${model.outputs} outputs, its target ${quote(target.name)} ${target.outputs}`,
      );
    }
    const segments = segmentsOf(options.segments ?? SEGMENTS, (count) =>
      subject.domain.segments(seed, count),
    );
    const one = segments.length === 1;
    const wanted = samples ?? (one ? CELLS.one : CELLS.several);
    const cells = wanted + (wanted % 2);

    const pace = pacer("measuring plateaus", options);
    const each = ticksAlong(model, cells) + (target ? ticksAlong(target, cells) + target.outputs : 0);
    let ticks = 0;
    const tick = () => pace(++ticks / (each * segments.length));
    const breathe = () => pace(ticks / (each * segments.length));

    const models: Profiled[] = [];
    const targets: Profiled[] = [];
    const fits: SegmentPieces[] = [];
    let squares = 0;
    for (const segment of segments) {
      const g = await sampleAlong(model, segment, cells, tick);
      models.push(profiled(g));
      if (!target) continue;
      const f = await sampleAlong(target, segment, cells, tick);
      targets.push(profiled(f));
      squares += squaredError(f, g);
      fits.push(await segmentPieces(f, g, one, tick, breathe));
    }

    const flat = summarise(model.vjp ? "exact" : "increments", models, tau, sweep, seed);
    const beyond = target ? flatBeyond(models, targets, tau, seed) : null;
    return {
      segments: segments.length,
      along: segments.map(({ name, length }) => ({ name, length })),
      cells,
      tau,
      intervals: one ? "grid" : "segments",
      model: flat,
      target: target ? summarise(target.vjp ? "exact" : "increments", targets, tau, sweep, seed) : null,
      flatBeyondTarget: beyond,
      rmse: target ? Math.sqrt(squares / (segments.length * cells * model.outputs)) : null,
      effectivePieces: target
        ? {
            constant: pieceCount(fits, "constant", cells, seed),
            linear: pieceCount(fits, "linear", cells, seed),
            knotCells: knotCells(cells),
          }
        : null,
      plateaus: verdict(beyond ?? flat.flatShare),
    };
  },

  describe({ segments, model, target, flatBeyondTarget, effectivePieces, plateaus }) {
    const where = segments === 1 ? "the segment" : `${segments} segments`;
    const rises = model.jumps.count > 0 ? ` with ${counted(model.jumps.count, "jump")}` : "";
    const source = model.derivative === "increments" ? ", judged by increments," : "";
    const itself = `the model${source} is flat over ${percent(model.flatShare.value)} of ${where}${rises}`;
    const judged = flatBeyondTarget ?? model.flatShare;
    const range = `${percent(judged.low)} to ${percent(judged.high)}`;
    const finding = {
      yes: `plateaus (flat on its own over ${range}, in runs of ${Number(model.resolution.value.toPrecision(2))}; above 10% counts)`,
      no: `no plateaus (flat on its own over ${range}; above 10% would count)`,
      unclear: `not clear whether it has plateaus (flat on its own over ${range}; above 10% would count)`,
    }[plateaus];
    if (!target || !effectivePieces) return `${itself}; there is no target to compare with: ${finding}`;
    const { constant, linear } = effectivePieces;
    return (
      `${itself}, its target over ${percent(target.flatShare.value)}: ${finding}; ` +
      `its error is that of ${pieces(constant, "optimal constant piece")} or ${pieces(linear, "linear one")}`
    );
  },
};

/** Equal thresholds for model and target, each with its own variation. */
function flatBeyond(
  models: readonly Profiled[],
  targets: readonly Profiled[],
  tau: number,
  seed: number,
): Estimate {
  const parts = models.map(({ profile: g }, s) => {
    const own = flatness(g, tau);
    const other = flatness(targets[s].profile, tau);
    let count = 0;
    for (let i = 0; i < g.cells; i++) if (own.flat[i] && !other.flat[i]) count++;
    return sharePart(g, count, own.borders + other.borders);
  });
  return ratio(parts, seed)!;
}

const profiled = (along: Along): Profiled => ({ profile: profile(along), coarse: incrementsOf(along, 4) });

/** Sum over the middles of the cells and the outputs. */
function squaredError(f: Along, g: Along): number {
  let squares = 0;
  for (let i = 0; i < f.cells; i++) {
    for (let j = 0; j < f.outputs; j++) {
      const at = (2 * i + 1) * f.outputs + j;
      squares += (g.values[at] - f.values[at]) * (g.values[at] - f.values[at]);
    }
  }
  return squares;
}

function verdict({ low, high }: Estimate): PlateausResult["plateaus"] {
  if (low > PLATEAU_SHARE) return "yes";
  return high < PLATEAU_SHARE ? "no" : "unclear";
}

function segmentsOf(given: unknown, draw: (count: number) => Segment[]): readonly Segment[] {
  if (!Array.isArray(given)) return draw(check("plateaus: segments", whole(1, 10_000), given));
  if (given.length === 0) throw new PlateauError("usage", "plateaus: segments is empty: give at least one");
  for (const segment of given as Segment[]) {
    if (!(segment?.length > 0 && Number.isFinite(segment.length))) {
      throw new PlateauError(
        "usage",
        `plateaus: segment ${quote(segment?.name)} has length ${quote(segment?.length)}: give one above 0`,
      );
    }
  }
  return given;
}

/** Two significant digits. */
const percent = (share: number) => `${Number((100 * share).toPrecision(2))}%`;
const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`;

function pieces({ pieces, atLeast }: PieceCount, what: string): string {
  const rounded = pieces >= 100 ? Math.round(pieces) : Number(pieces.toPrecision(3));
  return `${atLeast ? "more than " : ""}${counted(rounded, what)}`;
}
