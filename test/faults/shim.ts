// node --import dist/test/faults/shim.js …: puts itself between the program and Node's file functions, libsql's
// calls, worker threads and their messages. Does nothing until it is armed.
import fs from "node:fs";
import { createRequire, syncBuiltinESMExports } from "node:module";
import { resolve, sep } from "node:path";
import workers, { isMainThread, MessagePort } from "node:worker_threads";
import { installInThread, isNodes, messageName, startedWith } from "./messages.js";
import { APART, effectOf, type Fault, type Injector, kinds, Numbering, roleOf } from "./points.js";

type Call = (...args: unknown[]) => unknown;

const { writeSync } = fs;
let folder: string | undefined;
let fault: Fault | undefined;
let numbering = new Numbering();
let points: string[] = [];
let hit: string | undefined;
/** What open descriptors are of. */
const ours = new Map<number, string>();

/** One thing that may fail. */
function point(what: string, thrown: (code: string) => Error): void {
  if (folder === undefined) return;
  const name = numbering.next(what);
  points.push(name);
  if (!fault) return;
  const { code, stays } = effectOf(fault.kind);
  if (name !== fault.point && !(stays && hit !== undefined)) return;
  if (hit === undefined && process.env[APART]) writeSync(1, name);
  hit ??= name;
  if (code === "kill") process.kill(process.pid, "SIGKILL");
  throw thrown(code);
}

const errnos: Readonly<Record<string, number>> = { ENOSPC: 28, EIO: 5, EACCES: 13, EMFILE: 24 };
const system = (call: string, path?: unknown) => (code: string) =>
  Object.assign(new Error(`${code}: injected, ${call}`), { code, errno: -errnos[code], syscall: call, path });

const within = (path: unknown): path is string =>
  folder !== undefined && typeof path === "string" && `${resolve(path)}${sep}`.startsWith(`${folder}${sep}`);

/** Functions by what their first argument is. */
const byPath = ["renameSync", "mkdirSync", "rmSync", "unlinkSync", "readdirSync", "writeFileSync"] as const;
const byDescriptor = ["writeSync", "fsyncSync", "fchmodSync", "readSync"] as const;

function installFiles(): void {
  const files = fs as unknown as Record<string, Call>;
  const { openSync, closeSync } = files;
  files["openSync"] = (path, ...rest) => {
    if (!within(path)) return openSync(path, ...rest);
    const role = roleOf(resolve(path), folder!);
    point(`open ${role}`, system("open", path));
    const descriptor = openSync(path, ...rest) as number;
    ours.set(descriptor, role);
    return descriptor;
  };
  files["closeSync"] = (descriptor) => {
    ours.delete(descriptor as number);
    return closeSync(descriptor);
  };
  for (const name of byPath) {
    const original = files[name];
    const call = name.replace("Sync", "");
    files[name] = (path, ...rest) => {
      if (within(path)) {
        // A temporary file is known by what becomes of it.
        const role = roleOf(resolve(call === "rename" ? String(rest[0]) : path), folder!);
        point(`${call} ${role}`, system(call, path));
      }
      return original(path, ...rest);
    };
  }
  for (const name of byDescriptor) {
    const original = files[name];
    const call = name.replace("Sync", "");
    files[name] = (descriptor, ...rest) => {
      const role = ours.get(descriptor as number);
      if (role !== undefined) point(`${call} ${role}`, system(call));
      return original(descriptor, ...rest);
    };
  }
}

/** What SQLite says where the system says that. */
const sqlite: Readonly<Record<string, string>> = {
  ENOSPC: "SQLITE_FULL",
  EIO: "SQLITE_IOERR_WRITE",
  EACCES: "SQLITE_READONLY",
  EMFILE: "SQLITE_CANTOPEN",
};

/** The beginning of a statement, enough to tell it from others. */
const shortSql = (sql: unknown) => String(sql).replace(/\s+/g, " ").trim().slice(0, 60).trim();

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
  const prepared = new WeakMap<object, string>();
  const fails = (what: string) =>
    point(what, (code) => Object.assign(new Error("injected"), { code: sqlite[code], name: "SqliteError" }));
  const prototype = Database.prototype as unknown as Record<string, Call>;
  for (const name of ["exec", "prepare"]) {
    const original = prototype[name];
    prototype[name] = function (this: object, ...args: unknown[]) {
      const sql = shortSql(args[0]);
      // A rollback takes neither room nor a file: SQLite does it in a full disk's face.
      if (sql !== "ROLLBACK") fails(`${name} ${sql}`);
      const made = original.apply(this, args);
      if (name === "prepare") prepared.set(made as object, sql);
      return made;
    };
  }
  for (const name of ["run", "get", "all"]) {
    const original = statement[name];
    statement[name] = function (this: object, ...args: unknown[]) {
      fails(`${name} ${prepared.get(this) ?? ""}`);
      return original.apply(this, args);
    };
  }
}

function installThreads(): void {
  const { Worker } = workers;
  const failing = (code: string) =>
    Object.assign(new Error(`${code}: injected`), { code: "ERR_WORKER_INIT_FAILED" });
  workers.Worker = class extends Worker {
    constructor(...args: ConstructorParameters<typeof Worker>) {
      startedWith?.("start a thread");
      point("start a thread", failing);
      super(...args);
    }
  };
  const port = MessagePort.prototype as unknown as Record<string, Call>;
  const { postMessage } = port;
  port["postMessage"] = function (this: object, ...args: unknown[]) {
    if (!isNodes(args[0])) {
      const what = `send a thread: ${messageName(args[0])}`;
      startedWith?.(what);
      point(what, failing);
    }
    return postMessage.apply(this, args);
  };
}

if (isMainThread) {
  installFiles();
  installSqlite();
  installThreads();
  syncBuiltinESMExports();
} else {
  installInThread();
}

const injector: Injector = {
  name: "calls",
  kinds,
  arm(where, coming) {
    [folder, fault, numbering, points, hit] = [resolve(where), coming, new Numbering(), [], undefined];
  },
  disarm() {
    const found = { points, ...(hit === undefined ? {} : { hit }) };
    [folder, fault, points, hit] = [undefined, undefined, [], undefined];
    return found;
  },
};
/** Found by whoever was loaded after. */
(globalThis as { plateauFaults?: Injector }).plateauFaults = injector;
