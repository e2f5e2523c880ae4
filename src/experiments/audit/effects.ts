import { type Mode, type Start, starts } from "./answers.js";
import type { Setting } from "./cell.js";
import { cellKey } from "./cell.js";
import { factorialAnswers, mattering, type SettingDesign, switchedKey } from "./design.js";
import { contrastEffect } from "./factorial.js";
import { type Paired, pairedMean } from "./paired.js";
import { type ResponseName, responses } from "./responses.js";

/** What a switch does to a response: its alternative less the study's answer, everything else equal. */
export interface Effect extends Omit<Paired, "study" | "alternative"> {
  readonly mode: Mode;
  /** What everything else is: the study's protocol, the sound one, or half and half in all combinations. */
  readonly design: Start | "factorial";
  /** Id of the switch; of a group of pairs that cannot be told apart, all of them: 1×13 + 2×6. */
  readonly switch: string;
  readonly response: ResponseName;
  /** Mean responses with the study's answer and with the alternative; null of groups of pairs. */
  readonly study: number | null;
  readonly alternative: number | null;
}

/** Responses of every cell by seed, by the cell's key. */
export type ResponseTable = ReadonlyMap<string, Readonly<Record<ResponseName, readonly (number | null)[]>>>;

/** Effects of every switch that can matter, in every design, on every response. */
export function effectsOf(design: SettingDesign, table: ResponseTable): Effect[] {
  const { setting, factorials } = design;
  const modes: readonly Mode[] = ["regression", "classification"];
  return modes.flatMap((mode) => [
    ...(Object.keys(starts) as Start[]).flatMap((start) => oneAtATime(mode, start, setting, table)),
    ...(factorials[mode] ? factorialEffects(mode, design, table) : []),
  ]);
}

function oneAtATime(mode: Mode, start: Start, setting: Setting, table: ResponseTable): Effect[] {
  return mattering(mode, setting).flatMap((one) => {
    const [study, alternative] = (["study", "alternative"] as const).map((side) =>
      table.get(switchedKey(start, one, side, mode, setting)),
    );
    return responses.flatMap(({ name, modes }) => {
      if (!modes.includes(mode) || !study || !alternative) return [];
      const found = pairedMean(alternative[name], study[name]);
      if (!found) return [];
      return [{ mode, design: start, switch: one.id, response: name, ...found }];
    });
  });
}

function factorialEffects(
  mode: Mode,
  { setting, factorials }: SettingDesign,
  table: ResponseTable,
): Effect[] {
  const plan = factorials[mode]!;
  const runs = plan.runs.map(
    (levels) => table.get(cellKey({ mode, answers: factorialAnswers(plan, levels) }, setting))!,
  );
  return responses.flatMap(({ name, modes }) => {
    if (!modes.includes(mode)) return [];
    const seeds = runs[0][name].length;
    // An effect is of all runs of a seed: one that lacks a run is left out.
    const whole = Array.from({ length: seeds }, (_, s) => runs.map((run) => run[name][s])).filter(
      (values): values is number[] => values.every((value) => value !== null),
    );
    return plan.contrasts.flatMap(({ names, main, signs }) => {
      const side = (sign: -1 | 1) =>
        whole.map((values) => {
          const own = values.filter((_, run) => signs[run] === sign);
          return own.reduce((sum, value) => sum + value, 0) / own.length;
        });
      const zeros = whole.map(() => 0);
      const found = pairedMean(
        whole.map((values) => contrastEffect(signs, values)),
        zeros,
      );
      if (!found) return [];
      const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
      return [
        {
          ...{ mode, design: "factorial" as const, switch: names.join(" + "), response: name, ...found },
          ...(main
            ? { study: mean(side(-1)), alternative: mean(side(1)) }
            : { study: null, alternative: null }),
        },
      ];
    });
  });
}
