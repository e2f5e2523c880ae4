import { studentTail } from "../../src/analysis/statistics/student.js";

/** A training that can be followed. */
export interface Followed {
  readonly loss: number;
  /** @returns false where it has diverged */
  step(): unknown;
  weights(): ArrayLike<number>;
  /** Outputs for some inputs, always the same. */
  predict(): ArrayLike<number>;
  /** Loss over all samples. */
  evaluate(): number;
}

/** What is remembered of a training, to hold others to it. */
export interface Course {
  /** Weights and outputs after 0, 1, 3, 10, 30, … updates, and after the last one. */
  readonly stops: readonly { update: number; weights: readonly number[]; outputs: readonly number[] }[];
  /** Mean losses of equal parts of the training. */
  readonly parts: readonly number[];
  /** Loss over all samples after the last update. */
  readonly evaluation: number;
}

/** How many parts the mean loss is told of. */
const PARTS = 10;

/** Trains to the end. @param told of each part of the training as it ends */
export function follow(training: Followed, updates: number, told = (_line: string) => {}): Course {
  const stops: Course["stops"][number][] = [];
  const stop = (update: number) =>
    stops.push({
      update,
      weights: [...asList(training.weights())],
      outputs: [...asList(training.predict())],
    });
  stop(0);
  const parts: number[] = [];
  let update = 0;
  for (let part = 0; part < PARTS; part++) {
    const until = Math.floor((updates * (part + 1)) / PARTS);
    let sum = 0;
    const count = until - update;
    while (update < until) {
      if (training.step() === false) throw new Error(`diverged at update ${update + 1}`);
      sum += training.loss;
      if (isStop(++update) || update === updates) stop(update);
    }
    parts.push(sum / count);
    told(`${update} updates, ${sum / count}`);
  }
  return { stops, parts, evaluation: training.evaluate() };
}

const asList = (numbers: ArrayLike<number>) => Array.from(numbers);

function isStop(update: number): boolean {
  const scale = 10 ** Math.floor(Math.log10(update) + 1e-9);
  return update === scale || update === 3 * scale;
}

/** Something of a training beside another. */
export interface Drift {
  readonly what: string;
  /** How far it is off. */
  readonly distance: number;
  /** How far others are, root mean square. */
  readonly spread: number;
  readonly bound: number;
}

/** The probability that any bound at all is exceeded by a training that rounds as the others do. */
export const RISK = 1e-3;

/**
 * How far a training in float32 may be from the same one in float64.
 *
 * Each update rounds, and all later ones carry on what was rounded, and damp or amplify it: by a factor that is the
 * training's own, may be 10⁴ within a few updates, and is in no theorem. But it is the same for all who round as much, so
 * it is measured without the kernels: by trainings written plainly from the formulas, with what they store rounded to
 * float32, that begin a rounding apart from each other so that their roundings have nothing in common.
 *
 * What is compared: outputs and weights after 1, 3, 10, … updates (2-norm), mean losses of ten equal parts, the loss at
 * the end. Where a distance is an error of mean 0, normal as sums of many roundings are, it is of K others' root mean
 * square distributed as Student's |t| with K degrees of freedom, and norms of vectors vary less. The bound is the
 * quantile for RISK over the number of comparisons.
 *
 * @param centre float64. Where plain trainings take too long, a training of the kernels, `others` more of them that
 * begin a rounding apart, and `subject` float64: is it one of them?
 * @param others how far these are from `centre` is how far `subject` may be
 * @param felt places of the weights that are compared (`feltWeights`)
 */
export function drift(
  centre: Course,
  others: readonly Course[],
  subject: Course,
  felt: readonly number[],
): Drift[] {
  const all = measures(centre, felt);
  const threshold = quantile(RISK / all.length, others.length);
  return all.map(({ what, distance }) => {
    const squares = others.map((course) => distance(course) ** 2);
    const spread = Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / others.length);
    return { what, distance: distance(subject), spread, bound: threshold * spread };
  });
}

interface Measure {
  readonly what: string;
  readonly distance: (course: Course) => number;
}

function measures(centre: Course, felt: readonly number[]): Measure[] {
  const chosen = (weights: readonly number[]) => felt.map((i) => weights[i]);
  return [
    ...centre.stops.slice(1).flatMap(({ update, outputs, weights }, i): Measure[] => [
      {
        what: `outputs after ${update} updates`,
        distance: ({ stops }) => distance(stops[i + 1].outputs, outputs) / Math.sqrt(outputs.length),
      },
      {
        what: `weights after ${update} updates`,
        distance: ({ stops }) => distance(chosen(stops[i + 1].weights), chosen(weights)),
      },
    ]),
    ...centre.parts.map((loss, part) => ({
      what: `mean loss of part ${part + 1} of ${centre.parts.length}`,
      distance: ({ parts }: Course) => Math.abs(parts[part] - loss),
    })),
    { what: "loss at the end", distance: ({ evaluation }) => Math.abs(evaluation - centre.evaluation) },
  ];
}

/** 2-norm of a difference. */
function distance(a: readonly number[], b: readonly number[]): number {
  return Math.sqrt(b.reduce((sum, value, i) => sum + (a[i] - value) ** 2, 0));
}

/** What |t| is above with a probability of `risk`, by halving. */
export function quantile(risk: number, freedom: number): number {
  let [low, high] = [0, 1e6];
  for (let i = 0; i < 80; i++) {
    const middle = (low + high) / 2;
    if (2 * studentTail(middle, freedom) > risk) low = middle;
    else high = middle;
  }
  return high;
}
