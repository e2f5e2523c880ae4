import { RIGHTS_SCRIPT } from "../../../src/sweep/executors/bullmq/rights.js";
import { scriptNames } from "../../../src/sweep/executors/bullmq/scripts.js";

/** BullMQ's scripts by their digests. */
const ofBullmq = new Map<string, string>();

/** @param client of BullMQ, which has made commands of its scripts */
export function learnScripts(client: object): void {
  const { scriptsSet } = client as { scriptsSet: Readonly<Record<string, { sha: string; lua: string }>> };
  for (const [name, { sha, lua }] of Object.entries(scriptsSet)) {
    const short = name.replace(/:.*/, "");
    ofBullmq.set(sha, short);
    ofBullmq.set(lua, short);
  }
}

/** What a command does: its own name, or that of its script. @throws Error of a script that nobody has */
export function commandName(command: readonly Buffer[]): string {
  const [name, first] = command.map((part) => part.toString("latin1"));
  const lower = name.toLowerCase();
  if (lower !== "eval" && lower !== "evalsha") return lower;
  const bull = ofBullmq.get(first);
  if (bull) return `bullmq ${bull}`;
  const own = first === RIGHTS_SCRIPT ? "rights" : scriptNames.get(first);
  if (own === undefined) throw new Error(`an unknown script: ${lower} ${first.slice(0, 40)}`);
  return own;
}

/** Commands that change nothing: Redis answers them when it is out of memory, or cannot save. */
export const reads: ReadonlySet<string> = new Set([
  ...[
    "look",
    "read",
    "rights",
    "get",
    "hget",
    "hgetall",
    "getrange",
    "smembers",
    "exists",
    "ping",
    "info",
    "hello",
  ],
  ...[
    "client",
    "hmget",
    "lrange",
    "llen",
    "script",
    "select",
    "auth",
    "bullmq getState",
    "bullmq getStateV2",
  ],
]);
