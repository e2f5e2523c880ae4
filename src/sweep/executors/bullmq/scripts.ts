import { createHash } from "node:crypto";
import type { Redis } from "ioredis";
import { KEEP_MILLISECONDS, LEASE_MILLISECONDS, MOST_EVENTS, MOST_NAME } from "./limits.js";
import { attemptKeys, keys, PREFIX } from "./names.js";

// What is said of an attempt changes in one step, or not at all. Each script may be sent twice, as a connection that
// breaks leaves open whether it was run: the second time changes nothing.
//
// Fields of an attempt: driver, worker: whose it is. last: the number of what the worker said last; recorded: of
// what the driver has stored of it. answered, decision: the driver's last answer. stop: it is to end. place: whose
// seed the checkpoint is; saved: the number of what the worker said with it. what: a digest of the trial; base: how many of its seeds were done before.

// A bell is gone soon where nobody waits at it: who was killed is rung for once more. Whoever is there and has missed it
// looks around all the same.
const lib = `
local function ring(id, attempt)
  if not id or #id > ${MOST_NAME} then return end
  redis.call('ZADD', '${PREFIX}:bell:' .. id, 0, attempt)
  redis.call('PEXPIRE', '${PREFIX}:bell:' .. id, ${LEASE_MILLISECONDS})
end
-- What was said and not recorded yet: no more than so many, of so many bytes together; '' of one that is too long.
local function unrecorded(events, most, bytes)
  local found, total = {}, 0
  for i = 0, most - 1 do
    local one = redis.call('LINDEX', events, i)
    if not one then break end
    if #one > bytes then one = '' end
    total = total + #one
    if i > 0 and total > bytes then break end
    found[#found + 1] = one
  end
  return found
end
`;

const fields = [
  ...(["driver", "worker", "last", "recorded", "answered", "decision"] as const),
  ...(["stop", "place", "what", "base", "saved"] as const),
];

const sources = {
  create: `
    if redis.call('EXISTS', KEYS[1]) == 1 then return 1 end
    redis.call('HSET', KEYS[1], 'driver', ARGV[2], 'what', ARGV[3], 'base', ARGV[4], 'place', ARGV[4])
    redis.call('SET', KEYS[4], ARGV[6])
    if ARGV[7] then redis.call('SET', KEYS[3], ARGV[7]) end
    redis.call('HSET', KEYS[5], ARGV[5], ARGV[1])
    for i = 1, 5 do redis.call('PEXPIRE', KEYS[i], ${KEEP_MILLISECONDS}) end
    return 1`,
  /** What is known of attempts, nothing longer than a name; last the bytes of job and checkpoint. */
  look: `
    local all = {}
    for at = 1, #KEYS, 4 do
      local found = {}
      if redis.call('EXISTS', KEYS[at]) == 1 then
        found = redis.call('HMGET', KEYS[at], '${fields.join("', '")}')
        for i = 1, #found do found[i] = found[i] and string.sub(found[i], 1, ${MOST_NAME}) or '' end
        found[#found + 1] = redis.call('STRLEN', KEYS[at + 3])
        found[#found + 1] = redis.call('STRLEN', KEYS[at + 2])
      end
      all[#all + 1] = found
    end
    return all`,
  begin: `
    local worker = redis.call('HGET', KEYS[1], 'worker')
    if redis.call('EXISTS', KEYS[1]) == 0 or worker and worker ~= ARGV[2] then return 0 end
    redis.call('HSET', KEYS[1], 'worker', ARGV[2])
    return 1`,
  tell: `
    if redis.call('HGET', KEYS[1], 'worker') ~= ARGV[2] then return 0 end
    if tonumber(ARGV[3]) > tonumber(redis.call('HGET', KEYS[1], 'last') or '0') then
      if redis.call('LLEN', KEYS[2]) >= ${MOST_EVENTS} then return 2 end
      redis.call('RPUSH', KEYS[2], ARGV[4])
      redis.call('HSET', KEYS[1], 'last', ARGV[3])
      if ARGV[6] then
        redis.call('SET', KEYS[3], ARGV[6])
        redis.call('HSET', KEYS[1], 'place', ARGV[5], 'saved', ARGV[3])
      end
      for i = 1, 4 do redis.call('PEXPIRE', KEYS[i], ${KEEP_MILLISECONDS}) end
    end
    ring(redis.call('HGET', KEYS[1], 'driver'), ARGV[1])
    return 1`,
  read: `return unrecorded(KEYS[2], tonumber(ARGV[2]), tonumber(ARGV[3]))`,
  /**
   * So many things said are recorded, the last of them by that number, and perhaps one of them is answered. Gives what
   * was said since, as `read` does.
   */
  answer: `
    if redis.call('HGET', KEYS[1], 'driver') ~= ARGV[2] then return {} end
    if tonumber(ARGV[3]) > tonumber(redis.call('HGET', KEYS[1], 'recorded') or '0') then
      redis.call('LTRIM', KEYS[2], tonumber(ARGV[4]), -1)
      redis.call('HSET', KEYS[1], 'recorded', ARGV[3])
      if ARGV[6] ~= '' then
        redis.call('HSET', KEYS[1], 'answered', ARGV[5], 'decision', ARGV[6])
        ring(redis.call('HGET', KEYS[1], 'worker'), ARGV[1])
      end
    end
    return unrecorded(KEYS[2], tonumber(ARGV[7]), tonumber(ARGV[8]))`,
  /** 0: it is another's; 1: its worker is asked to; 2: nobody has taken it, and nobody will. */
  stop: `
    if redis.call('HGET', KEYS[1], 'driver') ~= ARGV[2] then return 0 end
    local worker = redis.call('HGET', KEYS[1], 'worker')
    if not worker then
      redis.call('DEL', KEYS[1], KEYS[2], KEYS[3], KEYS[4])
      return 2
    end
    redis.call('HSET', KEYS[1], 'stop', '1')
    ring(worker, ARGV[1])
    return 1`,
  drop: `
    if redis.call('HGET', KEYS[1], 'driver') ~= ARGV[2] then return 0 end
    local worker = redis.call('HGET', KEYS[1], 'worker')
    redis.call('DEL', KEYS[1], KEYS[2], KEYS[3], KEYS[4])
    if redis.call('HGET', KEYS[5], ARGV[3]) == ARGV[1] then redis.call('HDEL', KEYS[5], ARGV[3]) end
    if ARGV[4] == '1' then ring(worker, ARGV[1]) end
    return 1`,
  adopt: `
    if redis.call('HGET', KEYS[1], 'driver') ~= ARGV[2] then return 0 end
    redis.call('HSET', KEYS[1], 'driver', ARGV[3])
    ring(redis.call('HGET', KEYS[1], 'worker'), ARGV[1])
    return 1`,
} as const;

