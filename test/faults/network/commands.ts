/** Our scripts by what only they do. */
const scripts: readonly (readonly [RegExp, string])[] = [
  [/'RPUSH'/, "tell"],
  [/'LINDEX'/, "read"],
  [/'LPOP'/, "answer"],
  [/'what', ARGV/, "create"],
  [/'HMGET'/, "look"],
  [/'stop', '1'/, "stop"],
  [/'HDEL'/, "drop"],
  [/'driver', ARGV\[3\]/, "adopt"],
  [/'worker', ARGV\[2\]\)/, "begin"],
];

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

/** What a command does: its own name, or that of its script. */
export function commandName(command: readonly Buffer[]): string {
  const [name, first] = command.map((part) => part.toString("latin1"));
  const lower = name.toLowerCase();
  if (lower !== "eval" && lower !== "evalsha") return lower;
  const bull = ofBullmq.get(first);
  if (bull) return `bullmq ${bull}`;
  return scripts.find(([pattern]) => pattern.test(first))?.[1] ?? `${lower} ${first.slice(0, 8)}`;
}

/** Commands that change nothing: Redis answers them when it is out of memory, or cannot save. */
export const reads: ReadonlySet<string> = new Set([
  ...["look", "read", "get", "hget", "hgetall", "getrange", "smembers", "exists", "ping", "info", "hello"],
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
