import { spawnSync } from "node:child_process";
import { existsSync, openSync, readSync, writeSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Fault, Injector } from "./points.js";

/** Seen from dist/test/faults. */
const SOURCE = fileURLToPath(new URL("../../../test/faults/native.c", import.meta.url));
const SIZE = 1024;
const errnos = { ENOSPC: 28, EIO: 5, EACCES: 13, EMFILE: 24, kill: -1 } as const;

/** Compiles the library. @returns whether it is there: it takes Linux and gcc */
export function compileNative(library: string): boolean {
  if (process.platform !== "linux" || !existsSync(SOURCE)) return false;
  const { status } = spawnSync("gcc", ["-shared", "-fPIC", "-O1", "-o", library, SOURCE, "-ldl"], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  return status === 0;
}

/** The environment of a process that is to have the library. `control` is a file that this makes. */
export function nativeEnvironment(library: string, control: string): Record<string, string> {
  writeSync(openSync(control, "w+"), new Uint8Array(SIZE));
  return { LD_PRELOAD: library, FAULTS: control };
}

/** The library of this process, which was started with it. Its control file is what the two of them share. */
export function nativeInjector(): Injector {
  const control = openSync(process.env["FAULTS"]!, "r+");
  return {
    name: "system calls",
    arm(folder: string, fault?: Fault) {
      const bytes = Buffer.alloc(SIZE);
      bytes.writeInt32LE(fault?.point ?? 0, 8);
      bytes.writeInt32LE(fault ? errnos[fault.kind] : 0, 12);
      bytes.writeInt32LE(fault?.stays ? 1 : 0, 16);
      bytes.write(resolve(folder), 128);
      // Last what lets it begin.
      writeSync(control, bytes, 4, SIZE - 4, 4);
      writeSync(control, Int32Array.of(1), 0, 4, 0);
    },
    disarm() {
      writeSync(control, Int32Array.of(0), 0, 4, 0);
      const bytes = Buffer.alloc(SIZE);
      readSync(control, bytes, 0, SIZE, 0);
      const struck = bytes.readInt32LE(20) === 1;
      const what = bytes.toString("utf8", 24, 128).replace(/\0.*$/s, "");
      return { points: bytes.readInt32LE(4), ...(struck ? { hit: what } : {}) };
    },
  };
}
