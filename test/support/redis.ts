import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import { given } from "./given.js";
import { freePort, program, RedisServer, redisIsThere } from "./redis-server.js";

/** Tests that take a Redis of their own. */
export const withRedis = given(redisIsThere, `${program} is not installed`);

/** Starts a Redis that ends with the test. */
export async function startRedis(
  t: ExecutionContext<unknown>,
  { host = "127.0.0.1", more = [] }: { host?: string; more?: readonly string[] } = {},
): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), "plateau-redis-"));
  const server = new RedisServer(await freePort(), host, more, folder);
  t.teardown(async () => {
    await server.stop("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });
  await server.start();
  return server;
}
