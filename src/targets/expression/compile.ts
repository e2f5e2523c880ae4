import type { Expression } from "jsep";
import { PlateauError, unknownName } from "../../errors.js";
import { comparisons, constants, type ExpressionFunction, functions, operators, power } from "./functions.js";
import { parse, syntaxError } from "./parse.js";

/** An expression that can be evaluated, and walked backward for its gradient (reverse mode). */
export interface Compiled {
  /** Writes its values at x, one per expression. @throws PlateauError `usage` naming the place and the point */
  value(x: Float64Array, y: Float64Array): void;
  /** Adds the gradient of Σⱼ wⱼ·yⱼ at x to g. @throws PlateauError `usage` likewise, also where a slope is infinite */
  pullback(x: Float64Array, w: Float64Array, g: Float64Array): void;
  readonly outputs: number;
  /** The worst that what is called can do, wherever the domain lies. */
  readonly smoothness: string;
}

/** A node holds the value that `run` found until `back` is called. */
interface Node {
  run(): number;
  /** Adds its share of w ∂/∂x to the gradient. */
  back(w: number): void;
  /** Its number where it is always the same. */
  readonly constant?: number;
}

/** Coordinates of a point that a message names. */
const SHOWN_VARIABLES = 8;

type Shape = "analytic" | "kink" | "jump";

const smoothness: Record<Shape, string> = {
  analytic: "analytic",
  kink: "C^0, piecewise analytic",
  jump: "piecewise analytic, may jump",
};

/**
 * Compiles a list of expressions in the given variables into closures: no text is ever run as code.
 * @throws PlateauError `usage` or `unknown-name` saying where the text makes no sense
 */
