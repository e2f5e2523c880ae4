import { existsSync, readdirSync } from "node:fs";
import { ExperimentFolder } from "../experiment-folder.js";
import type { ExperimentKind, ExperimentRecord } from "../record.js";
import { partsOf } from "./parts.js";
import type { Repeatable } from "./repeatable.js";
import type { Repeated, Repeater } from "./repeater.js";

/** Every experiment of many runs is repeated in a folder like its own. */
export function repeatExperiment(kind: ExperimentKind): Repeater {
  return {
    kind: kind.name,
    parse: (input) => kind.parse(input),
    describe: () => kind.description,
    async run(config, options) {
      const { folder: path } = options;
      const begun = existsSync(path) && readdirSync(path).length > 0;
      const folder = begun
        ? ExperimentFolder.resume(path, kind, config as Record<string, unknown>)
        : ExperimentFolder.create(path, kind, config);
      const record = await kind.run(config, options);
      folder.finish(record);
      return repeated(record);
    },
  };
}

const repeated = async ({ fingerprint, results }: ExperimentRecord): Promise<Repeated> => ({
  fingerprint,
  parts: await partsOf(results),
});

/** What `plateau repeat` makes again of a finished experiment, and what has to come out. */
export async function repeatableRecord(record: ExperimentRecord): Promise<Repeatable> {
  const { kind, plateau, config } = record;
  return { kind, plateau, config, ...(await repeated(record)) };
}
