import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createConnection, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import { given } from "./given.js";

/** Another program of its kind, such as valkey-server, is named by PLATEAU_TEST_REDIS_SERVER. */
const program = process.env["PLATEAU_TEST_REDIS_SERVER"] || "redis-server";

export const redisIsThere = isThere(program, "--version");
/** Tests that take a Redis of their own. */
export const withRedis = given(redisIsThere, `${program} is not installed`);

export function isThere(command: string, ...args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** A Redis on a port of its own that can be ended, and started again with what it has stored. */
export class RedisServer {
  readonly port: number;
  readonly url: string;
  readonly #arguments: readonly string[];
  #process: ChildProcess | undefined;

  constructor(port: number, host: string, more: readonly string[], folder: string) {
    this.port = port;
    this.url = `redis://${host}:${port}`;
    this.#arguments = [
      ...["--port", String(port), "--bind", host, "--dir", folder, "--save", "", "--loglevel", "warning"],
      ...["--appendonly", "yes", "--appendfsync", "always", ...more],
    ];
  }

  async start(): Promise<void> {
    this.#process = spawn(program, this.#arguments, { stdio: "ignore" });
    const { hostname, port } = new URL(this.url);
    for (;;) {
      if (await answers(hostname, Number(port))) return;
      if (this.#process.exitCode !== null) throw new Error(`${program} ended with ${this.#process.exitCode}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, "exit");
    child.kill("SIGCONT");
    child.kill(signal);
    await exit;
  }

  /** Stops answering, or answers again. */
  signal(signal: NodeJS.Signals): void {
    this.#process?.kill(signal);
  }
}

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

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(port, host);
    const end = (found: boolean) => {
      socket.destroy();
      resolve(found);
    };
    socket.once("connect", () => socket.write("PING\r\n"));
    // Any answer will do: it may want a password. While it loads it says so.
    socket.once("data", (data) => end(!data.toString().startsWith("-LOADING")));
    socket.once("error", () => end(false));
  });
}
