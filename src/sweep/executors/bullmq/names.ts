import { version } from "../../../version.js";
import { buildName } from "./build.js";

/** Before every key in Redis. */
export const PREFIX = "plateau";

/** "plateau 0.1.0, build 0123456789ab" */
export const describeBuild = (one: { version: string; build: string }): string =>
  `plateau ${one.version}, build ${one.build}`;

/**
 * The queue of BullMQ that trials go through, for tools that show queues (Bull Board). Its name has version and
 * build in it, so that no worker takes trials of another build.
 */
export function bullmqQueue(): { readonly name: string; readonly prefix: string } {
  return { name: `trials-${version}-${buildName()}`, prefix: PREFIX };
}

export const keys = {
  drivers: `${PREFIX}:drivers`,
  workers: `${PREFIX}:workers`,
  driver: (id: string) => `${PREFIX}:driver:${id}`,
  worker: (id: string) => `${PREFIX}:worker:${id}`,
  /** A sorted set that a driver or worker waits at: attempts that there is news of. */
  bell: (id: string) => `${PREFIX}:bell:${id}`,
  /** Hash: the last attempt at each trial of a study. */
  study: (id: string) => `${PREFIX}:study:${id}`,
  /** Hash: who drives and who runs an attempt, and how far their talk is. */
  attempt: (id: string) => `${PREFIX}:attempt:${id}`,
  /** JSON: the trial. */
  job: (id: string) => `${PREFIX}:attempt:${id}:job`,
  /** Bytes that the attempt goes on from, those of its beginning included. */
  checkpoint: (id: string) => `${PREFIX}:attempt:${id}:checkpoint`,
  /** List: what the worker says, until it is recorded. */
  events: (id: string) => `${PREFIX}:attempt:${id}:events`,
} as const;

/** All keys of an attempt, in the order in which scripts take them. */
export const attemptKeys = (id: string): [string, string, string, string] => [
  keys.attempt(id),
  keys.events(id),
  keys.checkpoint(id),
  keys.job(id),
];
