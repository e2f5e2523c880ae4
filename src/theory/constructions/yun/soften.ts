import { PlateauError, quote } from "../../../errors.js";
import type { Pieces } from "../../../graph/ops/piecewise.js";
import type { AttentionLayer, TokenLayer } from "./layers.js";

// The layers of a Transformer as it is trained, which tend to those of the construction as λ grows (Yun et
// al., section 4.1 and appendix): not near a jump, so in L^p and not in sup norm.

/** Below, ramps in place of jumps would meet. */
export const LEAST_LAMBDA = 2;

/** @throws PlateauError `usage` */
export function requireLambda(lambda: number): void {
  if (lambda >= LEAST_LAMBDA && Number.isFinite(lambda)) return;
  throw new PlateauError(
    "usage",
    `lambda ${quote(lambda)}: give a finite number of at least ${LEAST_LAMBDA}`,
  );
}

/** Softmax of λ·scores in place of hardmax. */
export function softenAttention(layer: AttentionLayer, lambda: number): AttentionLayer {
  const { heads, into, bias } = layer;
  const width = into.length / (3 * heads);
  return {
    ...layer,
    normalizer: "softmax",
    into: into.map((value, i) => (i < heads * width ? lambda * value : value)),
    bias: bias.map((value, i) => (i < heads ? lambda * value : value)),
  };
}

/** ReLUs in place of φ: each jump of a layer of one unit becomes a ramp of some width before it. */
export function softenToken(layer: TokenLayer, width: number): TokenLayer {
  if (layer.activation === "relu") return layer;
  return asRelus(layer, reluUnits(layer.activation, width));
}

/**
 * A layer of the value mapping by ReLUs, whatever λ is: as the numbers of tokens are whole, 1 within a quarter
 * of its own and 0 from three quarters on will do, and its weights stay small enough for float32.
 */
export function softenValue(layer: TokenLayer): TokenLayer {
  return asRelus(layer, reluUnits({ breaks: [-0.25, 0.75], slopes: [0, 0, 0], shifts: [0, 1, 0] }, 0.5));
}

function asRelus({ into, bias, out }: TokenLayer, units: readonly Unit[]): TokenLayer {
  return {
    kind: "token",
    hidden: units.length,
    into: Float64Array.from(units.flatMap(({ weight }) => Array.from(into, (value) => weight * value))),
    bias: Float64Array.from(units, ({ weight, shift }) => weight * bias[0] + shift),
    activation: "relu",
    out: Float64Array.from(Array.from(out).flatMap((value) => units.map((unit) => value * unit.factor))),
  };
}

/** factor·relu(weight·t + shift). */
export interface Unit {
  readonly weight: number;
  readonly shift: number;
  readonly factor: number;
}

/**
 * φ without its jumps as a sum of ReLUs; a jump at b becomes a ramp from b − width to b. Units count from a
 * piece that is 0 (the first such), so there they give 0 exactly: elsewhere they cancel, up to rounding.
 */
export function reluUnits({ breaks, slopes, shifts }: Pieces, width: number): Unit[] {
  const zero = slopes.findIndex((slope, i) => slope === 0 && shifts[i] === 0);
  const anchor = zero < 0 ? 1 : zero;
  const units: Unit[] = [];
  const add = (weight: number, shift: number, factor: number) => {
    if (factor !== 0) units.push({ weight, shift, factor });
  };
  add(1, 0, slopes[anchor]);
  add(-1, 0, -slopes[anchor]);
  add(0, 1, shifts[anchor]);
  for (const [i, b] of breaks.entries()) {
    const before = slopes[i] * (b - width) + shifts[i];
    const after = slopes[i + 1] * b + shifts[i + 1];
    const ramp = (after - before) / width;
    // Left of the anchor units look left, right of it right.
    const side = i < anchor ? -1 : 1;
    add(side, -side * (b - width), ramp - slopes[i]);
    add(side, -side * b, slopes[i + 1] - ramp);
  }
  return units;
}
