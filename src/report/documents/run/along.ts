import type { Subject } from "../../../analysis/measure.js";
import { sampleAlong } from "../../../analysis/paths/along.js";
import { expectedRun, flatness, profile } from "../../../analysis/paths/flatness.js";
import { TAU } from "../../../analysis/plateaus.js";
import type { SegmentData } from "../../figures/segment.js";

/** Cells of the segment: even. */
const CELLS = 1024;

/**
 * The first of the domain's segments, and of the outputs the one of which most is to be seen there. Where the model
 * is flat is judged by all outputs together, as in the measure `plateaus`.
 */
export async function segmentOf(
  subject: Subject,
  seed: number,
  breathe: () => Promise<void>,
): Promise<SegmentData> {
  const { model, target, domain, tokens, units = "the units of the outputs" } = subject;
  const [segment] = domain.segments(seed, 1);
  const g = await sampleAlong(model, segment, CELLS, breathe);
  const f = target && (await sampleAlong(target, segment, CELLS, breathe));
  const shape = profile(g);
  const own = flatness(shape, TAU);
  const other = f && flatness(profile(f), TAU);
  const flat = own.flat.map((is, i) => (is && !other?.flat[i] ? 1 : 0));
  const output = liveliest((f ?? g).values, g.outputs);
  const width = segment.length / CELLS;
  const dim = tokens ? g.outputs / tokens.outputs : g.outputs;
  const token = tokens && tokens.outputs > 1 ? ` of output token ${Math.floor(output / dim) + 1}` : "";
  const which = g.outputs > 1 ? `number ${(output % dim) + 1}${token}` : "the output";
  return {
    where: `${which} along ${segment.name}`,
    parameter: `place on ${segment.name}`,
    units,
    points: Array.from({ length: CELLS + 1 }, (_, i) => {
      const at = 2 * i * g.outputs + output;
      return { t: (i / CELLS) * segment.length, model: g.values[at], target: f ? f.values[at] : null };
    }),
    plateaus: runsOf(flat).map(([from, to]) => ({ from: from * width, to: to * width })),
    share: flat.reduce((sum, is) => sum + is, 0) / CELLS,
    resolution: expectedRun(own, CELLS) * width,
    tau: TAU,
  };
}

/** The output of the greatest range. */
function liveliest(values: Float64Array, outputs: number): number {
  let best = 0;
  let most = -1;
  for (let j = 0; j < outputs; j++) {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let i = j; i < values.length; i += outputs) {
      if (values[i] < low) low = values[i];
      if (values[i] > high) high = values[i];
    }
    if (high - low > most) [best, most] = [j, high - low];
  }
  return best;
}

/** Runs of ones, as [first, after the last]. */
function runsOf(flat: Uint8Array): [number, number][] {
  const runs: [number, number][] = [];
  let from = -1;
  for (let i = 0; i <= flat.length; i++) {
    if (flat[i] === 1 && from < 0) from = i;
    if (flat[i] !== 1 && from >= 0) {
      runs.push([from, i]);
      from = -1;
    }
  }
  return runs;
}