export function compile(text: string, variables: readonly string[]): Compiled {
  let point = new Float64Array(0);
  let gradient = new Float64Array(0);
  let shape: Shape = "analytic";
  const worsen = (to: Shape = "analytic") => {
    if (to === "jump" || shape === "analytic") shape = to;
  };

  const span = (tree: Expression): [start: number, end: number] => {
    if (typeof tree["start"] === "number") return [tree["start"], tree["end"] as number];
    const parts = [tree["left"] ?? tree["test"], tree["right"] ?? tree["alternate"]] as Expression[];
    return [span(parts[0])[0], span(parts[1])[1]];
  };

  const failure = (tree: Expression, problem: string) => {
    const [start, end] = span(tree);
    const shown = variables.slice(0, SHOWN_VARIABLES).map((name, i) => `${name} = ${point[i]}`);
    const where = shown.join(", ") + (variables.length > SHOWN_VARIABLES ? ", …" : "");
    return new PlateauError(
      "usage",
      `expression: ${problem} in ${JSON.stringify(text.slice(start, end))} at character ${start + 1}, where ${where}`,
    );
  };

  /** Separators that jsep does without: f(a b) is no call. */
  const requireCommas = (list: readonly Expression[]) => {
    for (let i = 1; i < list.length; i++) {
      const [from, to] = [span(list[i - 1])[1], span(list[i])[0]];
      if (text.slice(from, to).trim() !== ",")
        throw syntaxError(text, to, "expected an operator or a comma before this");
    }
  };

  const apply = (tree: Expression, fn: ExpressionFunction, a: Node, b?: Node): Node => {
    const smoothPower = Number.isInteger(b?.constant) || (a.constant ?? 0) > 0;
    worsen(fn === power && !smoothPower ? "kink" : fn.shape);
    let [left, right, y] = [0, 0, 0];
    return {
      run() {
        left = a.run();
        right = b ? b.run() : 0;
        const problem = fn.problem?.(left, right);
        if (problem !== undefined) throw failure(tree, problem);
        y = fn.value(left, right);
        if (!Number.isFinite(y)) throw failure(tree, "no finite number");
        return y;
      },
      back(w) {
        const [da, db = 0] = fn.partials(left, right, y);
        // Constants take no derivative, and what does not count must not become 0·∞.
        const pass = (to: Node, slope: number) => {
          if (w === 0 || slope === 0 || to.constant !== undefined) return;
          if (!Number.isFinite(slope)) throw failure(tree, "infinite slope");
          to.back(w * slope);
        };
        pass(a, da);
        if (b) pass(b, db);
      },
    };
  };

  const constant = (value: number): Node => ({ constant: value, run: () => value, back() {} });

  const named = (tree: Expression): Node => {
    const name = tree["name"] as string;
    const index = variables.indexOf(name);
    if (index >= 0) return { run: () => point[index], back: (w) => void (gradient[index] += w) };
    const value = constants.get(name);
    if (value !== undefined) return constant(value);
    const known = [...variables, ...constants.keys(), ...functions.keys()];
    throw unknownName(`name at character ${span(tree)[0] + 1} of the expression`, name, known);
  };

  const unary = (tree: Expression): Node => {
    const inner = node(tree["argument"] as Expression);
    if (tree["operator"] === "+") return inner;
    if (tree["operator"] !== "-") throw unsupported(tree, `operator ${tree["operator"]}`);
    if (inner.constant !== undefined) return constant(-inner.constant);
    return { run: () => -inner.run(), back: (w) => inner.back(-w) };
  };

  const binary = (tree: Expression): Node => {
    const fn = operators.get(tree["operator"] as string);
    if (!fn) {
      const isComparison = comparisons.has(tree["operator"] as string);
      const what = `operator ${tree["operator"]}`;
      throw unsupported(tree, isComparison ? `${what} outside of a condition, as in (a < b ? c : d),` : what);
    }
    return apply(tree, fn, node(tree["left"] as Expression), node(tree["right"] as Expression));
  };

  const call = (tree: Expression): Node => {
    const callee = tree["callee"] as Expression;
    const list = tree["arguments"] as Expression[];
    const name = callee.type === "Identifier" ? (callee["name"] as string) : "";
    const fn = functions.get(name);
    const [start] = span(tree);
    if (!fn) {
      const what = `function at character ${start + 1} of the expression`;
      throw unknownName(what, name || text.slice(...span(tree)), [...functions.keys()]);
    }
    requireCommas(list);
    if (list.length !== fn.arity) {
      const wanted = fn.arity === 1 ? "one argument" : `${fn.arity} arguments`;
      throw syntaxError(text, start, `${name} takes ${wanted}, not ${list.length},`);
    }
    return apply(tree, fn, node(list[0]), fn.arity > 1 ? node(list[1]) : undefined);
  };

  /** Only the branch that is taken is evaluated. */
  const conditional = (tree: Expression): Node => {
    const test = tree["test"] as Expression;
    const compare = test.type === "BinaryExpression" && comparisons.get(test["operator"] as string);
    if (!compare) throw unsupported(test, "a condition that is no comparison (<, >, <=, >=)");
    worsen("jump");
    const [left, right] = [node(test["left"] as Expression), node(test["right"] as Expression)];
    const branches = [node(tree["consequent"] as Expression), node(tree["alternate"] as Expression)];
    let taken = branches[0];
    return {
      run() {
        taken = branches[compare(left.run(), right.run()) ? 0 : 1];
        return taken.run();
      },
      back: (w) => taken.back(w),
    };
  };

  const unsupported = (tree: Expression, what: string) =>
    syntaxError(text, span(tree)[0], `${what} is not supported`);

  const node = (tree: Expression): Node => {
    if (tree.type === "Identifier") return named(tree);
    if (tree.type === "UnaryExpression") return unary(tree);
    if (tree.type === "BinaryExpression") return binary(tree);
    if (tree.type === "CallExpression") return call(tree);
    if (tree.type === "ConditionalExpression") return conditional(tree);
    const { value } = tree as { value?: unknown };
    if (tree.type === "Literal" && typeof value === "number" && Number.isFinite(value))
      return constant(value);
    throw unsupported(tree, JSON.stringify(text.slice(...span(tree))));
  };

  const trees = parse(text);
  if (trees.length === 0) throw new PlateauError("usage", "expression is empty: write one, such as sin(6*x)");
  requireCommas(trees);
  const roots = trees.map(node);
  return {
    outputs: roots.length,
    smoothness: smoothness[shape],
    value(x, y) {
      point = x as Float64Array<ArrayBuffer>;
      for (let j = 0; j < roots.length; j++) y[j] = roots[j].run();
    },
    pullback(x, w, g) {
      point = x as Float64Array<ArrayBuffer>;
      gradient = g as Float64Array<ArrayBuffer>;
      for (let j = 0; j < roots.length; j++) {
        roots[j].run();
        roots[j].back(w[j]);
      }
    },
  };
}
