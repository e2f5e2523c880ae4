import { requireArguments } from "../../arguments.js";
import { PlateauError, quote } from "../../errors.js";
import { pow } from "../../targets/math.js";

// How wide the pieces of a piecewise-constant approximation may be: the resolution δ of the study as a
// function of the error ε that is asked for, of how fast f changes, and of the d·m numbers of a context.

/** d: numbers of a token; m: tokens. */
export interface TokenExtent {
  readonly dim: number;
  readonly inputTokens: number;
}

/** Widths of pieces, in units of inputs. Null: no width does, or what it takes is not known. */
export interface Resolutions {
  /** Small enough in sup norm with f's values at corners of cells, as Yun et al. have them. */
  readonly corner: number | null;
  /** The same with values at centres: the best place for a value. */
  readonly centre: number | null;
  /** Above it no piecewise-constant function is within ε in L², on average and for small δ [ours]. */
  readonly neededL2: number | null;
  /** What they rest on. */
  readonly known: "closed form" | "proven" | "estimate" | "none";
}

/**
 * The δ above which no piecewise-constant function on cubes of side δ can be as near as ε in L^p, on average
 * over the domain and for small δ, [ours, elementary]: the best constant for a linear function of slope s on
 * a cube is off by δ‖s‖₂/√12 in L² and δ‖s‖₁/2 in sup norm. Of other p the slope along one axis is used:
 * (δ/2)·(p + 1)^(−1/p)·max|sᵢ|, by Jensen's inequality over the others.
 * @param gradient ‖∇f‖: the L² norm of its 2-norm for p = 2; the largest 1-norm for p = Infinity; for other
 *   p the largest L^p norm of a partial derivative
 * @throws PlateauError `usage` where an argument is of another kind
 */
export function neededDelta(epsilon: number, gradient: number, p: number = 2): number {
  requireArguments("neededDelta", {
    epsilon: [epsilon, "number"],
    gradient: [gradient, "number"],
    p: [p, "number?"],
  });

  requirePositive("epsilon", epsilon);
  requireNorm(p);
  if (gradient === 0) return Number.POSITIVE_INFINITY;
  if (p === 2) return (epsilon * Math.sqrt(12)) / gradient;
  if (p === Number.POSITIVE_INFINITY) return (2 * epsilon) / gradient;
  return (2 * epsilon * pow(p + 1, 1 / p)) / gradient;
}

/**
 * A δ that is small enough for an error of ε in L^p (a mean over the domain), where |f(x) − f(y)| ≤
 * L·‖x − y‖_∞, with f's value at the centre of each cube: L^p error ≤ L·(δ/2)·(D/(D + p))^{1/p}, D = d·m, as
 * ‖x − c‖_∞ of a uniform point of the cube has density ∝ r^{D−1}. For p = Infinity δ = 2ε/L. With values at
 * corners, as Yun et al. have them, ‖x − c‖_∞ reaches twice as far, and δ is half of it.
 * @throws PlateauError `usage` where an argument is of another kind
 */
export function sufficientDelta(
  epsilon: number,
  lipschitz: number,
  extent: TokenExtent,
  options: { p?: number; at?: "centre" | "corner" } = {},
): number {
  requireArguments("sufficientDelta", {
    epsilon: [epsilon, "number"],
    lipschitz: [lipschitz, "number"],
    extent: [extent, "TokenExtent: dim inputTokens"],
    options: [options, "object?"],
  });
  const { dim, inputTokens } = extent;
  const { p = Number.POSITIVE_INFINITY, at = "centre" } = options;
  requirePositive("epsilon", epsilon);
  requireNorm(p);
  const D = dim * inputTokens;
  const mean = p === Number.POSITIVE_INFINITY ? 1 : pow((D + p) / D, 1 / p);
  return ((at === "centre" ? 2 : 1) * epsilon * mean) / lipschitz;
}

/**
 * A δ that is small enough in sup norm where |f(x) − f(y)| ≤ C·‖x − y‖₂^α: the corners of a cube of side δ in
 * D = d·m dimensions are δ√D apart, and half as far from its centre.
 * @throws PlateauError `usage` where an argument is of another kind
 */
export function holderDelta(
  epsilon: number,
  options: { constant: number; exponent: number },
  extent: TokenExtent,
  at: "centre" | "corner" = "centre",
): number {
  requireArguments("holderDelta", {
    epsilon: [epsilon, "number"],
    options: [options, "object: constant exponent"],
    extent: [extent, "TokenExtent: dim inputTokens"],
    at: [at, "text?"],
  });
  const { constant, exponent } = options;
  const { dim, inputTokens } = extent;
  requirePositive("epsilon", epsilon);
  const reach = Math.sqrt(dim * inputTokens) / (at === "centre" ? 2 : 1);
  return pow(epsilon / constant, 1 / exponent) / reach;
}

/**
 * The same from a modulus of continuity that is known at some distances, ascending: the largest h with
 * ω(h) ≤ ε, linear between the two that it lies between. Null where ω exceeds ε at every one.
 * @throws PlateauError `usage` where an argument is of another kind
 */
export function modulusDelta(
  epsilon: number,
  points: readonly { readonly h: number; readonly omega: number }[],
  extent: TokenExtent,
  at: "centre" | "corner" = "centre",
): number | null {
  requireArguments("modulusDelta", {
    epsilon: [epsilon, "number"],
    points: [points, "list of object: h omega"],
    extent: [extent, "TokenExtent: dim inputTokens"],
    at: [at, "text?"],
  });
  const { dim, inputTokens } = extent;
  requirePositive("epsilon", epsilon);
  const next = points.findIndex(({ omega }) => omega > epsilon);
  if (next === 0 || points.length === 0) return null;
  let h = points[points.length - 1].h;
  if (next > 0) {
    const [a, b] = [points[next - 1], points[next]];
    h = a.h + ((b.h - a.h) * (epsilon - a.omega)) / (b.omega - a.omega);
  }
  return h / (Math.sqrt(dim * inputTokens) / (at === "centre" ? 2 : 1));
}

function requirePositive(name: string, value: number): void {
  if (value > 0 && Number.isFinite(value)) return;
  throw new PlateauError("usage", `${name} ${quote(value)}: expected a finite number above 0`);
}

function requireNorm(p: number): void {
  if (p >= 1) return;
  throw new PlateauError("usage", `p ${quote(p)}: norms are of p from 1 to Infinity`);
}
