import fc from "fast-check";
import { redisUrl } from "../../../src/cli/redis.js";
import { redisAddress } from "../../../src/sweep/executors/bullmq/url.js";
import { mutatedTexts } from "../mutations.js";
import type { FuzzTarget } from "../target.js";

/** No part of any corpus but as user, password or option: where it is quoted, a secret was told. */
const SECRET = "hunter2hunter2";

const corpus = [
  "redis://127.0.0.1:6379",
  `redis://user:${SECRET}@host:6379/3`,
  `rediss://:${SECRET}@[::1]:6380`,
  `valkeys://u%40x:${SECRET}%2F@host`,
  `redis://host/1?password=${SECRET}`,
  `redis:host@${SECRET}@host`,
  `redis://user:${SECRET}`,
  `rediss://:${SECRET}/3`,
  `REDIS://user:${SECRET}@HOST:99999`,
];
const words = [
  ...["://", ":", "@", "/", "//", "?", "#", "[", "]", "%", "%zz", "%00", "\0", "\n", "\t", "\\", " "],
  ...[
    "redis:",
    "rediss:",
    "unix:",
    "file:///",
    "data:",
    "99999",
    "-1",
    "\u202e",
    "xn--",
    "é",
    "x".repeat(3000),
  ],
];
const part = fc.oneof(
  fc.constantFrom("", "host", "127.0.0.1", "[::1]", "%", "a b", "é"),
  fc.string({ maxLength: 6 }),
);
const made = fc
  .record({
    protocol: fc.constantFrom("redis://", "rediss://", "valkey:", "redis:/", "", "http://"),
    who: fc.constantFrom("", `u:${SECRET}@`, `:${SECRET}@`, `u:${SECRET}@x@`, `${SECRET}@`),
    ...{ host: part, port: fc.oneof(fc.constantFrom("", ":6379", ":0", ":x"), part) },
    end: fc.oneof(fc.constantFrom("", "/0", "/99999", "/x", `?a=${SECRET}`, `#${SECRET}`), part),
  })
  .map(({ protocol, who, host, port, end }) => `${protocol}${who}${host}${port}${end}`);

/** Where Redis is, from the command line or the environment; what is said of it has no password in it. */
export const redisUrlTarget: FuzzTarget = {
  name: "redis-url",
  prepare: () => mutatedTexts(corpus, words, made),
  run(bytes) {
    // An environment has no such character.
    const text = new TextDecoder().decode(bytes).replaceAll("\0", "");
    process.env["PLATEAU_REDIS"] = text;
    let said = "";
    let refusal: unknown;
    try {
      const { shown, port, db, host } = redisAddress(redisUrl(bytes.length % 2 === 0 ? undefined : text));
      said = shown;
      if (!(port >= 0 && port < 65536) || !Number.isSafeInteger(db) || host === "")
        throw new Error(`none: ${said}`);
    } catch (error) {
      said = (error as Error).message;
      refusal = error;
    }
    delete process.env["PLATEAU_REDIS"];
    // What stands there is a host, whatever it was meant to be.
    const host = text
      .slice(text.lastIndexOf("@") + 1)
      .replace(/[?#].*/s, "")
      .replace(/:(?!\/).*/s, "");
    if (said.includes(SECRET) && !host.includes(SECRET)) throw new Error(`a secret is told: ${said}`);
    if (refusal) throw refusal;
  },
};
