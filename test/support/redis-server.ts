import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createConnection, createServer } from "node:net";

export function isThere(command: string, ...args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Another program of its kind, such as valkey-server, is named by PLATEAU_TEST_REDIS_SERVER. */
export const program = process.env["PLATEAU_TEST_REDIS_SERVER"] || "redis-server";

export const redisIsThere = isThere(program, "--version");

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

  /** @param detached it does not hear of Ctrl-C */
  async start({ detached = false } = {}): Promise<void> {
    this.#process = spawn(program, this.#arguments, { stdio: "ignore", detached });
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
