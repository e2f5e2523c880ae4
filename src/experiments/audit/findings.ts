import { counted, rSquared } from "../../text.js";
import type { Start } from "./answers.js";
import type { Setting } from "./cell.js";
import { type ConclusionName, conclusions } from "./conclusions.js";
import type { SettingResults } from "./results.js";
import { switches } from "./switches.js";
import { sayBeatsTrivial } from "./verdicts/beats-trivial.js";
import { MOST_NAMED, sayLargest } from "./verdicts/largest-switch.js";
import { sayPiecewise } from "./verdicts/piecewise-constant.js";
import { type Claim, sayHarder } from "./verdicts/regression-harder.js";

/** One claim of the study, what the results answer, and the numbers that carry it. */
export interface Finding {
  readonly name: "trivial" | "harder" | "piecewise" | "movers" | "readings";
  readonly question: string;
  /** One sentence. */
  readonly answer: string;
  readonly lines: readonly string[];
}

const protocolName: Readonly<Record<Start, string>> = {
  study: "the study's protocol",
  sound: "the sound protocol",
};
const starts: readonly Start[] = ["study", "sound"];
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** Such as m4n3, d = 4, K = 5. */
export const sayContext = ({ target, dim, classes }: Setting): string =>
  `${target}, d = ${dim}, K = ${classes}`;

/** Such as 1 (output head). */
export function switchName(id: string): string {
  const found = switches.find((one) => one.id === id);
  return found ? `${id} (${found.name})` : id;
}

/** What the rules answer for a setting, in words. */
export function findingsOf(results: SettingResults): Finding[] {
  return [trivial(results), regression(results), piecewise(results), ...movers(results), readings(results)];
}

function trivial({ verdicts: { trivial: found } }: SettingResults): Finding {
  const words = { better: "is", "no-better": "is not", undecided: "is not shown to be" };
  const alike = { better: "both are", "no-better": "neither is", undecided: "neither is shown to be" };
  const say = (start: Start) => {
    const { regression, classification } = found[start];
    return regression.answer === classification.answer
      ? alike[regression.answer]
      : `regression ${words[regression.answer]}, classification ${words[classification.answer]}`;
  };
  const [study, sound] = starts.map(say);
  const under =
    study === sound
      ? `under both protocols ${study}`
      : `under ${protocolName.study} ${study}; under ${protocolName.sound} ${sound}`;
  return {
    name: "trivial",
    question:
      "0. Is the model better than predictors that do not look at their input? (ours: the study has no baselines)",
    answer: `Better than the mean predictor in regression, the majority class in classification: ${under}.`,
    lines: starts.flatMap((start) => {
      const { regression, regressionMatched, classification } = found[start];
      return [
        `${protocolName[start]}, regression: ${sayBeatsTrivial(regression, "the mean predictor", "squared error")}`,
        `${protocolName[start]}, regression at matched resolution: ${sayBeatsTrivial(regressionMatched, "the majority class", "failures")}`,
        `${protocolName[start]}, classification: ${sayBeatsTrivial(classification, "the majority class", "failures")}`,
      ];
    }),
  };
}

const claims: Readonly<Record<Claim, string>> = {
  holds: "Yes: on one scale and beside the majority class, regression fails more under both protocols",
  "does-not-hold":
    "No: on one scale and beside the majority class, regression fails more under neither protocol",
  depends:
    "It depends on the protocol: on one scale and beside the majority class, regression fails more under one and not under the other",
  undecided:
    "Undecided: on one scale and beside the majority class, intervals leave open whether regression fails more",
};

function regression({ verdicts: { harder, claim } }: SettingResults): Finding {
  const line = (name: ConclusionName, start: Start) => {
    const how =
      name === "asRead"
        ? "failure rates as the protocol reads them"
        : "on one scale, over the majority's failures";
    return `${protocolName[start]}, ${how}: ${sayHarder(harder[name][start], name === "asRead" ? 1 : undefined)}`;
  };
  return {
    name: "harder",
    question: "1. Does regression fail more than classification? (the study's claim)",
    answer: `${claims[claim]}.`,
    lines: conclusions.flatMap(({ name }) => starts.map((start) => line(name, start))),
  };
}

