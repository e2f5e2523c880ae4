import { requireArguments } from "../arguments.js";
import type { StoredTrial, StudyStorage } from "./storage/storage.js";
import type { Replicate, Report } from "./trial.js";

/** A trial with all that there is of it. */
export interface ExportedTrial extends StoredTrial {
  readonly replicates: readonly Replicate[];
  readonly reports: readonly Report[];
}

/** All trials of a study with their parameters and values, by number. */
export function* exportTrials(
  study: Pick<StudyStorage, "trials" | "replicates" | "reports">,
): Iterable<ExportedTrial> {
  for (const trial of study.trials()) {
    const { number } = trial;
    yield { ...trial, replicates: study.replicates(number), reports: study.reports(number) };
  }
}

/** What a table of trials holds. */
export type Cell = number | string | boolean | null;

/** Trials as a table: a column a name, a row a trial. */
export interface TrialTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

const own = [
  ...["number", "state", "value", "deviation", "low", "high"],
  ...["step", "seconds", "failures", "started", "ended", "plateau", "engine"],
] as const;

/**
 * One row a trial, by number: its own columns, `parameters.*`, `seeds`, `error`, and the numbers and texts of
 * its first seed's result as `result.*` (of several seeds the others are in the JSON export).
 * @throws PlateauError `usage` where an argument is of another kind
 */
export function trialTable(study: Pick<StudyStorage, "trials" | "replicates">): TrialTable {
  requireArguments("trialTable", { study: [study, "object: trials replicates"] });

  const columns = new Set<string>([...own, "error", "seeds"]);
  const found: Record<string, Cell>[] = [];
  for (const trial of study.trials()) {
    const row: Record<string, Cell> = {};
    for (const name of own) row[name] = trial[name as keyof StoredTrial] as Cell;
    row["error"] = trial.error && `${trial.error.code}: ${trial.error.message}`;
    row["seeds"] = trial.seeds.join(" ");
    for (const [name, value] of Object.entries(trial.parameters)) row[`parameters.${name}`] = value;
    const [first] = study.replicates(trial.number);
    if (first?.result !== undefined) flatten("result", first.result, row);
    for (const name of Object.keys(row)) columns.add(name);
    found.push(row);
  }
  const list = [...columns];
  return { columns: list, rows: found.map((row) => list.map((name) => row[name] ?? null)) };
}

function flatten(prefix: string, value: unknown, into: Record<string, Cell>): void {
  if (typeof value === "object" && value !== null) {
    for (const [name, part] of Object.entries(value)) flatten(`${prefix}.${name}`, part, into);
  } else into[prefix] = value as Cell;
}
