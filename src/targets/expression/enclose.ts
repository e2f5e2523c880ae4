import type { Expression } from "jsep";
import { PlateauError } from "../../errors.js";
import { folded } from "./fold.js";
import { constants, functions } from "./functions.js";
import { anything, hull, type Interval, meet, minus, outward, plus, reciprocal, times } from "./interval.js";
import { negativePower, realPower, unaryRules, wholePower } from "./interval-rules.js";
import { parse } from "./parse.js";

/** Bounds of an expression's values on a box, and of its slopes where it cannot jump and they are finite. */
export interface Enclosed {
  /** [outputs] */
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** [outputs, inputs] */
  readonly slopes?: { readonly low: Float64Array; readonly high: Float64Array };
  /** At the middle of the box. */
  readonly middle: { readonly low: Float64Array; readonly high: Float64Array };
}

/** What a node has found: its values, and its slopes by each variable (undefined: it may jump). */
interface Found {
  readonly value: Interval;
  readonly slopes: readonly Interval[] | undefined;
}
type Node = () => Found;

/**
 * Interval arithmetic on a list of expressions, with automatic differentiation forward: every bound is
 * rounded outward, so it holds for the function in real arithmetic. At a kink slopes are those of both sides.
 * @param text as `compile` takes it: already known to make sense
 * @returns bounds of the values over a box
 */
