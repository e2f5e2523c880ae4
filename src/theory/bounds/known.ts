import { pow, sin } from "../../targets/math.js";

/** Constants that follow from a target's formula. Outputs each by itself; the largest of them. */
export interface Known {
  /** sup of the 1-norm of the gradient: Lipschitz with ‖·‖_∞ of inputs. Infinity: not Lipschitz. */
  readonly lipschitz: number;
  /** Root of the mean of ‖∇f‖² over the box; Infinity where it has none. */
  readonly gradientL2: number;
  /** |f(x) − f(y)| ≤ C·‖x − y‖₂^α. */
  readonly holder: { readonly constant: number; readonly exponent: number };
}

const linear = (norm1: number, norm2: number): Known => ({
  lipschitz: norm1,
  gradientL2: norm2,
  holder: { constant: norm2, exponent: 1 },
});

/** By the name of a target's family, from its parameters in order. */
const families: Readonly<Record<string, (...values: number[]) => Known>> = {
  // k π cos(kπx) on [−1, 1]: the mean of cos² is ½(1 + sin(2kπ)/(2kπ)).
  sine: (k) => {
    const slope = k * Math.PI;
    const mean = 0.5 * (1 + sin(2 * k * Math.PI) / (2 * k * Math.PI));
    return {
      lipschitz: slope,
      gradientL2: slope * Math.sqrt(mean),
      holder: { constant: slope, exponent: 1 },
    };
  },
  abs: () => linear(1, 1),
  // α²x^{2α−2} has a mean on [0, 1] where α > ½: α²/(2α − 1).
  cusp: (alpha) => ({
    lipschitz: alpha < 1 ? Number.POSITIVE_INFINITY : 1,
    gradientL2: alpha > 0.5 ? alpha / Math.sqrt(2 * alpha - 1) : Number.POSITIVE_INFINITY,
    holder: { constant: 1, exponent: alpha },
  }),
  // The mean of x² is 1/3, so ∂ᵢ has mean square 3^{−(n−1)}; all partial derivatives are 1 at a corner.
  product: (n) => ({
    lipschitz: n,
    gradientL2: Math.sqrt(n * pow(3, 1 - n)),
    holder: { constant: Math.sqrt(n), exponent: 1 },
  }),
  "cumulative-sum": (n) => linear(n, Math.sqrt(n)),
  reverse: () => linear(1, 1),
  sort: () => linear(1, 1),
  "running-maximum": () => linear(1, 1),
  m2n1: () => linear(2, Math.SQRT2),
};

/** What is known in closed form of a target by its name; undefined where nothing is. */
export function knownConstants(name: string): Known | undefined {
  const [, family, list] = /^([\w-]+)(?:\(([^()]*)\))?$/.exec(name) ?? [];
  if (family === undefined || !Object.hasOwn(families, family)) return undefined;
  return families[family](...(list ? list.split(",").map(Number) : []));
}

/** Targets that jump: no modulus of continuity falls with the distance. */
export function jumps(smoothness: string): boolean {
  return smoothness === "piecewise constant";
}

/** Targets whose formula may jump, or does. */
export function mayJump(smoothness: string): boolean {
  return jumps(smoothness) || smoothness.includes("jump");
}
