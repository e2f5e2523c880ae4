import { resolve } from "node:path";
import { PlateauError, quote } from "../errors.js";
import { defineStudy, type StudyDefinition, type StudyInput } from "./definition.js";
import { type Kinds, kindsOf } from "./kinds.js";
import { isUrl } from "./modules.js";
import { requireRunnable } from "./run/guide.js";

/** Where the objectives of plateau's own are, by the name that definitions have for them. */
export type ObjectiveNames = Readonly<Record<string, string>>;

/** Makes the definition of a study, given that of the one of its name where there is one. */
export interface DefinitionMaker {
  readonly name: string | undefined;
  /** Whether there is enough to make a study where there is none. */
  readonly complete: boolean;
  /** Makes the definition. */
  readonly make: (stored: StudyDefinition | undefined) => Partial<StudyInput> | Promise<Partial<StudyInput>>;
}

/** A definition that can be begun. @throws PlateauError `usage`, `unknown-name` */
export function runnable(input: Partial<StudyInput>): { definition: StudyDefinition; kinds: Kinds } {
  const definition = defineStudy(input as StudyInput);
  const kinds = kindsOf(input);
  requireRunnable(definition, kinds);
  return { definition, kinds };
}

/** A module's path is stored in full: whoever continues the study may stand elsewhere. */
export function located(input: Partial<StudyInput>, objectives: ObjectiveNames): Partial<StudyInput> {
  const { objective } = input;
  if (typeof objective !== "string" || Object.hasOwn(objectives, objective) || isUrl(objective)) return input;
  return { ...input, objective: resolve(objective) };
}

export function noSuchFile(path: string): PlateauError {
  return new PlateauError(
    "io",
    `cannot open ${quote(path)}: there is no such file: check the path, or say what study to make there`,
  );
}
