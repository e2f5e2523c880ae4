import type { Pace } from "../../pause.js";
import { streamKey } from "../../random/keys.js";
import { uniform64 } from "../../random/uniform.js";
import type { BatchFunction } from "../../targets/function.js";
import type { Subject } from "../measure.js";
import type { Estimate } from "../statistics/bootstrap.js";
import { bootstrapAll } from "../statistics/bootstrap-all.js";

/** How far derivatives are apart: the seminorm of H¹, as an average over the domain. */
export interface DerivativeError {
  /** Points looked at: 0, and no norms, where a domain that is no box has no segments. */
  readonly samples: number;
  /**
   * Which derivative: the whole Jacobian over the domain, or along segments that stay on it, by arc
   * length, where the domain is no box.
   */
  readonly along: "domain" | "segments";
  /** Root mean square of ∇f − ∇g over points and outputs, in units of output per unit of input. */
  readonly rms: Estimate | null;
  /** ‖∇f − ∇g‖ / ‖∇g‖. Null where ∇g is 0. */
  readonly relative: Estimate | null;
  /** Points at which a derivative is not finite; with any the rest is null. */
  readonly notFinite: number;
}

/** Outputs up to which the Jacobian is computed row by row. */
const ROWS = 8;
const SEGMENTS = 8;
const BLOCK = 256;

/**
 * H¹ error of f against g, both with derivatives. Up to 8 outputs the Jacobian is exact; with more, every
 * point gets one seeded vector v of signs, and ‖(J_f − J_g)ᵀv‖² stands for ‖J_f − J_g‖²: that is its
 * expectation (Hutchinson 1990), and the interval holds the scatter.
 */
export async function derivativeError(
  f: BatchFunction,
  g: BatchFunction,
  domain: Subject["domain"],
  { seed, samples, pace }: { seed: number; samples: number; pace: Pace },
): Promise<DerivativeError> {
  const wholly = domain.chart !== undefined && domain.chart.map === undefined;
  const points = wholly ? boxPoints(domain, seed, samples) : segmentPoints(domain, seed, samples);
  const { count, weights } = points;
  const squares = { error: new Float64Array(count), truth: new Float64Array(count) };
  for (let start = 0; start < count; start += BLOCK) {
    await pace((0.8 * start) / count);
    addSquares(f, g, points, start, Math.min(BLOCK, count - start), seed, squares);
  }
  let notFinite = 0;
  for (let i = 0; i < count; i++) {
    if (!Number.isFinite(squares.error[i]) || !Number.isFinite(squares.truth[i])) notFinite++;
  }
  const along = wholly ? "domain" : "segments";
  if (notFinite > 0 || count === 0) return { samples: count, along, rms: null, relative: null, notFinite };
  const norms = (counts: Uint32Array) => {
    let error = 0;
    let truth = 0;
    let weight = 0;
    for (let i = 0; i < count; i++) {
      const w = counts[i] * weights[i];
      error += w * squares.error[i];
      truth += w * squares.truth[i];
      weight += w;
    }
    return [Math.sqrt(error / weight / f.outputs), Math.sqrt(error / truth)];
  };
  const [rms, relative] = norms(new Uint32Array(count).fill(1));
  const intervals = await bootstrapAll(count, norms, {
    seed,
    name: "derivative-error",
    pace: (share) => pace(0.8 + 0.2 * share),
  });
  const known = squares.truth.some((value) => value > 0);
  return {
    samples: count,
    along,
    rms: intervals[0] && { value: rms, ...intervals[0] },
    relative: known && intervals[1] ? { value: relative, ...intervals[1] } : null,
    notFinite,
  };
}

interface Points {
  readonly count: number;
  readonly x: Float64Array;
  readonly weights: Float64Array;
  /** Unit tangents, where only the derivative along them counts. */
  readonly tangents?: Float64Array;
}

function boxPoints(domain: Subject["domain"], seed: number, count: number): Points {
  return { count, x: domain.sample(seed, 0, count), weights: new Float64Array(count).fill(1) };
}

/** Uniform parameters on every segment, weighted by arc length. */
function segmentPoints(domain: Subject["domain"], seed: number, samples: number): Points {
  const segments = domain.segments(seed, SEGMENTS);
  const p = domain.inputs;
  const each = segments.length > 0 ? Math.ceil(samples / segments.length) : 0;
  const count = each * segments.length;
  const x = new Float64Array(count * p);
  const tangents = new Float64Array(count * p);
  const weights = new Float64Array(count);
  for (const [s, segment] of segments.entries()) {
    const t = uniform64(streamKey(seed, `derivative-error/${s}`), 0, each);
    for (let i = 0; i < each; i++) t[i] = ((i + t[i]) / each) * segment.length;
    const found = segment.at(t);
    for (let i = 0; i < each; i++) {
      let square = 0;
      for (let k = 0; k < p; k++) square += found.tangents[i * p + k] * found.tangents[i * p + k];
      // Where a path has no finite speed (a single point, if any) nothing is counted.
      const norm = square < Number.POSITIVE_INFINITY ? Math.sqrt(square) : 0;
      const own = s * each + i;
      weights[own] = norm * segment.length;
      for (let k = 0; k < p; k++) {
        x[own * p + k] = found.points[i * p + k];
        tangents[own * p + k] = norm > 0 ? found.tangents[i * p + k] / norm : 0;
      }
    }
  }
  return { count, x, weights, tangents };
}

/** Adds each point's ‖J_f − J_g‖² and ‖J_g‖², by rows or by one vector of signs. */
function addSquares(
  f: BatchFunction,
  g: BatchFunction,
  { x, tangents }: Points,
  start: number,
  rows: number,
  seed: number,
  squares: { error: Float64Array; truth: Float64Array },
): void {
  const { inputs: p, outputs: q } = f;
  const block = x.slice(start * p, (start + rows) * p);
  const turns = q <= ROWS ? q : 1;
  for (let turn = 0; turn < turns; turn++) {
    const cotangent = new Float64Array(rows * q);
    if (q <= ROWS) for (let r = 0; r < rows; r++) cotangent[r * q + turn] = 1;
    else {
      const signs = uniform64(streamKey(seed, "derivative-error/signs"), start * q, rows * q);
      for (let i = 0; i < cotangent.length; i++) cotangent[i] = signs[i] < 0.5 ? -1 : 1;
    }
    const df = f.vjp!(block, cotangent, rows).slice();
    const dg = g.vjp!(block, cotangent, rows);
    for (let r = 0; r < rows; r++) {
      let error = 0;
      let truth = 0;
      let alongF = 0;
      let alongG = 0;
      for (let k = 0; k < p; k++) {
        const at = r * p + k;
        error += (df[at] - dg[at]) * (df[at] - dg[at]);
        truth += dg[at] * dg[at];
        if (tangents) {
          alongF += df[at] * tangents[(start + r) * p + k];
          alongG += dg[at] * tangents[(start + r) * p + k];
        }
      }
      squares.error[start + r] += tangents ? (alongF - alongG) * (alongF - alongG) : error;
      squares.truth[start + r] += tangents ? alongG * alongG : truth;
    }
  }
}
