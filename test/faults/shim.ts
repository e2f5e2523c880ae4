// node --import dist/test/faults/shim.js …: puts itself between the program and Node's file functions, libsql's
// calls, worker threads and their messages. Does nothing until it is armed.
import fs from "node:fs";
import { createRequire, syncBuiltinESMExports } from "node:module";
import { resolve, sep } from "node:path";
import workers, { isMainThread, MessagePort } from "node:worker_threads";
import type { Fault, Injector, Kind } from "./points.js";

type Call = (...args: unknown[]) => unknown;

let folder: string | undefined;
let fault: Fault | undefined;
let count = 0;
let hit: string | undefined;
const ours = new Set<number>();

/** One thing that may fail. */
function point(what: string, thrown: (kind: Kind) => Error): void {
  if (folder === undefined) return;
  count++;
  if (!fault || count < fault.point || (count > fault.point && !fault.stays)) return;
  hit ??= what;
  if (fault.kind === "kill") process.kill(process.pid, "SIGKILL");
  throw thrown(fault.kind);
}

const errnos = { ENOSPC: 28, EIO: 5, EACCES: 13, EMFILE: 24, kill: 0 };
const system = (call: string, path?: unknown) => (code: Kind) =>
  Object.assign(new Error(`${code}: injected, ${call}`), { code, errno: -errnos[code], syscall: call, path });

const within = (path: unknown) =>
  folder !== undefined && typeof path === "string" && `${resolve(path)}${sep}`.startsWith(`${folder}${sep}`);

/** Functions by what their first argument is. */
const byPath = ["renameSync", "mkdirSync", "rmSync", "unlinkSync", "readdirSync", "writeFileSync"] as const;
const byDescriptor = ["writeSync", "fsyncSync", "fchmodSync", "readSync"] as const;

function installFiles(): void {
  const files = fs as unknown as Record<string, Call>;
  const { openSync, closeSync } = files;
  files["openSync"] = (path, ...rest) => {
    if (!within(path)) return openSync(path, ...rest);
    point(`open ${String(path)}`, system("open", path));
    const descriptor = openSync(path, ...rest) as number;
    ours.add(descriptor);
    return descriptor;
  };
  files["closeSync"] = (descriptor) => {
    ours.delete(descriptor as number);
    return closeSync(descriptor);
  };
  for (const name of byPath) {
    const original = files[name];
    files[name] = (path, ...rest) => {
      if (within(path)) point(`${name} ${String(path)}`, system(name.replace("Sync", ""), path));
      return original(path, ...rest);
    };
  }
  for (const name of byDescriptor) {
    const original = files[name];
    files[name] = (descriptor, ...rest) => {
      if (ours.has(descriptor as number)) point(name, system(name.replace("Sync", "")));
      return original(descriptor, ...rest);
    };
  }
}

/** What SQLite says where the system says that. */
const sqlite = {
  ENOSPC: "SQLITE_FULL",
  EIO: "SQLITE_IOERR_WRITE",
  EACCES: "SQLITE_READONLY",
  EMFILE: "SQLITE_CANTOPEN",
  kill: "",
};

function installSqlite(): void {
  const Database = createRequire(import.meta.url)("libsql") as new (
    path: string,
  ) => {
    prepare(sql: string): object;
    close(): void;
  };
  const database = new Database(":memory:");
  const statement = Object.getPrototypeOf(database.prepare("SELECT 1")) as Record<string, Call>;
  database.close();
  const between = (prototype: Record<string, Call>, names: readonly string[]) => {
    for (const name of names) {
      const original = prototype[name];
      prototype[name] = function (this: object, ...args: unknown[]) {
        const what = `sqlite ${name}${name === "exec" ? ` ${String(args[0]).slice(0, 30)}` : ""}`;
        point(what, (kind) =>
          Object.assign(new Error("injected"), { code: sqlite[kind], name: "SqliteError" }),
        );
        return original.apply(this, args);
      };
    }
  };
  between(Database.prototype as unknown as Record<string, Call>, ["exec", "prepare"]);
  between(statement, ["run", "get", "all"]);
}

function installThreads(): void {
  const { Worker } = workers;
  const failing = (kind: Kind) =>
    Object.assign(new Error(`${kind}: injected`), { code: "ERR_WORKER_INIT_FAILED" });
  workers.Worker = class extends Worker {
    constructor(...args: ConstructorParameters<typeof Worker>) {
      point("worker start", failing);
      super(...args);
    }
  };
  const port = MessagePort.prototype as unknown as Record<string, Call>;
  const { postMessage } = port;
  port["postMessage"] = function (this: object, ...args: unknown[]) {
    // What Node says to its own threads, of their output and how they begin, has a type.
    if (typeof (args[0] as { type?: unknown } | null)?.type !== "string")
      point("message to a worker", failing);
    return postMessage.apply(this, args);
  };
}

/** In a worker: its nth message fails, ends the thread, or the process. Told by the environment it starts with. */
function installInWorker(at: number, kind: string, once: string): void {
  const port = MessagePort.prototype as unknown as Record<string, Call>;
  const { postMessage } = port;
  let sent = 0;
  port["postMessage"] = function (this: object, ...args: unknown[]) {
    if (++sent === at && first(once)) {
      if (kind === "kill") process.kill(process.pid, "SIGKILL");
      if (kind === "exit") process.exit(3);
      throw new Error("injected: message from a worker");
    }
    return postMessage.apply(this, args);
  };
}

/** Of several workers one is struck: whoever makes the folder. */
function first(once: string): boolean {
  try {
    fs.mkdirSync(once);
    return true;
  } catch {
    return false;
  }
}

if (isMainThread) {
  installFiles();
  installSqlite();
  installThreads();
  syncBuiltinESMExports();
} else {
  const [at, kind, once] = (process.env["PLATEAU_FAULT_IN_WORKER"] ?? "").split(" ");
  if (kind) installInWorker(Number(at), kind, once);
}

const injector: Injector = {
  name: "calls",
  arm(where, coming) {
    [folder, fault, count, hit] = [resolve(where), coming, 0, undefined];
  },
  disarm() {
    folder = undefined;
    return { points: count, ...(hit === undefined ? {} : { hit }) };
  },
};
/** Found by whoever was loaded after. */
(globalThis as { plateauFaults?: Injector }).plateauFaults = injector;
