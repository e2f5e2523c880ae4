import type { Parameters } from "../../src/sweep/space/parameter.js";
import type { SpaceInput } from "../../src/sweep/space/space.js";
import { cos, exp, log, sin } from "../../src/targets/math.js";

/** A function to minimise whose least value is known. */
export interface StandardFunction {
  readonly name: string;
  readonly space: SpaceInput;
  readonly minimum: number;
  /** Parameters that have it. */
  readonly minimizer: Parameters;
  value(parameters: Parameters): number;
}

function box(
  name: string,
  dimension: number,
  low: number,
  high: number,
  known: { minimum: number; at: readonly number[] },
  f: (x: readonly number[]) => number,
): StandardFunction {
  const names = Array.from({ length: dimension }, (_, i) => `x${i + 1}`);
  return {
    name,
    space: { parameters: Object.fromEntries(names.map((x) => [x, { type: "uniform", low, high }])) },
    minimum: known.minimum,
    minimizer: Object.fromEntries(names.map((x, i) => [x, known.at[i]])),
    value: (parameters) => f(names.map((x) => Number(parameters[x]))),
  };
}

const PI = Math.PI;
/** Not `** 2`, which engines may round each in its own way. */
const squared = (x: number) => x * x;

/** Branin & Hoo (1972), with three minima. */
export const branin: StandardFunction = {
  name: "Branin",
  space: {
    parameters: {
      x1: { type: "uniform", low: -5, high: 10 },
      x2: { type: "uniform", low: 0, high: 15 },
    },
  },
  minimum: 0.39788735772973816,
  minimizer: { x1: PI, x2: 2.275 },
  value({ x1, x2 }) {
    const [x, y] = [Number(x1), Number(x2)];
    const bowl = y - (5.1 / (4 * PI * PI)) * x * x + (5 / PI) * x - 6;
    return bowl * bowl + 10 * (1 - 1 / (8 * PI)) * cos(x) + 10;
  },
};

/** Hartmann (1973), in the form of Dixon & Szegő (1978): −Σ αᵢ exp(−Σ Aᵢⱼ (xⱼ − Pᵢⱼ)²) on the unit cube. */
const hartmann =
  (A: readonly (readonly number[])[], P: readonly (readonly number[])[]) =>
  (x: readonly number[]): number => {
    const alpha = [1, 1.2, 3, 3.2];
    let sum = 0;
    for (let i = 0; i < 4; i++) {
      let square = 0;
      for (let j = 0; j < x.length; j++) square += A[i][j] * squared(x[j] - P[i][j]);
      sum -= alpha[i] * exp(-square);
    }
    return sum;
  };

export const hartmann3 = box(
  "Hartmann 3",
  3,
  0,
  1,
  { minimum: -3.86278214782076, at: [0.1146143, 0.5556488, 0.8525469] },
  hartmann(
    [
      [3, 10, 30],
      [0.1, 10, 35],
      [3, 10, 30],
      [0.1, 10, 35],
    ],
    [
      [0.3689, 0.117, 0.2673],
      [0.4699, 0.4387, 0.747],
      [0.1091, 0.8732, 0.5547],
      [0.03815, 0.5743, 0.8828],
    ],
  ),
);

export const hartmann6 = box(
  "Hartmann 6",
  6,
  0,
  1,
  {
    minimum: -3.32236801141551,
    at: [0.20168952, 0.15001069, 0.47687398, 0.27533243, 0.31165162, 0.65730054],
  },
  hartmann(
    [
      [10, 3, 17, 3.5, 1.7, 8],
      [0.05, 10, 17, 0.1, 8, 14],
      [3, 3.5, 1.7, 10, 17, 8],
      [17, 8, 0.05, 10, 0.1, 14],
    ],
    [
      [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
      [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
      [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
      [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
    ],
  ),
);

/** Rosenbrock (1960), summed over neighbours: a bent valley. */
export const rosenbrock4 = box("Rosenbrock 4", 4, -5, 10, { minimum: 0, at: [1, 1, 1, 1] }, (x) => {
  let sum = 0;
  for (let i = 0; i + 1 < x.length; i++) {
    const across = x[i + 1] - x[i] * x[i];
    sum += 100 * across * across + (1 - x[i]) * (1 - x[i]);
  }
  return sum;
});

/** Ackley (1987): one funnel, full of small dents. */
export const ackley5 = box("Ackley 5", 5, -32.768, 32.768, { minimum: 0, at: [0, 0, 0, 0, 0] }, (x) => {
  let [squares, waves] = [0, 0];
  for (const xi of x) {
    squares += xi * xi;
    waves += cos(2 * PI * xi);
  }
  const n = x.length;
  return 20 - 20 * exp(-0.2 * Math.sqrt(squares / n)) + exp(1) - exp(waves / n);
});

const log10 = (x: number) => log(x) / log(10);

/**
 * What tuning a small network looks like: a choice that decides which others apply, learning rates by their
 * logarithm, whole numbers, and a loss of at least 0 that is 0 at one place.
 */
export const mixed: StandardFunction = {
  name: "mixed",
  space: {
    parameters: {
      optimizer: ["sgd", "adam", "rmsprop", "adagrad"],
      learningRate: { type: "log-uniform", low: 1e-5, high: 1 },
      momentum: { type: "uniform", low: 0, high: 1, when: { optimizer: ["sgd", "rmsprop"] } },
      beta: { type: "uniform", low: 0.8, high: 1, when: { optimizer: "adam" } },
      layers: { type: "integer", low: 1, high: 8 },
      width: { type: "integer", low: 4, high: 512, log: true },
      activation: ["relu", "gelu", "tanh"],
    },
  },
  minimum: 0,
  minimizer: { optimizer: "adam", learningRate: 1e-3, beta: 0.9, layers: 4, width: 64, activation: "gelu" },
  value(p) {
    const rate = log10(Number(p["learningRate"]));
    const best = { sgd: -1, adam: -3, rmsprop: -3, adagrad: -2 }[String(p["optimizer"])]!;
    const offset = { sgd: 0.3, adam: 0, rmsprop: 0.2, adagrad: 0.5 }[String(p["optimizer"])]!;
    const inner =
      "beta" in p
        ? 100 * squared(Number(p["beta"]) - 0.9)
        : "momentum" in p
          ? squared(Number(p["momentum"]) - 0.9)
          : 0;
    const width = (log(Number(p["width"])) - log(64)) / log(2);
    const layers = Number(p["layers"]) - 4;
    const activation = { relu: 0.15, gelu: 0, tanh: 0.4 }[String(p["activation"])]!;
    return (
      offset +
      0.5 * squared(rate - best) +
      inner +
      0.1 * width * width +
      0.08 * layers * layers +
      activation +
      0.1 * (1 - cos(1.5 * layers + 0.8 * sin(width)))
    );
  },
};

export const standardFunctions: readonly StandardFunction[] = [
  branin,
  hartmann3,
  hartmann6,
  rosenbrock4,
  ackley5,
  mixed,
];
