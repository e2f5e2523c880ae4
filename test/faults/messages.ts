// Messages of worker threads, as the threads see them: what they send, and what arrives.
import { appendFileSync, existsSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import workers, { MessagePort } from "node:worker_threads";
import { APART, type Fault, type Injector, Numbering } from "./points.js";

/** Where threads are told what to do: they take the environment with them when they start. */
export const inThread = "PLATEAU_FAULT_inThread";

interface Told {
  readonly log: string;
  readonly fault?: Fault;
}

/** What Node says to its own threads, of their output and how they begin, has a type. */
export const isNodes = (message: unknown): boolean =>
  typeof (message as { type?: unknown } | null)?.type === "string";

/** What a message is: of piscina, or of ours. */
export function messageName(message: unknown): string {
  if (typeof message !== "object" || message === null) return "answer";
  if ("kind" in message) return String(message.kind);
  if ("result" in message) return "result";
  if ("taskId" in message) return "task";
  return "filename" in message ? "begin" : "ready";
}

type Call = (...args: unknown[]) => unknown;

/** What a process or thread that was started with a fault to come does at each point; undefined in all others. */
function teller(): ((what: string) => void) | undefined {
  const text = process.env[inThread];
  if (!text) return undefined;
  const { log, fault } = JSON.parse(text) as Told;
  const numbering = new Numbering();
  return (what) => {
    const name = numbering.next(what);
    appendFileSync(log, `${name}\n`);
    if (name !== fault?.point || !first(`${log}-struck`)) return;
    if (process.env[APART]) writeSync(1, name);
    if (fault.kind === "kill") process.kill(process.pid, "SIGKILL");
    if (fault.kind === "ends the thread") process.exit(3);
    throw Object.assign(new Error(`injected: ${name}`), { code: "ERR_WORKER_INIT_FAILED" });
  };
}

/** In the process whose threads they are, where that was started with a fault to come. */
export const startedWith = teller();

/** In a worker thread. */
export function installInThread(): void {
  const point = startedWith;
  if (!point) return;
  const port = MessagePort.prototype as unknown as Record<string, Call>;
  const { postMessage, on } = port;
  port["postMessage"] = function (this: object, ...args: unknown[]) {
    if (!isNodes(args[0])) point(`thread sends: ${messageName(args[0])}`);
    return postMessage.apply(this, args);
  };
  port["on"] = function (this: object, event: unknown, listener: unknown) {
    if (event !== "message") return on.call(this, event, listener);
    return on.call(this, event, (message: unknown) => {
      if (!isNodes(message)) point(`thread hears: ${messageName(message)}`);
      (listener as Call)(message);
    });
  };
  const { receiveMessageOnPort } = workers;
  workers.receiveMessageOnPort = (from) => {
    const found = receiveMessageOnPort(from);
    if (found && !isNodes(found.message)) point(`thread hears: ${messageName(found.message)}`);
    return found;
  };
  syncBuiltinESMExports();
  point("thread begins");
}

/** Of several threads one is struck: whoever makes the file. */
function first(mark: string): boolean {
  try {
    openSync(mark, "wx");
    return true;
  } catch {
    return false;
  }
}

let told: Told | undefined;

export const messagesInjector: Injector = {
  name: "messages",
  kinds: ["throws", "ends the thread", "kill"],
  applies: (kind, point) => kind !== "ends the thread" || point.startsWith("thread "),
  arm(folder, fault) {
    told = { log: `${folder}-messages`, ...(fault ? { fault } : {}) };
    process.env[inThread] = JSON.stringify(told);
  },
  disarm() {
    if (!told) return { points: [] };
    const { log, fault } = told;
    const points = existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : [];
    const struck = existsSync(`${log}-struck`);
    delete process.env[inThread];
    rmSync(log, { force: true });
    rmSync(`${log}-struck`, { force: true });
    told = undefined;
    return { points, ...(struck && fault ? { hit: fault.point } : {}) };
  },
};
