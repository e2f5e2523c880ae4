import { type Start, starts } from "../../../experiments/audit/answers.js";
import type { Setting } from "../../../experiments/audit/cell.js";
import { conclusions } from "../../../experiments/audit/conclusions.js";
import { sayContext, switchName } from "../../../experiments/audit/findings.js";
import { meanOverSeeds } from "../../../experiments/audit/paired.js";
import { findResponse, type ResponseName } from "../../../experiments/audit/responses.js";
import type { SettingResults } from "../../../experiments/audit/results.js";
import { MOST_NAMED } from "../../../experiments/audit/verdicts/largest-switch.js";
import type { Figure } from "../../figure.js";
import { effects } from "../../figures/effects.js";
import { capital } from "../../figures/encodings.js";
import { levels } from "../../figures/levels.js";
import { effectWithin, levelWithin } from "./bounds.js";

/** Such as m4n3-d4-k5. */
export const slugOf = ({ target, dim, classes }: Setting): string =>
  `${target
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")}-d${dim}-k${classes}`;

const seriesOf = {
  study: "from the study's protocol",
  sound: "back from the sound one",
  factorial: "factorial",
};
const rowOf = { study: "the study's protocol", sound: "the sound protocol" };
const both = Object.keys(starts) as Start[];

const intervals = (seeds: number) =>
  `Means over ${seeds} seeds, 95% intervals by Student's t over paired seeds.`;

/** What every switch does to the comparison of regression and classification. */
export function moversFigure(results: SettingResults, name: string): Figure | undefined {
  const { movers, harder } = results.verdicts;
  if (!movers) return undefined;
  const panels = { asRead: "as the protocol reads it", oneScale: "on one scale" };
  const { answer } = harder.oneScale.study;
  const leaders = movers.asRead.study.leaders.map(switchName);
  const order = movers.asRead.study.ranked.map((one) => one.switch);
  return effects.draw(
    {
      title:
        leaders.length === 0
          ? "No switch moves “regression fails more” beyond its interval"
          : leaders.length > MOST_NAMED
            ? "No single switch moves “regression fails more” most"
            : `What moves “regression fails more” most: ${leaders.join(", ")}`,
      about: `Effect of each switch on how much more regression fails than classification (${sayContext(results)}): the alternative less the study's answer. As the protocol reads it: failure rates (the study's measure unless question 2 is turned); on one scale: failures over the majority class's, both modes by the same centroids (ours). Under the study's protocol and on one scale: ${{ regression: "regression fails more", classification: "classification fails more", alike: "both fail alike", undecided: "undecided" }[answer]}. ${intervals(results.baselines.length)}`,
      effects: conclusions.flatMap(({ name: conclusion }) =>
        both.flatMap((start) =>
          [...movers[conclusion][start].ranked]
            .sort((a, b) => order.indexOf(a.switch) - order.indexOf(b.switch))
            .map(({ switch: id, effect }) => ({
              factor: switchName(id),
              series: seriesOf[start],
              panel: panels[conclusion],
              ...effect,
            })),
        ),
      ),
    },
    { name },
  );
}

/** Titles that fit above a plot. */
const panelTitles: Readonly<Partial<Record<ResponseName, string>>> = {
  studyRate: "fails, as the study measures",
  excess: "over majority's, own classes",
  excessCommon: "over majority's, common scale",
  sup: "largest error over range",
  meanR2: "R² of the mean over d",
  flatBeyond: "flat beyond the target",
  constantPieces: "effective constant pieces",
};
/** Titles of the panels of levels, and what their axes count. */
const levelTitles = {
  studyRate: ["fails, as the study measures", "share of test vectors"],
  excess: ["failures, the cell's own classes", "× the majority class's"],
  excessCommon: ["failures, one scale for all", "× the majority class's"],
  r2: ["R² of predicted numbers", "R²"],
} as const satisfies Partial<Record<ResponseName, readonly [string, string]>>;
const levelPanels = Object.keys(levelTitles) as (keyof typeof levelTitles)[];

const panelOf = (name: ResponseName) => panelTitles[name] ?? findResponse(name).title;

/** What both modes come to under both protocols. */
export function levelsFigure(results: SettingResults, name: string): Figure | undefined {
  const cells = results.cells.filter((one) => both.includes(one.name as Start));
  return levels.draw(
    {
      title: "Regression and classification, as the study measures and beside the majority class",
      about: `${sayContext(results)}. The first measure is the study's, the others are ours: failures at matched resolution as multiples of those of the majority class, on the classes that the cell's protocol has, then on the same K classes of each coordinate for all; R² of a classification is that of the centroids it predicts. ${intervals(results.baselines.length)}`,
      levels: levelPanels.flatMap((response) =>
        cells.flatMap(({ name: start, mode, responses }) => {
          const found = meanOverSeeds(responses[response] ?? []);
          if (!found) return [];
          return [
            {
              ...{ row: rowOf[start as Start], series: mode, panel: levelTitles[response][0] },
              ...levelWithin(response, found),
            },
          ];
        }),
      ),
      units: Object.fromEntries(levelPanels.map((response) => levelTitles[response])),
      marks: [
        ...(["excess", "excessCommon"] as const).map((response) => ({
          ...{ panel: levelTitles[response][0], value: 1 },
          meaning: "no better than the majority class",
        })),
        { panel: levelTitles.r2[0], value: 0, meaning: "no better than the mean predictor" },
      ],
    },
    { name },
  );
}

/** Measures that are drawn beside each other, a figure each. */
const groups = {
  conclusions: ["studyRate", "excess"],
  errors: ["r2", "sup"],
  scales: ["excessCommon", "meanR2"],
  plateaus: ["flatBeyond", "resolution", "constantPieces"],
} as const satisfies Record<string, readonly ResponseName[]>;

/** What every switch does to a group of measures, a figure a mode. */
export function effectFigures(results: SettingResults, group: keyof typeof groups): Figure[] {
  return (["regression", "classification"] as const).flatMap((mode) => {
    const names = groups[group].map(findResponse).filter(({ modes }) => modes.includes(mode));
    const titles = names.map(({ title, better }) => `${title}${better ? ` (${better} is better)` : ""}`);
    const own = results.effects.filter((one) => one.mode === mode && !one.switch.includes("×"));
    const factorial = own.some(({ design }) => design === "factorial")
      ? " Factorial: over all combinations of the other factors' answers."
      : "";
    const figure = effects.draw(
      {
        title: `What each switch does in ${mode}: ${names.map(({ name }) => panelOf(name)).join("; ")}`,
        about: `${sayContext(results)}: the alternative less the study's answer. ${capital(titles.join("; "))}.${factorial} ${intervals(results.baselines.length)}`,
        effects: names.flatMap(({ name }) =>
          own
            .filter(({ response }) => response === name)
            .map(({ switch: id, design, value, low, high }) => ({
              ...{ factor: switchName(id), series: seriesOf[design], panel: panelOf(name) },
              ...effectWithin(name, { value, low, high }),
            })),
        ),
      },
      { name: `effects-${group}-${mode}-${slugOf(results)}` },
    );
    return figure ? [figure] : [];
  });
}
