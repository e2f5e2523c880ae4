import type { StreamKey } from "../../../random/keys.js";
import { uniform64 } from "../../../random/uniform.js";
import type { Parameter, Parameters } from "../../space/parameter.js";

/** Most bins of an axis of numbers. */
const MOST = 64;

/** One coordinate of the unit cube in bins, and where trials lie. */
export interface Bins {
  /** Whether bins are stretches of a line, rather than categories. */
  readonly ordered: boolean;
  /** How much of the unit interval each is: 1 in all. */
  readonly widths: Float64Array;
  /** By trial. */
  readonly of: Int32Array;
}

/**
 * Bins of a parameter: of a choice its values, of numbers stretches of the unit coordinate with about as
 * many trials in each, between the values that there are.
 *
 * A coordinate that does not apply to a trial (`when`) is drawn: it is what a sampler draws and throws away.
 * So it has no influence where it does not apply, and importance is over the whole unit cube.
 * @param stream of the random numbers under `key`
 */
export function binsOf(
  parameter: Parameter,
  trials: readonly { readonly parameters: Parameters }[],
  key: StreamKey,
  stream: number,
): Bins {
  const { name, values } = parameter;
  const draws = uniform64(key, 0, trials.length, stream);
  const found = trials.map(({ parameters }, i) =>
    Object.hasOwn(parameters, name) ? parameters[name] : parameter.decode(draws[i]),
  );
  if (values) {
    const widths = new Float64Array(values.length).fill(1 / values.length);
    return { ordered: false, widths, of: Int32Array.from(found, (value) => values.indexOf(value)) };
  }
  const u = Float64Array.from(found, (value) => Math.min(1, Math.max(0, parameter.encode(value))));
  // Between neighbouring floats there is no room for an edge: no bin is of width 0.
  const edges = edgesOf(u).filter((edge, i, all) => edge > (all[i - 1] ?? 0) && edge < 1);
  const widths = new Float64Array(edges.length + 1);
  for (let b = 0; b <= edges.length; b++) widths[b] = (edges[b] ?? 1) - (edges[b - 1] ?? 0);
  return { ordered: true, widths, of: Int32Array.from(u, (at) => placeAmong(edges, at)) };
}

/** Up to MOST − 1 ascending numbers between the different values. */
function edgesOf(u: Float64Array): number[] {
  const sorted = u.slice().sort();
  const n = sorted.length;
  const between: number[] = [];
  for (let i = 1; i < n; i++) if (sorted[i] > sorted[i - 1]) between.push(i);
  const edge = (i: number) => sorted[i - 1] + (sorted[i] - sorted[i - 1]) / 2;
  if (between.length < MOST) return between.map(edge);
  const edges: number[] = [];
  let wanted = n / MOST;
  for (const i of between) {
    if (i < wanted) continue;
    edges.push(edge(i));
    // Where many values are the same, a bin holds more; what is left is divided anew.
    wanted = i + (n - i) / (MOST - edges.length);
    if (edges.length === MOST - 1) break;
  }
  return edges;
}

/** How many of ascending edges are at or below a number. */
export function placeAmong(edges: readonly number[], at: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (edges[middle] <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