export function encloseExpression(
  text: string,
  variables: readonly string[],
): (low: ArrayLike<number>, high: ArrayLike<number>) => Enclosed {
  const n = variables.length;
  let box: Interval[] = [];
  const flat: readonly Interval[] = new Array<Interval>(n).fill([0, 0]);

  const constant = (value: number): Node => {
    const found: Found = { value: [value, value], slopes: flat };
    return () => found;
  };
  const variable = (index: number): Node => {
    const slopes = flat.map((zero, k): Interval => (k === index ? [1, 1] : zero));
    return () => ({ value: box[index], slopes });
  };
  const combined =
    (
      a: Node,
      b: Node,
      of: (x: Found, y: Found) => Interval,
      slope: (x: Found, y: Found, k: number) => Interval,
    ) =>
    (): Found => {
      const [x, y] = [a(), b()];
      const slopes = x.slopes && y.slopes && flat.map((_, k) => slope(x, y, k));
      return { value: of(x, y), slopes };
    };
  const chained =
    (a: Node, rule: (a: Interval) => { value: Interval; slope: Interval | undefined }) => (): Found => {
      const x = a();
      const { value, slope } = rule(x.value);
      return { value, slopes: x.slopes && slope && x.slopes.map((one) => times(slope, one)) };
    };

  const divided = (a: Node, b: Node) =>
    combined(
      a,
      b,
      (x, y) => times(x.value, reciprocal(y.value)),
      (x, y, k) => {
        const inverse = reciprocal(y.value);
        return times(minus(x.slopes![k], times(times(x.value, inverse), y.slopes![k])), inverse);
      },
    );
  const product = (a: Node, b: Node) =>
    combined(
      a,
      b,
      (x, y) => times(x.value, y.value),
      (x, y, k) => plus(times(x.slopes![k], y.value), times(x.value, y.slopes![k])),
    );
  /** The larger (sign 1) or the smaller (−1) of two. */
  const extreme = (a: Node, b: Node, sign: 1 | -1) => {
    const pick = sign === 1 ? Math.max : Math.min;
    return combined(
      a,
      b,
      ({ value: x }, { value: y }) => [pick(x[0], y[0]), pick(x[1], y[1])],
      (x, y, k) => {
        const first = sign === 1 ? x.value[0] >= y.value[1] : x.value[1] <= y.value[0];
        const second = sign === 1 ? y.value[0] >= x.value[1] : y.value[1] <= x.value[0];
        return first ? x.slopes![k] : second ? y.slopes![k] : hull(x.slopes![k], y.slopes![k]);
      },
    );
  };

  const power = (base: Expression, exponent: Expression): Node => {
    // An exponent's last bit decides whether negative numbers have a power: it is the number that runs.
    const fixed = folded(exponent);
    const a = node(base);
    if (fixed !== undefined && Number.isInteger(fixed)) return chained(a, (x) => wholePower(x, fixed));
    if (fixed !== undefined) return chained(a, (x) => realPower(x, fixed));
    const b = node(exponent);
    // a^b = exp(b·log a) where a is not negative.
    const positive = chained(product(b, chained(a, unaryRules.get("log")!)), unaryRules.get("exp")!);
    return () => {
      const [{ value: x }, { value: y }] = [a(), b()];
      if (x[0] >= 0) return positive();
      const negative = negativePower(x, y);
      const value = x[1] < 0 ? negative : negative ? hull(positive().value, negative) : positive().value;
      return { value: value ?? anything, slopes: undefined };
    };
  };

  const conditional = (tree: Expression): Node => {
    const test = tree["test"] as Expression;
    const [left, right] = [node(test["left"] as Expression), node(test["right"] as Expression)];
    const [yes, no] = [node(tree["consequent"] as Expression), node(tree["alternate"] as Expression)];
    return () => {
      const holds = compared(test["operator"] as string, left().value, right().value);
      if (holds !== undefined) return holds ? yes() : no();
      const [x, y] = [yes(), no()];
      return { value: hull(x.value, y.value), slopes: undefined };
    };
  };

  const call = (name: string, list: readonly Expression[]): Node => {
    if (name === "pow") return power(list[0], list[1]);
    if (name === "min" || name === "max")
      return extreme(node(list[0]), node(list[1]), name === "max" ? 1 : -1);
    const rule = unaryRules.get(name);
    if (!rule || !functions.has(name)) throw new PlateauError("internal", `no interval rule for ${name}`);
    return chained(node(list[0]), rule);
  };

  const binary = (tree: Expression): Node => {
    const [left, right] = [tree["left"] as Expression, tree["right"] as Expression];
    switch (tree["operator"]) {
      case "+":
        return combined(
          node(left),
          node(right),
          (x, y) => plus(x.value, y.value),
          (x, y, k) => plus(x.slopes![k], y.slopes![k]),
        );
      case "-":
        return combined(
          node(left),
          node(right),
          (x, y) => minus(x.value, y.value),
          (x, y, k) => minus(x.slopes![k], y.slopes![k]),
        );
      case "*":
        return product(node(left), node(right));
      case "/":
        return divided(node(left), node(right));
      default:
        return power(left, right);
    }
  };

  const node = (tree: Expression): Node => {
    const fixed = constantOf(tree);
    if (fixed !== undefined) return constant(fixed);
    if (tree.type === "Identifier") {
      const index = variables.indexOf(tree["name"] as string);
      // π and e are not float64 numbers.
      return index >= 0 ? variable(index) : irrational(constants.get(tree["name"] as string)!);
    }
    if (tree.type === "UnaryExpression") {
      const inner = node(tree["argument"] as Expression);
      return tree["operator"] === "-" ? product(constant(-1), inner) : inner;
    }
    if (tree.type === "BinaryExpression") return binary(tree);
    if (tree.type === "CallExpression") {
      return call((tree["callee"] as Expression)["name"] as string, tree["arguments"] as Expression[]);
    }
    return conditional(tree);
  };
  const irrational = (value: number): Node => {
    const found: Found = { value: outward(value, value), slopes: flat };
    return () => found;
  };

  const roots = parse(text).map(node);
  return (low, high) => {
    const over = (ends: (k: number) => Interval) => {
      box = variables.map((_, k) => ends(k));
      return roots.map((root) => root());
    };
    const middle = variables.map((_, k) => 0.5 * (low[k] + high[k]));
    const whole = over((k) => [low[k], high[k]]);
    const centre = over((k) => [middle[k], middle[k]]);
    const out = { low: new Float64Array(roots.length), high: new Float64Array(roots.length) };
    const slopes = { low: new Float64Array(roots.length * n), high: new Float64Array(roots.length * n) };
    let smooth = true;
    for (const [j, { value, slopes: found }] of whole.entries()) {
      // f(c) + f′·(x − c) is sharper on small boxes.
      let around = centre[j].value;
      for (let k = 0; k < n; k++) {
        const [a, b] = found?.[k] ?? anything;
        slopes.low[j * n + k] = a;
        slopes.high[j * n + k] = b;
        if (!(Number.isFinite(a) && Number.isFinite(b))) smooth = false;
        around = plus(around, times([a, b], outward(low[k] - middle[k], high[k] - middle[k])));
      }
      const [a, b] = meet(clean(value), clean(around));
      out.low[j] = a;
      out.high[j] = b;
    }
    const at = {
      low: Float64Array.from(centre, ({ value }) => clean(value)[0]),
      high: Float64Array.from(centre, ({ value }) => clean(value)[1]),
    };
    return { ...out, middle: at, ...(smooth ? { slopes } : {}) };
  };
}

/** NaN (an infinity less itself) knows nothing. */
function clean([a, b]: Interval): Interval {
  return [Number.isNaN(a) ? Number.NEGATIVE_INFINITY : a, Number.isNaN(b) ? Number.POSITIVE_INFINITY : b];
}

/** A number that is written as one, with its sign. */
function constantOf(tree: Expression): number | undefined {
  if (tree.type === "Literal") return tree["value"] as number;
  if (tree.type !== "UnaryExpression") return undefined;
  const inner = constantOf(tree["argument"] as Expression);
  return inner === undefined ? undefined : tree["operator"] === "-" ? -inner : inner;
}

/** Whether a comparison holds at all points of a box, at none, or (undefined) perhaps. */
function compared(operator: string, [a, b]: Interval, [c, d]: Interval): boolean | undefined {
  switch (operator) {
    case "<":
      return b < c ? true : a >= d ? false : undefined;
    case ">":
      return a > d ? true : b <= c ? false : undefined;
    case "<=":
      return b <= c ? true : a > d ? false : undefined;
    default:
      return a >= d ? true : b < c ? false : undefined;
  }
}
