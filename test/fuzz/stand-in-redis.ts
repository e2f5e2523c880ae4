import type { Redis } from "ioredis";
import type { Connection } from "../../src/sweep/executors/bullmq/connection.js";

/** What is known of an attempt, in the order in which scripts give it. */
export const fields = [
  ...[
    "driver",
    "worker",
    "last",
    "recorded",
    "answered",
    "decision",
    "stop",
    "place",
    "what",
    "base",
    "saved",
  ],
  ...["jobBytes", "checkpointBytes"],
];

/** What it holds of the attempt. */
interface Held {
  readonly get?: string;
  readonly checkpoint?: Buffer;
  readonly lines?: readonly string[];
  readonly look?: Readonly<Record<string, string | number>>;
}

/** As much of Redis as is asked for one attempt. */
export function standIn({ get = "", checkpoint, lines = [], look = {} }: Held): Redis {
  const left = [...lines];
  const seen = fields.map((name) => look[name] ?? "");
  if (checkpoint) seen[seen.length - 1] = checkpoint.length;
  return {
    get: async () => get,
    getBuffer: async () => checkpoint ?? null,
    getrange: async (_: string, from: number, to: number) => get.slice(from, to + 1),
    // It has forgotten every script, and is given it whole.
    evalsha: async () => {
      throw new Error("NOSCRIPT No matching script.");
    },
    // By what none of the other scripts does.
    eval: async (script: string, count: number, ...rest: readonly (string | number)[]) => {
      if (script.includes("STRLEN")) return [seen];
      if (script.includes("LTRIM")) left.splice(0, Number(rest[count + 3]));
      return script.includes("return unrecorded(") ? left.slice(0, 100) : 1;
    },
  } as unknown as Redis;
}

/** A connection that is always there. */
export function connectionTo(redis: Redis): Connection {
  const connection = { redis, closed: false, patiently: (work: () => unknown) => work() };
  return connection as unknown as Connection;
}
