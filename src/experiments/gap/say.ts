import { said } from "../../analysis/statistics/say.js";
import { counted } from "../../text.js";
import type { Answer, KindAnswer } from "./answer.js";
import type { Ensemble, Norm } from "./ensemble.js";
import type { Change } from "./further.js";
import type { ConstructedRung, GapResults, Slope } from "./results.js";

// The answer of an experiment in sentences: nothing is decided here.

/** The plain answer. */
export const verdictText: Readonly<Record<Answer["verdict"], string>> = {
  learning: "expressivity is not what limits here: learning is, at this budget",
  size: "expressivity is what limits here, as far as constructions show",
  undecided: "undecided",
};

/** The answer first, then what carries it: Transformers, each architecture, training from written weights. */
export function sayAnswer({ answer, constructed }: GapResults): string[] {
  const { sup, rmse } = answer;
  const kinds = [...(sup.transformers ? [sup.transformers] : []), ...sup.own];
  return [
    `By the largest error: ${verdictText[sup.verdict]}.`,
    ...kinds.map(sayKind),
    `By root mean square error, of which nothing is certified: ${verdictText[rmse.verdict]}.`,
    ...[...new Set(constructed.map(({ family }) => family))].map((family) =>
      sayChange(
        family,
        constructed.filter((one) => one.family === family),
      ),
    ),
  ];
}

/** From the least to the greatest, or the one there is. */
function span(values: readonly number[]): string {
  const [least, most] = [said(Math.min(...values)), said(Math.max(...values))];
  return least === most ? least : `${least} to ${most}`;
}

export function sayKind({ name, sameArchitecture, verdict, sizes, counts, falls }: KindAnswer): string {
  const compared = sizes.length - counts.none;
  if (compared === 0) return `${name}: no construction has as few parameters: nothing to compare with.`;
  const proven = sizes.filter((one) => one.proven).length;
  const beside = sameArchitecture
    ? "the same architecture with written weights"
    : "networks of at most as many parameters, of another architecture";
  const parts = [
    `at ${counts.learning} of ${counted(compared, "size")} what training finds from drawn weights is worse than ${beside}` +
      (counts.learning > 0 ? ` (proven by a certificate at ${proven})` : ""),
    ...(counts.size > 0 ? [`at ${counts.size} it is as good or better`] : []),
    ...(counts.undecided > 0 ? [`at ${counts.undecided} seeds do not decide`] : []),
  ];
  const factors = sizes.flatMap(({ overFound }) => (overFound ? [overFound.value] : []));
  const range = factors.length > 0 ? `; errors are ${span(factors)} times the least found there` : "";
  const flat = falls ? "" : ", and errors do not surely fall with size";
  return `${name}: ${parts.join(", ")}${range}${flat}. So: ${kindText[verdict]}.`;
}

/** What limits networks of one kind. */
export const kindText: Readonly<Record<KindAnswer["verdict"], string>> = {
  learning: "learning limits",
  size: "size limits",
  undecided: "undecided",
};

/** What training made of one construction's weights, over its sizes. */
export function sayChange(family: string, rungs: readonly ConstructedRung[]): string {
  const by = (norm: Norm) => {
    const changes = rungs.flatMap(({ change }) => change[norm] ?? []);
    if (changes.length === 0) return "no factor, as it was 0 before";
    const count = (kind: Change["change"]) => changes.filter(({ change }) => change === kind).length;
    const words = (["improves", "keeps", "loses", "undecided"] as const)
      .filter((kind) => count(kind) > 0)
      .map((kind) => `${kind === "undecided" ? "is undecided" : kind} at ${count(kind)}`);
    const factors = changes.map(({ value }) => value);
    return `${words.join(", ")} of ${counted(changes.length, "size")} (error after over before: ${span(factors)})`;
  };
  if (rungs.every(({ change }) => !change.sup && !change.rmse)) {
    return `Training from ${family}'s weights: nothing to compare.`;
  }
  return `Training from ${family}'s weights, largest error: ${by("sup")}; root mean square error: ${by("rmse")}.`;
}

const curveNames: Readonly<Record<Slope["curve"], string>> = {
  transformers: "Transformers, trained",
  constructed: "as written",
  further: "trained from written weights",
  drawn: "trained from drawn weights",
};

export const curveName = ({ curve, family }: Pick<Slope, "curve" | "family">): string =>
  family === null ? curveNames[curve] : `${family}, ${curveNames[curve]}`;

export function saySlope({ curve, family, by, exponent, range, doubts, theory, beside }: Slope): string {
  const law = `error ~ ${by}^−p with p = ${said(exponent.value)} (${said(range.low)} to ${said(range.high)})`;
  const words = { inside: "agrees", above: "errors fall faster", below: "errors fall more slowly" };
  const compared = theory && beside ? `; theory's ${said(theory.exponent)}: ${words[beside]}` : "";
  const doubt = doubts.length > 0 ? `; no power law: ${doubts.join("; ")}` : "";
  return `${curveName({ curve, family })}: ${law}${compared}${doubt}.`;
}

/**
 * What is to be minded beside the answer: trainings that were not over, or diverged, learning rates at an end of what
 * was tried, and what has no certificate.
 */
export function sayNotes({ transformers, constructed }: GapResults, lr: readonly number[]): string[] {
  const ensembles = [
    ...transformers.map(({ trained }) => trained),
    ...constructed.flatMap(({ drawn, further }) => [drawn, further]),
  ];
  const sum = (of: (one: Ensemble) => number) => ensembles.reduce((total, one) => total + of(one), 0);
  const models = sum(({ bySeed }) => bySeed.length);
  const unfinished = sum((one) => one.unfinished);
  const ends = ([most, word]: [number, string]) => {
    const count = sum(({ bySeed }) => bySeed.filter((one) => one?.lr === most).length);
    return count > 0
      ? [
          `${count} of them ${count === 1 ? "has" : "have"} the ${word} learning rate that was tried, ${most}.`,
        ]
      : [];
  };
  const diverged = sum((one) => one.diverged);
  const reasons = new Map<string, number>();
  for (const { constructed: one } of constructed) {
    if (one.uncertified !== null) reasons.set(one.uncertified, (reasons.get(one.uncertified) ?? 0) + 1);
  }
  return [
    `${unfinished} of ${counted(models, "model")} that were kept ${unfinished === 1 ? "is" : "are"} the last of their training: it was still getting better.`,
    // One rate has no ends.
    ...(lr.length > 1 ? [...ends([Math.min(...lr), "least"]), ...ends([Math.max(...lr), "largest"])] : []),
    ...(diverged > 0
      ? [
          `${diverged} of ${counted(
            sum((one) => one.trainings),
            "training",
          )} diverged.`,
        ]
      : []),
    ...[...reasons].map(
      ([why, count]) =>
        `${count} of ${counted(constructed.length, "construction")} ${count === 1 ? "has" : "have"} no certificate: ${why}`,
    ),
  ];
}
