import { spawnSync } from "node:child_process";
import { existsSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { effectOf, type Fault, type Injector, kinds, Numbering } from "./points.js";

/** Seen from dist/test/faults. */
const SOURCE = fileURLToPath(new URL("../../../test/faults/native.c", import.meta.url));
const errnos: Readonly<Record<string, number>> = { ENOSPC: 28, EIO: 5, EACCES: 13, EMFILE: 24, kill: -1 };

/** Where what is in the control file, in bytes: as struct control has it. */
const at = { error: 4, stays: 8, struck: 12, nth: 16, count: 20, used: 24, want: 28, folder: 260, log: 1028 };
const SIZE = at.log + 2 ** 20;

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
  ftruncateSync(openSync(control, "w+"), SIZE);
  return { LD_PRELOAD: library, FAULTS: control };
}

/** The library of this process, which was started with it. Its control file is what the two of them share. */
export function nativeInjector(): Injector {
  const control = openSync(process.env["FAULTS"]!, "r+");
  const armed = (yes: boolean) => writeSync(control, Int32Array.of(yes ? 1 : 0), 0, 4, 0);
  return {
    name: "system",
    kinds,
    // A file that is open already takes no descriptor, and nobody asks whether it may be written.
    applies: (kind, point) => {
      if (kind === "EMFILE") return point.startsWith("open ");
      return kind !== "EACCES" || /^(open|rename|unlink|mkdir) /.test(point);
    },
    arm(folder: string, fault?: Fault) {
      const bytes = Buffer.alloc(at.log);
      if (fault) {
        const { code, stays } = effectOf(fault.kind);
        const [, what, nth] = /^(.*) #(\d+)$/.exec(fault.point)!;
        bytes.writeInt32LE(errnos[code], at.error);
        bytes.writeInt32LE(stays ? 1 : 0, at.stays);
        bytes.writeInt32LE(Number(nth), at.nth);
        bytes.write(what, at.want);
      }
      bytes.write(resolve(folder), at.folder);
      // Last what lets it begin.
      writeSync(control, bytes, 4, at.log - 4, 4);
      armed(true);
    },
    disarm() {
      armed(false);
      const bytes = Buffer.alloc(SIZE);
      readSync(control, bytes, 0, SIZE, 0);
      const used = Math.min(bytes.readInt32LE(at.used), 2 ** 20);
      const numbering = new Numbering();
      const lines = bytes.toString("utf8", at.log, at.log + used).split("\n");
      const points = lines.filter((line) => line !== "").map((line) => numbering.next(line));
      const want = bytes.toString("utf8", at.want, at.folder).replace(/\0.*$/s, "");
      const struck = bytes.readInt32LE(at.struck) === 1;
      // What was struck is told once.
      writeSync(control, new Uint8Array(at.log - 4), 0, at.log - 4, 4);
      return { points, ...(struck ? { hit: `${want} #${bytes.readInt32LE(at.nth)}` } : {}) };
    },
  };
}
