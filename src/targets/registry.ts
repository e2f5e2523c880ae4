import { requireArguments } from "../arguments.js";
import { unknownName } from "../errors.js";
import { expressionTarget } from "./expression/target.js";
import { parseValues, single, type TargetFamily } from "./family.js";
import { ackley } from "./library/ackley.js";
import { chebyshev } from "./library/chebyshev.js";
import { franke } from "./library/franke.js";
import { friedman1 } from "./library/friedman1.js";
import { inContextLinear } from "./library/in-context-linear.js";
import { abs, cusp } from "./library/kinks.js";
import { piecewiseLinear } from "./library/piecewise-linear.js";
import { product } from "./library/product.js";
import { randomFourier } from "./library/random-fourier.js";
import { ridge } from "./library/ridge.js";
import { runge } from "./library/runge.js";
import { cumulativeSum, pairwiseProducts, reverse, runningMaximum, sort } from "./library/sequences.js";
import { staircase, step } from "./library/steps.js";
import { chirp, sine } from "./library/waves.js";
import { weierstrass } from "./library/weierstrass.js";
import { m2n1 } from "./m2n1.js";
import { m4n3 } from "./m4n3.js";
import type { Target } from "./target.js";

/** Every target by name, with its parameters: one line each. */
export const targetFamilies: readonly TargetFamily[] = [
  single(m2n1),
  single(m4n3),
  sine,
  chirp,
  abs,
  cusp,
  weierstrass,
  step,
  staircase,
  runge,
  chebyshev,
  piecewiseLinear,
  randomFourier,
  product,
  ridge,
  franke,
  ackley,
  friedman1,
  cumulativeSum,
  sort,
  reverse,
  runningMaximum,
  pairwiseProducts,
  inContextLinear,
];

/** Every target by the name of its family, its parameters at their defaults. */
export const targets: ReadonlyMap<string, Target> = new Map(
  targetFamilies.map((family) => [family.name, family.make()]),
);

/** Whether a name is, or begins as, that of a target of plateau's: own targets have others. */
export function isKnown(name: string): boolean {
  const [base] = /^[\w-]+/.exec(name.trim()) ?? [];
  return targetFamilies.some((family) => family.name === base) && /^[\w-]+\s*(\(.*\))?$/.test(name.trim());
}

/**
 * A target by name, `sine`; by name and parameters, `sine(3)` or `cusp(alpha=0.25)`; or the user's own
 * expression on a domain, `sin(6*x) + abs(y) on x=-1:1,y=0:2`.
 * @throws PlateauError `unknown-name`; `usage` on parameters or expressions that make no sense
 */
export function findTarget(name: string): Target {
  requireArguments("findTarget", { name: [name, "text"] });

  const split = name.lastIndexOf(" on ");
  if (split >= 0) return expressionTarget(name.slice(0, split), name.slice(split + 4));
  // The pattern takes quadratic time on long runs of spaces; no name is long.
  const [, base, list] = name.length > 1000 ? [] : (/^\s*([\w-]+)\s*(?:\(([^()]*)\))?\s*$/.exec(name) ?? []);
  const family = targetFamilies.find((one) => one.name === base);
  if (!family)
    throw unknownName(
      "target",
      name,
      [...targets.keys()],
      'or an expression on its domain, such as "x^2 on x=-1:1"',
    );
  return list === undefined ? targets.get(base)! : family.make(parseValues(family, list));
}
