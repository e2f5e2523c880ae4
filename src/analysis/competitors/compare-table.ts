import { type Quantisation, quantise } from "../../targets/quantisation.js";
import type { Samples } from "../measure.js";
import { errors } from "../metrics/errors.js";
import type { Estimate } from "../statistics/bootstrap.js";
import { type Losses, pairedDifference } from "../statistics/paired.js";
import type { Competitor } from "./competitor.js";

/** Of fewer test samples no interval tells who does better (ours). */
export const FEWEST_TEST = 20;

/** Who does better, where an interval says so. */
export type Winner = "model" | "competitor" | "neither";

/** One predictor on the test data, in units of the outputs. Null: undefined, or not meant for it. */
export interface CompareRow {
  readonly name: string;
  readonly description: string;
  /** What was chosen in fitting. */
  readonly detail: string;
  /** Numbers that it keeps to predict. */
  readonly numbers: number;
  /** Training rows that it was fitted to; null for the model itself. */
  readonly rows: number | null;
  /** As in `errors`; the mean over seeds where there are several. */
  readonly rmse: number | null;
  readonly r2: number | null;
  readonly sup: number | null;
  /** Share of classes missed at matched resolution. */
  readonly matched: number;
  /** RMSE of the model less this one's: below 0 the model is better. Null for the model itself, and of one sample. */
  readonly differenceRmse: Estimate | null;
  /** The same of `matched`. */
  readonly differenceMatched: Estimate | null;
  /**
   * By `differenceRmse`; by `differenceMatched` for what predicts classes only; neither below 20 test samples. Null for
   * the model itself.
   */
  readonly wins: Winner | null;
}

/** Who wins, and by how much. */
export interface CompareVerdict {
  readonly winner: Winner;
  /** The model, or the competitor that decides. */
  readonly name: string;
  readonly text: string;
}

/** How test predictions are judged. */
export interface Judge {
  readonly test: Samples;
  readonly outputs: number;
  readonly tokenWidth: number;
  readonly quantisation: Quantisation;
}

/** A predictor's losses on every test sample, by run, and what they come to. */
export interface Score {
  /** Mean squared error over a sample's outputs. */
  readonly squares: Losses;
  /** Share of a sample's classes that are missed. */
  readonly misses: Losses;
  readonly rmse: number;
  readonly r2: number;
  readonly sup: number;
  readonly matched: number;
}

/** @param predictions [count, outputs] of each run */
export function score(
  predictions: readonly ArrayLike<number>[],
  { test, outputs, tokenWidth, quantisation }: Judge,
): Score {
  const truth = quantise(test.y, tokenWidth, quantisation);
  const places = truth.length / test.count;
  const squares = predictions.map((predicted) => {
    const loss = new Float64Array(test.count);
    for (let i = 0; i < test.y.length; i++) {
      const difference = predicted[i] - test.y[i];
      loss[Math.floor(i / outputs)] += (difference * difference) / outputs;
    }
    return loss;
  });
  const misses = predictions.map((predicted) => {
    const labels = quantise(Float32Array.from(predicted), tokenWidth, quantisation);
    const loss = new Float64Array(test.count);
    for (let i = 0; i < labels.length; i++) {
      if (labels[i] !== truth[i]) loss[Math.floor(i / places)]++;
    }
    return loss.map((missed) => missed / places);
  });
  const each = predictions.map((predicted) => errors(predicted, test.y, outputs));
  return {
    squares,
    misses,
    rmse: meanOf(each.map(({ rmse }) => rmse)),
    r2: meanOf(each.map(({ r2 }) => r2)),
    sup: meanOf(each.map(({ sup }) => sup)),
    matched: meanOf(misses.map(meanOf)),
  };
}

export function modelRow(name: string, numbers: number, detail: string, own: Score): CompareRow {
  return {
    name,
    description: "the model",
    detail,
    numbers,
    rows: null,
    rmse: finite(own.rmse),
    r2: finite(own.r2),
    sup: finite(own.sup),
    matched: own.matched,
    differenceRmse: null,
    differenceMatched: null,
    wins: null,
  };
}

