import type { Redis } from "ioredis";
import { PREFIX } from "./names.js";
import { isForbidden } from "./replies.js";

/** The least that a user of Redis has to have, as `ACL SETUSER` takes it. */
export const RULES = `~${PREFIX}:* -@all +@read +@write +@scripting +@connection -@dangerous +info`;
export const RIGHTS = `give its user what plateau and BullMQ need: ACL SETUSER name on >password ${RULES}`;

/** What plateau and BullMQ call, in scripts and without: with arguments, % a key, where it is not a key that follows. */
const commands = [
  ...["ping", "info", "client setname -", "evalsha - 0", "bzpopmin", "del", "exists", "get", "getrange"],
  ...["hdel", "hexists", "hget", "hgetall", "hincrby", "hmget", "hmset", "hset", "incr", "lindex", "llen"],
  ...["lpop", "lpos", "lpush", "lrange", "lrem", "ltrim", "persist", "pexpire", "pttl", "rpop", "rpoplpush"],
  ...["rpush", "sadd", "scard", "set % -", "smembers", "srem", "strlen", "xadd", "xtrim", "zadd", "zcard"],
  ...["zpopmin", "zrange", "zrangebyscore", "zrem", "zremrangebyrank", "zrevrange", "zrevrangebyscore"],
  "zscore",
];

/** Redis (7 and later) tells of a command with as many arguments as it takes whether it would be run. */
export const RIGHTS_SCRIPT = `
local function may(command)
  local words = {}
  for word in string.gmatch(command, '%S+') do words[#words + 1] = word == '%' and KEYS[1] or word end
  for _ = 1, 6 do
    local known, allowed = pcall(redis.acl_check_cmd, unpack(words))
    if known then return allowed end
    words[#words + 1] = KEYS[1]
  end
  return true
end
local lacking = {}
if redis.acl_check_cmd then
  for _, command in ipairs(ARGV) do if not may(command) then lacking[#lacking + 1] = command end end
end
return lacking`;

/** What the user of a connection is not permitted: "the commands xadd, zadd"; undefined where that is nothing. */
export async function lackingRights(redis: Redis): Promise<string | undefined> {
  let lacking: string[];
  try {
    lacking = (await redis.eval(RIGHTS_SCRIPT, 1, `${PREFIX}:rights`, ...commands)) as string[];
  } catch (error) {
    if (!isForbidden(error)) throw error;
    return /\bkeys?\b/.test((error as Error).message) ? `the keys ${PREFIX}:*` : "the command eval";
  }
  if (lacking.length === 0) return undefined;
  const names = lacking.map((command) => command.split(" ", 1)[0]);
  return `the command${names.length === 1 ? "" : "s"} ${names.join(", ")}`;
}
