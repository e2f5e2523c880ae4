import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import * as v from "valibot";
import { PlateauError } from "../../../errors.js";
import { version } from "../../../version.js";
import { isGone } from "../../storage/owner.js";
import type { Owner } from "../../storage/storage.js";
import { buildName } from "./build.js";
import { LEASE_MILLISECONDS, MOST_NAME } from "./limits.js";
import { describeBuild, keys } from "./names.js";

import { plainLine } from "./plain-text.js";

// Who is there: drivers and workers of every build say so in Redis, again and again, and are forgotten where they stop.

const name = v.pipe(v.string(), v.maxLength(MOST_NAME));
const party = {
  version: v.pipe(name, v.regex(/^[\w.+-]+$/)),
  build: v.pipe(name, v.regex(/^[\w.-]+$/)),
  host: v.pipe(name, v.transform(plainLine)),
};
const driverSchema = v.object({ ...party, owner: name, study: name });
const workerSchema = v.object({
  ...party,
  pid: v.number(),
  threads: v.number(),
  objectives: v.array(name),
  /** Digest of each objective's module. */
  modules: v.optional(v.record(name, name), {}),
  /** How far each attempt is: place of the seed, done, total. */
  running: v.record(v.string(), v.tuple([v.number(), v.number(), v.number()])),
  /** How often it has said so. */
  beat: v.optional(v.number(), 0),
});

export type DriverPresence = v.InferOutput<typeof driverSchema>;
export type WorkerPresence = v.InferOutput<typeof workerSchema>;

interface Kind<T> {
  readonly set: string;
  readonly key: (id: string) => string;
  readonly schema: v.GenericSchema<unknown, T>;
}
export const drivers: Kind<DriverPresence> = { set: keys.drivers, key: keys.driver, schema: driverSchema };
export const workers: Kind<WorkerPresence> = { set: keys.workers, key: keys.worker, schema: workerSchema };

/** More than this nobody says of himself. */
const MOST_BYTES = 2 ** 20;

export const newId = (): string => randomUUID();
export const ours = () => ({ version, build: buildName() });

/** Says that one is there, for as long as a lease lasts. */
export async function appear<T>(redis: Redis, { set, key }: Kind<T>, id: string, as: T): Promise<void> {
  const text = JSON.stringify(as);
  await Promise.all([redis.set(key(id), text, "PX", LEASE_MILLISECONDS), redis.sadd(set, id)]);
}

export async function leave<T>(redis: Redis, { set, key }: Kind<T>, id: string): Promise<void> {
  await Promise.all([redis.del(key(id), keys.bell(id)), redis.srem(set, id)]);
}

/** Everyone who is there; who is not any more is struck from the list. */
export async function present<T>(redis: Redis, kind: Kind<T>): Promise<Map<string, T>> {
  const ids = (await redis.smembers(kind.set)).filter((id) => id.length <= MOST_NAME);
  const found = await presentOf(redis, kind, ids);
  const gone = ids.filter((id) => !found.has(id));
  if (gone.length > 0) await redis.srem(kind.set, ...gone);
  return found;
}

/** Those of some who are there. */
export async function presentOf<T>(
  redis: Redis,
  { key, schema }: Kind<T>,
  ids: readonly string[],
): Promise<Map<string, T>> {
  const found = new Map<string, T>();
  await Promise.all(
    ids.map(async (id) => {
      const text = await redis.getrange(key(id), 0, MOST_BYTES).catch((error: Error) => {
        // Something else by that name is nobody; that Redis refuses is no word about who is there.
        if (error.message.startsWith("WRONGTYPE")) return "";
        throw error;
      });
      const one = v.safeParse(schema, parsed(text));
      if (one.success) found.set(id, one.output);
    }),
  );
  return found;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isOurs = ({ version: of, build }: { version: string; build: string }) =>
  of === version && build === buildName();

/** Whether a driver will not come back: it is silent, or its process on this machine has ended. */
export function driverIsGone(driver: DriverPresence | undefined, asker: Owner): boolean {
  return !driver || isGone(driver.owner, Date.now(), asker);
}

/**
 * Why one would wait for nothing: there are drivers (to a driver: workers), but all of other builds.
 */
export function mismatch<T extends { version: string; build: string; host: string }>(
  others: Iterable<T>,
  here: string,
  there: string,
): PlateauError | undefined {
  const all = [...others];
  if (all.length === 0 || all.some(isOurs)) return undefined;
  const [first] = all;
  return new PlateauError(
    "usage",
    `${here} is ${describeBuild(ours())}, ${there} on ${first.host} is ${describeBuild(first)}: trials are the same to the bit within one build alone: install the same plateau on both`,
  );
}