/** Scripts whole, and the names by which Redis knows them once it has them. */
const scripts = Object.fromEntries(
  Object.entries(sources).map(([name, source]) => {
    const text = lib + source;
    return [name, { text, digest: createHash("sha1").update(text).digest("hex") }];
  }),
) as Record<keyof typeof sources, { readonly text: string; readonly digest: string }>;

/** What a script is called, by its text and by its digest: for whoever watches what goes to Redis. */
export const scriptNames: ReadonlyMap<string, string> = new Map(
  Object.entries(scripts).flatMap(([name, { text, digest }]) => [
    [text, name],
    [digest, name],
  ]),
);

/** Runs a script on the keys of an attempt, and of its study where that is given. */
export function run(
  redis: Redis,
  name: keyof typeof sources,
  attempt: string,
  args: readonly (string | number | Buffer)[] = [],
  study?: string,
): Promise<unknown> {
  const all = [...attemptKeys(attempt), ...(study === undefined ? [] : [keys.study(study)])];
  return runOn(redis, name, all, [attempt, ...args]);
}

async function runOn(
  redis: Redis,
  name: keyof typeof sources,
  on: readonly string[],
  args: readonly (string | number | Buffer)[],
): Promise<unknown> {
  const { text, digest } = scripts[name];
  try {
    return await redis.evalsha(digest, on.length, ...on, ...args);
  } catch (error) {
    // One that was restarted has forgotten it.
    if (!(error as Error).message.startsWith("NOSCRIPT")) throw error;
    return redis.eval(text, on.length, ...on, ...args);
  }
}

/** What is known of an attempt; numbers are 0 where they are none yet. */
export interface Look {
  readonly driver: string;
  /** "" before one has taken it. */
  readonly worker: string;
  readonly last: number;
  readonly recorded: number;
  readonly answered: number;
  readonly decision: string;
  readonly stop: boolean;
  readonly place: number;
  readonly what: string;
  readonly base: number;
  readonly saved: number;
  readonly jobBytes: number;
  readonly checkpointBytes: number;
}

/** @returns undefined where there is no such attempt (any more) */
export async function look(redis: Redis, attempt: string): Promise<Look | undefined> {
  return (await lookAll(redis, [attempt]))[0];
}

/** How many attempts are looked at in one go, in which Redis does nothing else. */
const GO = 100;

/** Looks at many. */
export async function lookAll(redis: Redis, attempts: readonly string[]): Promise<(Look | undefined)[]> {
  const goes: Promise<unknown>[] = [];
  for (let at = 0; at < attempts.length; at += GO) {
    goes.push(runOn(redis, "look", attempts.slice(at, at + GO).flatMap(attemptKeys), []));
  }
  return ((await Promise.all(goes)) as (string | number)[][][]).flat().map(lookOf);
}

function lookOf(found: readonly (string | number)[]): Look | undefined {
  if (found.length === 0) return undefined;
  const text = (i: number) => String(found[i]);
  const number = (i: number) => Number(found[i]) || 0;
  return {
    driver: text(0),
    worker: text(1),
    last: number(2),
    recorded: number(3),
    answered: number(4),
    decision: text(5),
    stop: text(6) === "1",
    place: number(7),
    what: text(8),
    base: number(9),
    saved: number(10),
    jobBytes: number(11),
    checkpointBytes: number(12),
  };
}
