import { type Start, starts } from "./answers.js";
import type { SeedBaselines } from "./baselines.js";
import { cellKey } from "./cell.js";
import { type ConclusionName, conclusions, harderUnder, movers } from "./conclusions.js";
import type { SettingDesign } from "./design.js";
import type { ResponseTable } from "./effects.js";
import { scaleIndex } from "./scales.js";
import { type BeatsTrivial, beatsTrivial } from "./verdicts/beats-trivial.js";
import type { Largest } from "./verdicts/largest-switch.js";
import { type Piecewise, piecewiseConstant } from "./verdicts/piecewise-constant.js";
import {
  type SingleSeeds,
  singleSeeds,
  type WithoutBaselines,
  withoutBaselines,
} from "./verdicts/readings.js";
import { type Claim, type Harder, regressionClaim } from "./verdicts/regression-harder.js";

/** What the rules answer for one setting, with the numbers that carry each answer. */
export interface SettingVerdicts {
  /** 0: is the model better than predictors that do not look at their input? */
  readonly trivial: Readonly<Record<Start, TrivialVerdicts>>;
  /** 1: does regression fail more than classification? */
  readonly harder: Readonly<Record<ConclusionName, Readonly<Record<Start, Harder>>>>;
  /** What becomes of it on one scale, under both protocols. */
  readonly claim: Claim;
  /** 2: are the fitted functions piecewise constant? */
  readonly piecewise: Readonly<Record<Start, Piecewise>>;
  /** 3: which switch moves a conclusion most? Null where switches were not run. */
  readonly movers: Readonly<Record<ConclusionName, Readonly<Record<Start, Largest>>>> | null;
  /** Question 12. */
  readonly singleSeeds: Readonly<Record<ConclusionName, Readonly<Record<Start, SingleSeeds>>>>;
  /** Question 11. */
  readonly withoutBaselines: WithoutBaselines;
}

/** Whether models are better than predictors that have learned nothing. */
export interface TrivialVerdicts {
  /** R² against the mean predictor's. */
  readonly regression: BeatsTrivial;
  /** Failure rates at matched resolution, on the protocol's own classes, against the majority class's. */
  readonly regressionMatched: BeatsTrivial;
  readonly classification: BeatsTrivial;
}

const both = <T>(of: (start: Start) => T): Record<Start, T> => ({ study: of("study"), sound: of("sound") });

export function settingVerdicts(
  { setting, whole, cells }: SettingDesign,
  table: ResponseTable,
  baselines: readonly SeedBaselines[],
): SettingVerdicts {
  const responsesAt = (mode: "regression" | "classification", start: Start) =>
    table.get(cellKey({ mode, answers: starts[start] }, setting))!;
  const under = both((start) =>
    Object.fromEntries(
      conclusions.map((one) => [one.name, harderUnder(one, starts[start], setting, table)!]),
    ),
  );
  const byConclusion = <T>(of: (name: ConclusionName, start: Start) => T) =>
    Object.fromEntries(conclusions.map(({ name }) => [name, both((start) => of(name, start))])) as Record<
      ConclusionName,
      Record<Start, T>
    >;
  const failures = (mode: "regression" | "classification", start: Start) =>
    beatsTrivial(numbers(responsesAt(mode, start).ownRate), majorityRates(baselines, start));
  const moversOf = (name: ConclusionName, start: Start) =>
    movers(conclusions.find((one) => one.name === name)!, start, setting, table);
  return {
    trivial: both((start) => ({
      regression: beatsTrivial(
        numbers(responsesAt("regression", start).r2).map((r2) => 1 - r2),
        baselines.map(({ mean }) => 1 - mean.r2),
      ),
      regressionMatched: failures("regression", start),
      classification: failures("classification", start),
    })),
    harder: byConclusion((name, start) => under[start][name].harder),
    claim: regressionClaim([under.study.oneScale.harder.answer, under.sound.oneScale.harder.answer]),
    piecewise: both((start) => piecewiseConstant(responsesAt("regression", start))),
    movers: whole ? byConclusion(moversOf) : null,
    singleSeeds: byConclusion((name, start) => singleSeeds(under[start][name].differences)),
    withoutBaselines: withoutBaselines(
      cells.map(({ key, answers }) => {
        const rates = numbers(table.get(key)!.ownRate);
        const majority = baselines.map((one) => one.majority[scaleIndex(answers)]);
        return {
          rate: rates.reduce((sum, rate) => sum + rate, 0) / rates.length,
          better: beatsTrivial(rates, majority).answer === "better",
        };
      }),
    ),
  };
}

/** Of a response that every run has, the diverged ones too. */
function numbers(values: readonly (number | null)[]): number[] {
  return values.map((value) => value!);
}

function majorityRates(baselines: readonly SeedBaselines[], start: Start): number[] {
  return baselines.map(({ majority }) => majority[scaleIndex(starts[start])]);
}
