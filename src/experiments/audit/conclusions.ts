import { type Answers, type Start, starts } from "./answers.js";
import { cellKey, type Setting } from "./cell.js";
import { mattering, modes } from "./design.js";
import type { ResponseTable } from "./effects.js";
import type { ResponseName } from "./responses.js";
import { type Trained, withSwitch } from "./switches.js";
import { type Candidate, type Largest, largestSwitch } from "./verdicts/largest-switch.js";
import { differences, type Harder, harder } from "./verdicts/regression-harder.js";

/** What a comparison of regression and classification is made on. */
export interface Conclusion {
  readonly name: ConclusionName;
  /** By what it compares. */
  readonly response: ResponseName;
  readonly title: string;
}
/** A conclusion that the audit draws. */
export type ConclusionName = "asRead" | "oneScale";

export const conclusions: readonly Conclusion[] = [
  {
    ...{ name: "asRead", response: "read" },
    title: "failure rates as the protocol reads them: regression less classification",
  },
  {
    ...{ name: "oneScale", response: "excess" },
    title:
      "failures over the majority's, both on the classes of the classification: regression less classification",
  },
];

/** Answers with both sides of a comparison, by seed. */
function sides({ response }: Conclusion, answers: Answers, setting: Setting, table: ResponseTable) {
  const [regression, classification] = (["regression", "classification"] as const).map(
    (mode) => table.get(cellKey({ mode, answers }, setting))?.[response],
  );
  return regression && classification ? { regression, classification } : undefined;
}

/** Which mode fails more under some answers; undefined where they were not run. */
export function harderUnder(
  conclusion: Conclusion,
  answers: Answers,
  setting: Setting,
  table: ResponseTable,
): { readonly harder: Harder; readonly differences: readonly (number | null)[] } | undefined {
  const found = sides(conclusion, answers, setting, table);
  if (!found) return undefined;
  const { regression, classification } = found;
  return { harder: harder(regression, classification), differences: differences(regression, classification) };
}

/** Which switch moves a conclusion most, one at a time from a start. */
export function movers(
  conclusion: Conclusion,
  start: Start,
  setting: Setting,
  table: ResponseTable,
): Largest {
  return largestSwitch(
    switchesOf(setting).flatMap((one): Candidate[] => {
      const [study, alternative] = (["study", "alternative"] as const).map((side) =>
        harderUnder(conclusion, withSwitch(starts[start], one, side), setting, table),
      );
      if (!study || !alternative) return [];
      return [
        {
          switch: one.id,
          effects: differences(alternative.differences, study.differences),
          flips: study.harder.answer !== alternative.harder.answer,
        },
      ];
    }),
  );
}

/** Switches that matter in one mode at least. */
function switchesOf(setting: Setting): Trained[] {
  const [first, second] = modes.map((mode) => mattering(mode, setting));
  return [...first, ...second.filter((one) => !first.includes(one))];
}
