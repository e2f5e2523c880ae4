import { join } from "node:path";
import * as v from "valibot";
import { PlateauError, quote } from "../../errors.js";
import { makeFolder } from "../../files/folder.js";
import type { Build } from "../../runtime/compile.js";
import { defineStudy, type StudyDefinition, type StudyInput } from "../../sweep/definition.js";
import { isModule } from "../../sweep/modules.js";
import type { StudyStorage } from "../../sweep/storage/storage.js";
import { Study } from "../../sweep/study.js";
import { counted } from "../../text.js";
import { check, whole } from "../../validate.js";
import { version } from "../../version.js";
import { fingerprintOf } from "../record.js";
import { objectives } from "../sweep/open.js";
import { trainingTask } from "../sweep/task.js";
import { partOf } from "./parts.js";
import type { Repeatable } from "./repeatable.js";
import type { Repeated, Repeater, RepeatOptions } from "./repeater.js";

/** A study as far as all trials had ended. */
interface StudyConfig {
  readonly definition: StudyDefinition;
  readonly trials: number;
}

type Facts = Pick<StudyStorage, "trials" | "replicates">;

/**
 * Fingerprints of a study's trials, of all before the first that has not ended: parameters, how each ended, its
 * value and what its seeds gave, hashes of weights included. Nothing of time, engine or machine is in them.
 */
export async function fingerprintOfStudy(study: Facts): Promise<Repeated & { trials: number }> {
  const parts: Record<string, string> = {};
  const facts: unknown[] = [];
  for (const { number, state, parameters, seeds, value } of study.trials()) {
    if (state === "waiting" || state === "running") break;
    const one = { number, state, parameters, seeds, value, replicates: study.replicates(number) };
    parts[`trial ${number}`] = await partOf(one);
    facts.push(one);
  }
  return { fingerprint: await fingerprintOf(facts), parts, trials: facts.length };
}

/** What `plateau repeat` makes again of a study, and what has to come out. */
export async function repeatableStudy(
  definition: StudyDefinition,
  study: Facts,
  plateau = version,
): Promise<Repeatable> {
  const { trials, ...found } = await fingerprintOfStudy(study);
  return { kind: repeatStudy.kind, plateau, config: { definition, trials }, ...found };
}

const schema = v.strictObject({ definition: v.looseObject({}), trials: whole(0, 10_000_000) });

/** A study of trained models: what `plateau sweep` does. */
export const repeatStudy: Repeater<StudyConfig> = {
  kind: "sweep",
  parse(input) {
    const checked = check("config", schema, input);
    const definition = defineStudy(checked.definition as unknown as StudyInput);
    const { name, objective, task } = definition;
    // A report may be a stranger's: no module that it names is loaded.
    if (objective === null || !Object.hasOwn(objectives, objective)) {
      throw new PlateauError(
        "usage",
        `study ${quote(name)} has an objective of its own (${quote(objective)}), which a report does not hold: run it with plateau sweep`,
      );
    }
    const { target } = trainingTask(task).experiment;
    if (isModule(target)) {
      throw new PlateauError(
        "usage",
        `study ${quote(name)} has a target of its own (${quote(target)}), which a report does not hold: run it with plateau sweep`,
      );
    }
    return { definition, trials: checked.trials };
  },
  describe({ definition: { name, sampler, pruner, seed }, trials }) {
    return `study ${quote(name)}, ${counted(trials, "trial")}, sampler ${sampler.name}, pruner ${pruner.name}, seed ${seed}`;
  },
  build: ({ definition: { task } }) =>
    (trainingTask(task).experiment["build"] as Build | undefined) ?? "strict",
  async run({ definition, trials }, { folder, workers, signal, onProgress }: RepeatOptions) {
    makeFolder(folder);
    const study = await Study.open(join(folder, "study.sqlite"), definition, objectives);
    try {
      if (trials > 0) {
        let done = [...study.trials(["complete", "pruned", "diverged", "failed"])].length;
        for await (const { number } of study.run({ trials, workers, signal })) {
          onProgress?.(`trial ${number}`, ++done / trials);
        }
      }
      const { fingerprint, parts } = await fingerprintOfStudy(study);
      return { fingerprint, parts };
    } finally {
      study.close();
    }
  },
};
