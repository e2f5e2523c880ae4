import { spreadOf } from "../../sweep/replicates.js";
import { counted } from "../../text.js";
import type { ReplicationResults, SettingResult } from "./results.js";

/** How many comparisons came out which way: by the 95% interval (Student's t) of the paired differences over seeds. */
export interface Tally {
  /** The whole interval is above 0. */
  readonly more: number;
  /** Below. */
  readonly less: number;
  /** It holds 0, or there are too few seeds for one. */
  readonly undecided: number;
}

export interface ReplicationVerdict {
  /**
   * Regressions against classifications of the same target, width and positions, each by the study's metric at
   * k = 1: does regression fail more?
   */
  readonly studyMetric: Tally;
  /** The same on one scale (ours): the regression quantised with the classification's centroids. */
  readonly matched: Tally;
  /**
   * Settings against the better of mean and majority class, by the study's metric at k = 1: `less` is better than
   * that.
   */
  readonly trivial: Readonly<Record<SettingResult["mode"], Tally>>;
  /** The same against least squares. */
  readonly leastSquares: Readonly<Record<SettingResult["mode"], Tally>>;
}

/** What the results say, by rules that are fixed beforehand. */
export function replicationVerdict({ settings }: ReplicationResults): ReplicationVerdict {
  const regressions = settings.filter(({ mode }) => mode === "regression");
  const classifications = settings.filter(({ mode }) => mode === "classification");
  const pairs = regressions.flatMap((regression) =>
    classifications
      .filter(
        ({ target, dim, positions }) =>
          target === regression.target && dim === regression.dim && positions === regression.positions,
      )
      .map((classification) => ({ regression, classification, K: String(classification.classes) })),
  );
  const onOneScale = pairs.filter(({ regression, K }) => regression.matched?.[K] !== undefined);
  const against = (
    mode: SettingResult["mode"],
    predictors: readonly ("mean" | "majority" | "leastSquares")[],
  ) =>
    tally(
      settings
        .filter((one) => one.mode === mode)
        .map((one) => [failuresAt1(one), one.baselines.map((of) => least(of, predictors))] as const),
    );
  const both = (predictors: readonly ("mean" | "majority" | "leastSquares")[]) => ({
    regression: against("regression", predictors),
    classification: against("classification", predictors),
  });
  return {
    studyMetric: tally(
      pairs.map(({ regression, classification }) => [failuresAt1(regression), failuresAt1(classification)]),
    ),
    matched: tally(
      onOneScale.map(({ regression, classification, K }) => [
        failuresBySeed(regression, (test) => test.matched[K]),
        failuresAt1(classification),
      ]),
    ),
    trivial: both(["mean", "majority"]),
    leastSquares: both(["leastSquares"]),
  };
}

type BySeed = readonly (number | undefined)[];
type Test = Extract<SettingResult["replicas"][number], { state: "complete" }>["test"];

/** By seed; a seed that diverged has none. */
const failuresBySeed = ({ replicas }: SettingResult, of: (test: Test) => number): BySeed =>
  replicas.map((one) => (one.state === "complete" ? of(one.test) : undefined));

const failuresAt1 = (setting: SettingResult) => failuresBySeed(setting, (test) => test.failureRate["1"]);

/** The least failure rate at k = 1 of some predictors. */
function least(
  of: SettingResult["baselines"][number],
  predictors: readonly ("mean" | "majority" | "leastSquares")[],
): number | undefined {
  const rates = predictors.flatMap((name) => of[name].failureRate?.["1"] ?? []);
  return rates.length > 0 ? Math.min(...rates) : undefined;
}

function tally(comparisons: readonly (readonly [BySeed, BySeed])[]): Tally {
  const counts = { more: 0, less: 0, undecided: 0 };
  for (const [one, other] of comparisons) counts[compare(one, other)]++;
  return counts;
}

/** The interval of differences on the seeds of both; all alike decide, too. */
function compare(one: BySeed, other: BySeed): keyof Tally {
  const differences = one.flatMap((value, i) => {
    const held = other[i];
    return value === undefined || held === undefined ? [] : [value - held];
  });
  const spread = spreadOf(differences);
  if (!spread) return "undecided";
  if (spread.low > 0) return "more";
  return spread.high < 0 ? "less" : "undecided";
}

/** How many comparisons there are. */
export const total = ({ more, less, undecided }: Tally) => more + less + undecided;

/** The answer in words, with the counts that carry it. */
export const answerOf = (verdict: ReplicationVerdict): string => answersOf(verdict).join(" ");

/** The same by what is asked, a sentence each. */
export function answersOf(verdict: ReplicationVerdict): string[] {
  const { studyMetric, matched, trivial, leastSquares } = verdict;
  const parts: string[] = [];
  if (total(studyMetric) > 0) {
    parts.push(
      `By the study's metric at k = 1 regression ${inWords(studyMetric, "fails more than classification")}.`,
    );
  }
  if (total(matched) > 0) {
    parts.push(
      `On one scale (ours: the regression quantised with the same K centroids) it ${inWords(matched, "fails more")}.`,
    );
  }
  const better = (mode: SettingResult["mode"], tallies: ReplicationVerdict["trivial"]) =>
    `${tallies[mode].less} of ${counted(total(tallies[mode]), mode)}`;
  const modes = (["regression", "classification"] as const).filter((mode) => total(trivial[mode]) > 0);
  const list = (tallies: ReplicationVerdict["trivial"]) =>
    modes.map((mode) => better(mode, tallies)).join(" and ");
  parts.push(
    `Better than guessing (mean or majority class, by the same metric) are ${list(trivial)}; better than least squares are ${list(leastSquares)}.`,
  );
  return parts;
}

function inWords(tally: Tally, more: string): string {
  const N = total(tally);
  if (tally.more === N) return N === 1 ? `${more} in the one comparison` : `${more} in all ${N} comparisons`;
  const rest = [
    ...(tally.less > 0 ? [`less in ${tally.less}`] : []),
    ...(tally.undecided > 0 ? [`undecided in ${tally.undecided}`] : []),
  ];
  return `${more} in ${tally.more} of ${counted(N, "comparison")} (${rest.join(", ")})`;
}
