import { once } from "node:events";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { commandName } from "./commands.js";
import { Values } from "./resp.js";

/** What becomes of a command. */
export type Verdict =
  | { readonly kind: "pass" }
  /** The connection breaks before Redis hears of it, or when it has been done and before its answer. */
  | { readonly kind: "reset"; readonly done: boolean }
  | { readonly kind: "late"; readonly milliseconds: number }
  /** Redis is said to answer so; it does not hear of it. */
  | { readonly kind: "refuse"; readonly answer: string }
  /** Something else happens, before Redis hears of it or when it has been done; no answer comes. */
  | { readonly kind: "call"; readonly done: boolean; readonly call: () => void };

/** Stands between a program and Redis, and decides what becomes of each command. */
export class Relay {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(
    readonly port: number,
    server: Server,
  ) {
    this.#server = server;
  }

  /** @param judge called with each command in turn */
  static async open(redis: number, judge: (command: string) => Verdict): Promise<Relay> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const proxy = new Relay((server.address() as { port: number }).port, server);
    server.on("connection", (client) => proxy.#serve(client, createConnection(redis, "127.0.0.1"), judge));
    return proxy;
  }

  async close(): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server, "close");
  }

  #serve(client: Socket, redis: Socket, judge: (command: string) => Verdict): void {
    const both = [client, redis];
    const breakOff = () => {
      if (!client.destroyed) client.resetAndDestroy();
      redis.destroy();
    };
    for (const socket of both) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("error", () => {});
      socket.on("close", () => {
        this.#sockets.delete(socket);
        breakOff();
      });
    }
    /** What comes of the answers to commands that Redis is at, in order. */
    const asked: (() => boolean)[] = [];
    let quiet = () => {};
    const pass = () => true;
    const handle = async (bytes: Buffer, command: readonly Buffer[]) => {
      if (client.destroyed) return;
      const verdict = judge(commandName(command));
      const ask = (then: () => boolean) => {
        asked.push(then);
        redis.write(bytes);
      };
      const instead = (act: () => void) => () => {
        act();
        return false;
      };
      switch (verdict.kind) {
        case "pass":
          return ask(pass);
        case "reset":
          return verdict.done ? ask(instead(breakOff)) : breakOff();
        case "call":
          return verdict.done ? ask(instead(verdict.call)) : verdict.call();
        case "late":
          await sleep(verdict.milliseconds);
          return ask(pass);
        case "refuse":
          // Answers come in the order of commands.
          if (asked.length > 0) await new Promise<void>((resolve) => (quiet = resolve));
          client.write(`-${verdict.answer}\r\n`);
      }
    };
    const commands = new Values();
    let turn = Promise.resolve();
    client.on("data", (part) => {
      for (const { bytes, value } of commands.take(part)) {
        turn = turn.then(() => handle(bytes, value as Buffer[]));
      }
    });
    const answers = new Values();
    redis.on("data", (part) => {
      for (const { bytes } of answers.take(part)) {
        if (asked.shift()?.() ?? true) client.write(bytes);
        if (asked.length === 0) quiet();
      }
    });
  }
}
