import type { Redis } from "ioredis";
import { PlateauError } from "../../../errors.js";
import { type StopSignal, sleep, throwIfStopped } from "../../../pause.js";
import { plainLine } from "./plain-text.js";
import { isForbidden, reasonOf } from "./replies.js";
import { lackingRights, RIGHTS } from "./rights.js";
import type { RedisAddress } from "./url.js";

/** How long a Redis that loads what it has stored is left alone. */
const LOADING_MILLISECONDS = 500;
const PROTECTED = "is in protected mode, which shuts other machines out: give it a password (requirepass)";
/** The oldest Redis that BullMQ advises. */
const OLDEST = [6, 2] as const;

/**
 * Says at once what is wrong with a Redis and does not pass, where later all errors are waited out.
 * @param redis connects once; it is disconnected
 * @throws PlateauError `io`; `aborted` through the signal while Redis loads what it has stored
 */
export async function probe(
  { shown, db, tls }: RedisAddress,
  redis: Redis,
  note: (text: string) => void,
  signal?: StopSignal,
): Promise<void> {
  const wrong = (why: string, cause?: unknown) =>
    new PlateauError("io", `Redis at ${shown} ${why}`, ...(cause === undefined ? [] : [{ cause }]));
  let first: Error | undefined;
  redis.on("error", (error: Error) => (first ??= error));
  try {
    await redis.connect();
    const loads = () => note(`Redis at ${shown} loads what it has stored: waiting for it`);
    await answer(redis, loads, signal);
    // A database that cannot be chosen, which leaves the connection at number 0.
    if (first) throw first;
    const unfit = unfitFor(await redis.info());
    if (unfit !== undefined) throw wrong(unfit);
    const lacking = await lackingRights(redis);
    if (lacking !== undefined) throw wrong(`does not permit ${lacking}: ${RIGHTS}`);
  } catch (error) {
    if (error instanceof PlateauError) throw error;
    const cause = first ?? (error as Error);
    const reason = plainLine(reasonOf(cause));
    if (isForbidden(cause)) throw wrong(`refuses: ${reason}: ${RIGHTS}`);
    if (/DB index/.test(reason)) throw wrong(`has no database ${db}: give a smaller number`);
    if (/^DENIED\b/.test(reason)) throw wrong(PROTECTED);
    if (/WRONGPASS|NOAUTH|invalid password/i.test(reason))
      throw wrong(
        `refuses: ${reason}: give the password in the URL, redis://:password@host, or redis://user:password@host`,
      );
    throw wrong(
      `cannot be reached: ${reason}: check the address, and that redis-server runs there${doubts(reason, tls)}`,
    );
  } finally {
    redis.disconnect();
  }
}

/** What else may be wrong. */
function doubts(reason: string, tls: boolean): string {
  if (!/EPIPE|ECONNRESET|closed/.test(reason)) return tls ? " and speaks TLS" : "";
  // It was there, and shut the door: why, it may have said too late.
  return `, speaks ${tls ? "TLS" : "no TLS"}, and is not in protected mode for want of a password`;
}

/** Waits for a Redis that loads. */
async function answer(redis: Redis, loads: () => void, signal: StopSignal | undefined): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      await redis.ping();
      return;
    } catch (error) {
      if (!/^LOADING\b/.test(reasonOf(error))) throw error;
      if (tries === 0) loads();
      throwIfStopped(signal, "Redis loaded what it has stored");
      await sleep(LOADING_MILLISECONDS);
    }
  }
}

/** What keeps sweeps from going over this Redis, by its `INFO`. What it does not say is taken to be right. */
export function unfitFor(info: string): string | undefined {
  const field = (name: string) => new RegExp(`^${name}:(.*?)\\s*$`, "m").exec(info)?.[1];
  const [major, minor] = (field("redis_version") ?? OLDEST.join(".")).split(".").map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]))
    return `is version ${field("redis_version")}: it has to be ${OLDEST.join(".")} or newer`;
  if (field("cluster_enabled") === "1")
    return "is a cluster, over which sweeps do not go: give a Redis without cluster-enabled";
  if (field("role") === "slave") {
    const primary = `${field("master_host")}:${field("master_port")}`;
    return `is a replica, which takes no writes: give the address of its primary, ${primary}`;
  }
  const policy = field("maxmemory_policy") ?? "noeviction";
  if (policy !== "noeviction" && Number(field("maxmemory") ?? 0) > 0)
    return `drops keys where its memory is full (maxmemory-policy ${policy}): CONFIG SET maxmemory-policy noeviction`;
  return undefined;
}
