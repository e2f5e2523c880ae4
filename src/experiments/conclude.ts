import { availableParallelism } from "node:os";
import { version } from "../version.js";
import { busySeconds } from "./busy-seconds.js";
import { environment } from "./environment.js";
import {
  type ExperimentKind,
  type ExperimentOptions,
  type ExperimentRecord,
  fingerprintOf,
} from "./record.js";
import { studiesFile } from "./studies-file.js";

/**
 * The record of an experiment that is done.
 * @param studies names of all its studies: the time that they took is the experiment's, interruptions left out
 * @throws PlateauError `io`
 */
export async function conclude<Config, Results>(
  { name }: Pick<ExperimentKind<Config, Results>, "name">,
  config: Config,
  results: Results,
  studies: readonly string[],
  options: ExperimentOptions,
): Promise<ExperimentRecord<Config, Results>> {
  return {
    kind: name,
    plateau: version,
    config,
    // As they are stored: without what JSON has no numbers for.
    results: JSON.parse(JSON.stringify(results)) as Results,
    fingerprint: await fingerprintOf(results),
    environment: environment({
      seconds: busySeconds(studiesFile(options), studies),
      workers: options.workers ?? availableParallelism(),
    }),
  };
}
