import { supremum } from "../../analysis/search/supremum.js";
import type { Pace } from "../../pause.js";
import { box } from "../../targets/domain.js";
import type { BatchFunction } from "../../targets/function.js";
import type { Task } from "../constructions/construction.js";
import { cellCentres } from "../grid.js";
import type { Constant } from "./constants.js";
import { watchSlopes } from "./steep.js";

/** Spans of differences, as shares of the box's sides: a coarse one and a fine one. */
const COARSE = 2 ** -7;
const FINE = 2 ** -10;
/** Differences of gradients over the fine span may exceed those over the coarse one by this, in a C² function. */
const GROWTH = 1.1;

/**
 * sup Σⱼₖ|∂ⱼ∂ₖf|, the largest over outputs, as a search finds it from differences of gradients: a lower bound.
 * Null where there are no gradients, or where their differences do not fall as their span does: at a kink they
 * stay, so that by their span they grow.
 */
export async function curvatureOf(task: Task, seed: number, pace: Pace): Promise<Constant | null> {
  const { low, high } = task;
  const { f } = task;
  if (!f.vjp) return null;
  const watched = watchSlopes(f);
  const largest = async (span: number) => {
    const found = await supremum(secondDifferences(watched.f, low, high, span), box(low, high), {
      seed,
      samples: 4096,
      points: cellCentres(low, high, 1),
      starts: 8,
      steps: 60,
      pace,
    });
    return found?.value ?? Number.POSITIVE_INFINITY;
  };
  const [coarse, fine] = [await largest(COARSE), await largest(FINE)];
  // What differences of float64 leave of a linear function.
  if (watched.steep || !Number.isFinite(fine) || fine > GROWTH * coarse + 1e-9) return null;
  return {
    value: Math.max(coarse, fine),
    low: Math.max(coarse, fine),
    high: null,
    known: "estimate",
    how: "the largest change of gradients that a search found: a lower bound",
  };
}

/** Σⱼₖ|∂ⱼf(x + tₖeₖ) − ∂ⱼf(x − tₖeₖ)|/(2tₖ) of every output, x moved inwards where it is at a side. */
function secondDifferences(
  f: BatchFunction,
  low: readonly number[],
  high: readonly number[],
  span: number,
): BatchFunction {
  const { inputs, outputs } = f;
  const step = low.map((from, k) => span * (high[k] - from));
  return {
    name: `second differences of ${f.name}`,
    inputs,
    outputs,
    evaluate(x, count) {
      const sums = new Float64Array(count * outputs);
      const shifted = (k: number, sign: number) =>
        x.map((value, i) => {
          const at = i % inputs;
          const inside = Math.min(Math.max(value, low[at] + step[at]), high[at] - step[at]);
          return at === k ? inside + sign * step[at] : inside;
        });
      for (let k = 0; k < inputs; k++) {
        const [ahead, behind] = [shifted(k, 1), shifted(k, -1)];
        for (let o = 0; o < outputs; o++) {
          const w = Float64Array.from({ length: count * outputs }, (_, i) => (i % outputs === o ? 1 : 0));
          const [a, b] = [f.vjp!(ahead, w, count), f.vjp!(behind, w, count)];
          for (let i = 0; i < a.length; i++) {
            sums[Math.floor(i / inputs) * outputs + o] += Math.abs(a[i] - b[i]) / (2 * step[k]);
          }
        }
      }
      return sums;
    },
  };
}
