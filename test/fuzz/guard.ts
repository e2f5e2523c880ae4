import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

type Call = (...args: unknown[]) => unknown;

/** Functions that write to each of the paths at these places of their arguments. */
const writers: Readonly<Record<string, readonly number[]>> = {
  ...{ writeFile: [0], appendFile: [0], truncate: [0], mkdir: [0], mkdtemp: [0], rm: [0], rmdir: [0] },
  ...{ unlink: [0], chmod: [0], chown: [0], utimes: [0], lutimes: [0], lchown: [0] },
  ...{ rename: [0, 1], link: [1], symlink: [1], copyFile: [1], cp: [1] },
};
const writing = fs.constants.O_WRONLY | fs.constants.O_RDWR | fs.constants.O_CREAT | fs.constants.O_TRUNC;
const opensToWrite = (flags: unknown = "r") =>
  typeof flags === "number" ? (flags & writing) !== 0 : !/^(r|rs|sr)$/.test(String(flags));

/**
 * Stands between cases and Node's file functions: a call that would write anywhere else than into the case's folder
 * is refused, and told. What libraries of native code do is seen by the canaries alone.
 */
export class Guard {
  readonly #folder: string;
  #watching = false;
  #told: string[] = [];

  constructor(folder: string) {
    this.#folder = resolve(folder);
    const byName = (name: string) => (name === "open" ? [0] : writers[name]);
    for (const name of [...Object.keys(writers), "open"]) {
      for (const [functions, spelled] of [
        [fs, name],
        [fs, `${name}Sync`],
        [fs.promises, name],
      ] as const) {
        const all = functions as unknown as Record<string, Call | undefined>;
        const original = all[spelled];
        if (!original) continue;
        all[spelled] = (...args) => {
          const reads = name === "open" && !opensToWrite(typeof args[1] === "function" ? "r" : args[1]);
          if (this.#watching && !reads) for (const place of byName(name)) this.#require(spelled, args[place]);
          return original.apply(functions, args);
        };
      }
    }
    const streams = fs as unknown as Record<string, Call>;
    const { createWriteStream } = streams;
    streams["createWriteStream"] = (path, ...rest) => {
      if (this.#watching) this.#require("createWriteStream", path);
      return createWriteStream(path, ...rest);
    };
    syncBuiltinESMExports();
  }

  /** From here on, until it is told. */
  watch(): void {
    this.#told = [];
    this.#watching = true;
  }

  /** What was refused since, in words; nothing where nothing was. */
  refused(): string | undefined {
    this.#watching = false;
    return this.#told.length === 0 ? undefined : this.#told.join(", ");
  }

  #require(call: string, given: unknown): void {
    // A descriptor was opened before.
    if (typeof given !== "string" && !(given instanceof URL) && !Buffer.isBuffer(given)) return;
    const path = resolve(given instanceof URL ? fileURLToPath(given) : String(given));
    if (`${path}${sep}`.startsWith(`${this.#folder}${sep}`) || path === "/dev/null") return;
    this.#told.push(`${call} ${path}`);
    throw Object.assign(new Error(`EACCES: ${call} outside of the case's folder`), {
      ...{ code: "EACCES", errno: -13, syscall: call, path },
    });
  }
}