function piecewise({ verdicts: { piecewise: found } }: SettingResults): Finding {
  const words = {
    yes: "yes",
    no: "no",
    "one-constant": "they are one constant",
    undecided: "undecided",
    "not-measured": "not measured",
  };
  return {
    name: "piecewise",
    question: "2. Are the fitted functions piecewise constant? (the study's claim)",
    answer: `${capital(starts.map((start) => `under ${protocolName[start]}: ${words[found[start].answer]}`).join("; "))}.`,
    lines: starts.map((start) => `${protocolName[start]}: ${sayPiecewise(found[start])}`),
  };
}

function movers({ verdicts: { movers: found } }: SettingResults): Finding[] {
  if (!found) return [];
  const lines = conclusions.flatMap(({ name, title }) =>
    starts.flatMap((start) => {
      const { ranked } = found[name][start];
      const flips = ranked.filter((one) => one.flips).map((one) => switchName(one.switch));
      const flipped =
        flips.length > 0 ? `; the answer changes with ${flips.join(", ")}` : "; no switch changes the answer";
      return [
        `${title}, from ${protocolName[start]}: ${sayLargest(found[name][start], switchName)}${flipped}`,
      ];
    }),
  );
  const leading = (name: ConclusionName, start: Start) => {
    const { answer, leaders } = found[name][start];
    if (answer === "none") return "no switch by itself";
    if (leaders.length > MOST_NAMED) return `no single one (${leaders.length} are not told apart)`;
    return `${leaders.map(switchName).join(" or ")}${answer === "several" ? " (not told apart)" : ""}`;
  };
  return [
    {
      name: "movers",
      question: "3. Which switch moves the conclusion most? (ours)",
      answer: `From the study's protocol, what it reads of regression against classification is moved most by ${leading("asRead", "study")}, the comparison on one scale by ${leading("oneScale", "study")}.`,
      lines,
    },
  ];
}

function readings(results: SettingResults): Finding {
  const { singleSeeds, withoutBaselines } = results.verdicts;
  const { cells, seemGood, notBetter } = withoutBaselines;
  const seeds = conclusions.flatMap(({ name, title }) =>
    starts.map((start) => {
      const { otherwise, seeds: all } = singleSeeds[name][start];
      return `question 12 (seeds): ${title}, ${protocolName[start]}: ${otherwise} of ${all} seeds by themselves answer otherwise than their mean`;
    }),
  );
  return {
    name: "readings",
    question: "What do baselines (question 11) and seeds (question 12) add? (ours)",
    answer: `Without baselines ${seemGood} of ${counted(cells, "cell")} ${seemGood === 1 ? "seems" : "seem"} good, failing less than half; ${notBetter} of them ${notBetter === 1 ? "is" : "are"} not shown to be better than the majority class on the same classes.`,
    lines: [...starts.map((start) => sayEqualSize(results, start)), ...seeds],
  };
}

/** The regression of a protocol beside predictors that keep as many numbers: R² on the test rows, means over seeds. */
function sayEqualSize({ cells, baselines }: SettingResults, start: Start): string {
  const model = cells.find(({ name, mode }) => name === start && mode === "regression");
  const r2 = (values: readonly (number | null | undefined)[]) => {
    const known = values.filter((value) => value !== null && value !== undefined);
    if (known.length === 0) return "not known";
    return rSquared(known.reduce((sum, value) => sum + value, 0) / known.length);
  };
  const of = (kind: "mlp" | "staircase") => r2(baselines.map(({ equalSize }) => equalSize[start][kind]?.r2));
  const { parameters } = baselines[0].equalSize[start];
  return `question 11 (baselines): R² of ${protocolName[start]}'s regression ${r2(model?.responses.r2 ?? [])}; of as many numbers (${parameters.toLocaleString("en")}) an MLP trained as long ${of("mlp")}, a staircase ${of("staircase")}; least squares ${r2(baselines.map(({ leastSquares }) => leastSquares.r2))}`;
}