/** @param negligible differences of RMSE up to this are rounding: nobody wins by them */
export function competitorRow(
  { name, description, scale }: Competitor,
  fitted: { readonly numbers: number; readonly rows: number; readonly detail: string },
  own: Score,
  rival: Score,
  { negligible, seed }: { negligible: number; seed: number },
): CompareRow {
  const values = scale === "values";
  const comparable = Number.isFinite(own.rmse) && Number.isFinite(rival.rmse);
  // One sample drawn anew is the same one: an interval of no width would say that it is sure.
  const several = own.squares[0].length > 1;
  const differenceRmse =
    several && values && comparable
      ? pairedDifference(own.squares, rival.squares, Math.sqrt, { seed })
      : null;
  const differenceMatched = several
    ? pairedDifference(own.misses, rival.misses, (share) => share, { seed })
    : null;
  let wins: Winner;
  if (!differenceMatched || own.squares[0].length < FEWEST_TEST) wins = "neither";
  else if (!values) wins = winner(differenceMatched, 0);
  else if (differenceRmse) wins = winner(differenceRmse, negligible);
  // Who is not finite has lost against who is.
  else if (Number.isFinite(own.rmse)) wins = "model";
  else wins = Number.isFinite(rival.rmse) ? "competitor" : "neither";
  return {
    name,
    description,
    detail: fitted.detail,
    numbers: fitted.numbers,
    rows: fitted.rows,
    rmse: values ? finite(rival.rmse) : null,
    r2: values ? finite(rival.r2) : null,
    sup: values ? finite(rival.sup) : null,
    matched: rival.matched,
    differenceRmse,
    differenceMatched,
    wins,
  };
}

function winner({ value, low, high }: Estimate, negligible: number): Winner {
  if (Math.abs(value) <= negligible) return "neither";
  if (high < 0) return "model";
  return low > 0 ? "competitor" : "neither";
}

/**
 * Among competitors that predict values: the one of least RMSE (the first of equals) of those that win;
 * where none does, the model if it wins against all; else neither, and the first that holds its own.
 * @param test test samples: of too few nobody wins, and the competitor of least RMSE is named
 */
export function verdict([model, ...rivals]: readonly CompareRow[], test: number): CompareVerdict {
  const judged = rivals.filter(({ differenceRmse, rmse }) => differenceRmse || rmse !== null);
  const better = judged.filter(({ wins }) => wins === "competitor");
  const equal = judged.filter(({ wins }) => wins === "neither");
  const said = (row: CompareRow) => `${row.name} (${row.numbers.toLocaleString("en")} numbers)`;
  const against = (row: CompareRow) => {
    const rmse = `RMSE ${short(model.rmse)} against ${short(row.rmse)}`;
    const d = row.differenceRmse;
    return d ? `${rmse}, difference ${short(d.value)} (95%: ${short(d.low)} to ${short(d.high)})` : rmse;
  };
  const classes = rivals.some(({ rmse, wins }) => rmse === null && wins === "competitor")
    ? "; at matched resolution even the majority class is better"
    : "";
  const least = (rows: readonly CompareRow[]) =>
    rows.reduce((a, b) => ((b.rmse ?? Infinity) < (a.rmse ?? Infinity) ? b : a));
  if (test < FEWEST_TEST && judged.length > 0) {
    const best = least(judged);
    const text = `too few test samples (${test}) to say who is better, ${FEWEST_TEST} or more are needed: ${said(model)} has RMSE ${short(model.rmse)}, ${said(best)} ${short(best.rmse)}`;
    return { winner: "neither", name: best.name, text };
  }
  if (better.length > 0) {
    const best = least(better);
    const text = `${said(best)} is better than ${said(model)}: ${against(best)}${classes}`;
    return { winner: "competitor", name: best.name, text };
  }
  if (equal.length > 0) {
    const text = `${said(model)} is no better than ${said(equal[0])}: ${against(equal[0])}${classes}`;
    return { winner: "neither", name: equal[0].name, text };
  }
  if (judged.length === 0) {
    return { winner: "neither", name: model.name, text: "there was no competitor to compare with" };
  }
  const nearest = least(judged);
  const text = `${said(model)} is better than every competitor; the best of them is ${said(nearest)}: ${against(nearest)}${classes}`;
  return { winner: "model", name: model.name, text };
}

function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

const finite = (value: number) => (Number.isFinite(value) ? value : null);
const short = (value: number | null) =>
  value === null ? "not finite" : String(Number(value.toPrecision(3)));
