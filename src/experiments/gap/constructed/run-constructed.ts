import { PlateauError, quote } from "../../../errors.js";
import { Study } from "../../../sweep/study.js";
import type { RunCellsOptions } from "../../cells/run-cells.js";
import type { ExperimentInput } from "../../config.js";
import type { ConstructedErrors } from "./objective.js";

const OBJECTIVE = "constructed";
const objectives = { [OBJECTIVE]: new URL("./objective.js", import.meta.url).href };

export interface ConstructedInput {
  /** Of the study. */
  readonly name: string;
  /** Constructions with size and options. */
  readonly specs: readonly string[];
  /** Options of training that decide on which rows a model is judged. */
  readonly training: Omit<ExperimentInput, "init">;
  /** Of the measure `errors`. */
  readonly errors: object;
  readonly boxes: number;
}

/**
 * Measures and certifies constructed networks as one study: what a file has of it is not done again.
 * @param storage a SQLite file's path, or ":memory:"
 * @returns errors by network
 * @throws PlateauError as `runCells`
 */
export async function runConstructed(
  storage: string,
  { name, specs, ...task }: ConstructedInput,
  { onProgress, ...options }: RunCellsOptions = {},
): Promise<ConstructedErrors[]> {
  if (specs.length === 0) return [];
  const definition = {
    name,
    space: { parameters: { network: specs.map((_, index) => index) } },
    sampler: "grid",
    objective: OBJECTIVE,
    task: { specs, ...task },
  };
  const study = await Study.open(storage, definition, objectives);
  try {
    study.retryFailed();
    let done = [...study.trials(["complete"])].length;
    onProgress?.(done, specs.length);
    for await (const _ of study.run({ trials: specs.length, ...options })) onProgress?.(++done, specs.length);
    const errors: ConstructedErrors[] = [];
    for (const { number, state, parameters, error } of study.trials()) {
      if (state !== "complete") {
        const { code, message } = error ?? { code: "study" as const, message: `it is ${state}` };
        throw new PlateauError(code, `study ${quote(name)}: trial ${number} broke down: ${message}`);
      }
      errors[Number(parameters["network"])] = study.replicates(number)[0].result as ConstructedErrors;
    }
    return errors;
  } finally {
    study.close();
  }
}
