import { cbrt, cos, exp, expm1, log, log1p, pow, sin, tanh } from "../math.js";

/** A function that expressions may call: values, derivatives, and where it has none. */
export interface ExpressionFunction {
  readonly arity: number;
  value(a: number, b: number): number;
  /** ∂/∂a and ∂/∂b, given the value too; at a kink or jump those of one side. */
  partials(a: number, b: number, y: number): readonly [number, number?];
  /** What is wrong with these arguments, if anything. */
  problem?(a: number, b: number): string | undefined;
  /** What it does to smoothness. Default: analytic. */
  readonly shape?: "kink" | "jump";
}

const one = (
  value: (a: number) => number,
  slope: (a: number, y: number) => number,
  more: Partial<ExpressionFunction> = {},
): ExpressionFunction => ({ arity: 1, value, partials: (a, _b, y) => [slope(a, y)], ...more });

const flat = (value: (a: number) => number) => one(value, () => 0, { shape: "jump" });

/** 1/(1 + e^−x), without overflow. */
function sigmoid(x: number): number {
  const e = exp(-Math.abs(x));
  return x < 0 ? e / (1 + e) : 1 / (1 + e);
}

const divide: ExpressionFunction = {
  arity: 2,
  value: (a, b) => a / b,
  partials: (_a, b, y) => [1 / b, -y / b],
  problem: (_a, b) => (b === 0 ? "division by zero" : undefined),
};

/** a^b. Negative a for whole b only. */
export const power: ExpressionFunction = {
  arity: 2,
  value: pow,
  partials(a, b, y) {
    const byBase = b === 0 ? 0 : b * pow(a, b - 1);
    // Where the base is negative the exponent is whole and cannot vary; at 0 no slope is left either.
    return [byBase, a > 0 ? y * log(a) : 0];
  },
  problem(a, b) {
    if (a === 0 && b < 0) return "division by zero";
    return a < 0 && !Number.isInteger(b) ? "negative number to a power that is not whole" : undefined;
  },
};

/** Binary operators by sign. */
export const operators: ReadonlyMap<string, ExpressionFunction> = new Map([
  ["+", { arity: 2, value: (a: number, b: number) => a + b, partials: () => [1, 1] as const }],
  ["-", { arity: 2, value: (a: number, b: number) => a - b, partials: () => [1, -1] as const }],
  [
    "*",
    { arity: 2, value: (a: number, b: number) => a * b, partials: (a: number, b: number) => [b, a] as const },
  ],
  ["/", divide],
  ["^", power],
]);

/** Functions by name. */
export const functions: ReadonlyMap<string, ExpressionFunction> = new Map([
  ["sin", one(sin, cos)],
  ["cos", one(cos, (a) => -sin(a))],
  [
    "tan",
    one(
      (a) => sin(a) / cos(a),
      (_a, y) => 1 + y * y,
    ),
  ],
  ["exp", one(exp, (_a, y) => y)],
  ["expm1", one(expm1, (_a, y) => y + 1)],
  [
    "log",
    one(log, (a) => 1 / a, {
      problem: (a) => (a > 0 ? undefined : "logarithm of a number that is not positive"),
    }),
  ],
  [
    "log1p",
    one(log1p, (a) => 1 / (1 + a), {
      problem: (a) => (a > -1 ? undefined : "log1p of a number not above −1"),
    }),
  ],
  [
    "sqrt",
    one(Math.sqrt, (_a, y) => 0.5 / y, {
      shape: "kink",
      problem: (a) => (a < 0 ? "square root of a negative number" : undefined),
    }),
  ],
  ["cbrt", one(cbrt, (_a, y) => 1 / (3 * y * y), { shape: "kink" })],
  ["abs", one(Math.abs, (a) => (a < 0 ? -1 : 1), { shape: "kink" })],
  ["tanh", one(tanh, (_a, y) => 1 - y * y)],
  ["sigmoid", one(sigmoid, (_a, y) => y * (1 - y))],
  ["sign", flat(Math.sign)],
  ["floor", flat(Math.floor)],
  ["ceil", flat(Math.ceil)],
  [
    "min",
    {
      arity: 2,
      value: Math.min,
      partials: (a: number, b: number) => (a <= b ? [1, 0] : [0, 1]),
      shape: "kink" as const,
    },
  ],
  [
    "max",
    {
      arity: 2,
      value: Math.max,
      partials: (a: number, b: number) => (a >= b ? [1, 0] : [0, 1]),
      shape: "kink" as const,
    },
  ],
  ["pow", power],
]);

/** Numbers by name. */
export const constants: ReadonlyMap<string, number> = new Map([
  ["pi", Math.PI],
  ["e", Math.E],
]);

/** Comparisons, for conditions. */
export const comparisons: ReadonlyMap<string, (a: number, b: number) => boolean> = new Map([
  ["<", (a: number, b: number) => a < b],
  [">", (a: number, b: number) => a > b],
  ["<=", (a: number, b: number) => a <= b],
  [">=", (a: number, b: number) => a >= b],
]);
