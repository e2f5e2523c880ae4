import type { CellOutcome } from "../cells/run-cells.js";
import { type Answers, type Dropout, type Field, type Mode, starts } from "./answers.js";
import type { SeedBaselines } from "./baselines.js";
import type { Setting } from "./cell.js";
import type { NamedCell, SettingDesign } from "./design.js";
import { type Effect, effectsOf, type ResponseTable } from "./effects.js";
import type { Factorial } from "./factorial.js";
import { findResponse, type ResponseName, type Run, responseNames, responses } from "./responses.js";
import { scales } from "./scales.js";
import { type SettingVerdicts, settingVerdicts } from "./verdicts.js";

/** What an audit comes to: numbers, and answers that rules read off them. */
export interface AuditResults {
  /** The main one, with every design, first of each target. */
  readonly settings: readonly SettingResults[];
}

export interface SettingResults extends Setting {
  /** Whether every design was run, or the two starts alone. */
  readonly whole: boolean;
  /** By seed. */
  readonly baselines: readonly SeedBaselines[];
  readonly cells: readonly CellResults[];
  readonly effects: readonly Effect[];
  readonly factorials: Readonly<Partial<Record<Mode, Factorial>>>;
  readonly verdicts: SettingVerdicts;
}

/** What one cell of a design gave, seed by seed. */
export interface CellResults {
  readonly name: string;
  readonly mode: Mode;
  /** Where they differ from the study's. */
  readonly answers: Readonly<Partial<Record<Field, string | Dropout>>>;
  /** Numbers that the model has; null where all its runs diverged. */
  readonly parameters: number | null;
  readonly diverged: number;
  /** By seed; null where a run has none. */
  readonly responses: Readonly<Partial<Record<ResponseName, readonly (number | null)[]>>>;
}

/** What was run, by cell and seed. */
export type Outcomes = (cell: NamedCell) => readonly CellOutcome[];

/** All that is read off the runs of a setting. */
export function settingResults(
  design: SettingDesign,
  outcomesOf: Outcomes,
  baselines: readonly SeedBaselines[],
): SettingResults {
  const { setting, classesAt, whole, cells, factorials } = design;
  const firstScale = classesAt * scales.length;
  const table: ResponseTable = new Map(
    cells.map((cell) => [
      cell.key,
      responsesOf(
        outcomesOf(cell).map((outcome, i) => ({
          cell,
          setting,
          outcome,
          baselines: baselines[i],
          firstScale,
        })),
      ),
    ]),
  );
  return {
    ...{ ...setting, whole, baselines, factorials },
    cells: cells.map((cell) => {
      const outcomes = outcomesOf(cell);
      const complete = outcomes.find((one) => one.state === "complete");
      const own = table.get(cell.key)!;
      return {
        ...{ name: cell.name, mode: cell.mode, answers: overrides(cell.answers) },
        parameters: complete?.state === "complete" ? complete.result.parameters : null,
        diverged: outcomes.filter(({ state }) => state === "diverged").length,
        responses: Object.fromEntries(
          responses.filter(({ modes }) => modes.includes(cell.mode)).map(({ name }) => [name, own[name]]),
        ),
      };
    }),
    effects: effectsOf(design, table),
    verdicts: settingVerdicts(design, table, baselines),
  };
}

function responsesOf(runs: readonly Run[]): Record<ResponseName, (number | null)[]> {
  return Object.fromEntries(
    responseNames.map((name) => {
      const { modes, of } = findResponse(name);
      return [name, runs.map((run) => (modes.includes(run.cell.mode) ? of(run) : null))];
    }),
  ) as Record<ResponseName, (number | null)[]>;
}

function overrides(answers: Answers): Partial<Record<Field, string>> {
  const fields = (Object.keys(answers) as Field[]).filter((field) => answers[field] !== starts.study[field]);
  return Object.fromEntries(fields.map((field) => [field, answers[field]]));
}
