import * as fs from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { threadId } from "node:worker_threads";
import { PlateauError, quote } from "../errors.js";
import { hostName } from "./host.js";
import { ioError } from "./io-error.js";

/** What `writeFileAtomic` calls of node:fs; tests put failing ones in place. */
export type WriteFs = Pick<
  typeof fs,
  | "closeSync"
  | "fchmodSync"
  | "fsyncSync"
  | "openSync"
  | "realpathSync"
  | "renameSync"
  | "rmSync"
  | "statSync"
  | "writeSync"
>;

/** Some systems refuse more than 2 GiB in one call. */
const CHUNK = 2 ** 30;
/** Host and process in the name tell later whether anyone still writes it. */
const host = () =>
  hostName()
    .replace(/[^A-Za-z0-9]/g, "_")
    .slice(0, 32);
const TEMPORARY = /^\.plateau-([A-Za-z0-9_]*)-([0-9]+)-([0-9]+)-([0-9]+)\.tmp$/;
let written = 0;
/** Temporary files of this process that could not be removed when writing failed: to be removed later. */
const abandoned = new Set<string>();

/**
 * Writes a file so that at any moment, power cuts included, either the old or the new content is
 * there, whole: temporary file beside it, fsync, rename, fsync of the folder. Permissions of an old
 * file are kept, a symbolic link is followed.
 * @throws PlateauError `io` naming path, cause and remedy. No temporary file is left (one that could not even be
 * removed goes with the next `removeStaleTemporaries`), and the old
 * content still stands unless the message says otherwise.
 */
export function writeFileAtomic(path: string, content: Uint8Array | string, files: WriteFs = fs): void {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const { target, mode } = resolveTarget(path, files);
  const folder = dirname(target);
  let temporary: string | undefined;
  let descriptor: number | undefined;
  try {
    ({ temporary, descriptor } = openTemporary(folder, files));
    if (mode !== undefined) files.fchmodSync(descriptor, mode);
    writeAll(descriptor, bytes, files);
    files.fsyncSync(descriptor);
    const open = descriptor;
    descriptor = undefined;
    files.closeSync(open);
    files.renameSync(temporary, target);
  } catch (cause) {
    quietly(() => descriptor !== undefined && files.closeSync(descriptor));
    try {
      if (temporary !== undefined) files.rmSync(temporary, { force: true });
    } catch {
      abandoned.add(resolve(temporary!));
    }
    throw writeError(path, folder, bytes.length, cause, files);
  }
  syncFolder(path, folder, files);
}

/** Where the bytes go in the end, and the permissions of what is there. */
function resolveTarget(path: string, files: WriteFs): { target: string; mode?: number } {
  let found: fs.Stats | undefined;
  let target = path;
  try {
    found = files.statSync(path, { throwIfNoEntry: false });
    if (found) target = files.realpathSync(path);
  } catch (cause) {
    throw ioError("cannot write", path, cause);
  }
  if (found?.isDirectory())
    throw new PlateauError("io", `cannot write ${quote(path)}: it is a folder: name a file`);
  // Renaming over a device such as /dev/null would take it away from the whole machine.
  if (found && !found.isFile())
    throw new PlateauError("io", `cannot write ${quote(path)}: it is no regular file: name another`);
  return { target, mode: found && found.mode & 0o777 };
}

function openTemporary(folder: string, files: WriteFs): { temporary: string; descriptor: number } {
  for (;;) {
    const name = `.plateau-${host()}-${process.pid}-${threadId}-${written++}.tmp`;
    const temporary = join(folder, name);
    try {
      return { temporary, descriptor: files.openSync(temporary, "wx", 0o666) };
    } catch (cause) {
      // Left by an earlier process of the same number.
      if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw cause;
    }
  }
}

function writeAll(descriptor: number, bytes: Uint8Array, files: WriteFs): void {
  for (let at = 0; at < bytes.length; ) {
    const count = files.writeSync(descriptor, bytes, at, Math.min(CHUNK, bytes.length - at));
    if (count <= 0) throw new Error(`the system took ${at} of ${bytes.length} bytes and no more`);
    at += count;
  }
}

function writeError(
  path: string,
  folder: string,
  size: number,
  cause: unknown,
  files: WriteFs,
): PlateauError {
  switch ((cause as NodeJS.ErrnoException).code) {
    case "ENOSPC":
      return ioError(
        "cannot write",
        path,
        cause,
        `disk full: needs ${size} bytes at ${quote(folder)}, free some`,
      );
    case "EDQUOT":
      return ioError(
        "cannot write",
        path,
        cause,
        `quota used up: needs ${size} bytes at ${quote(folder)}, free some`,
      );
    case "ENOENT": {
      let exists = false;
      quietly(() => (exists = files.statSync(folder, { throwIfNoEntry: false }) !== undefined));
      if (!exists)
        return ioError("cannot write", path, cause, `there is no folder ${quote(folder)}: create it first`);
      return ioError("cannot write", path, cause);
    }
    default:
      return ioError("cannot write", path, cause);
  }
}

/** Makes the rename durable, where folders can be opened and synced (not on Windows, say). */
function syncFolder(path: string, folder: string, files: WriteFs): void {
  let descriptor: number | undefined;
  try {
    descriptor = files.openSync(folder, "r");
    files.fsyncSync(descriptor);
  } catch (cause) {
    if (["EIO", "ENOSPC", "EDQUOT"].includes((cause as NodeJS.ErrnoException).code ?? ""))
      throw ioError(
        "wrote",
        path,
        cause,
        "it may not survive a power cut, for its folder could not be synced: check the disk",
      );
  } finally {
    quietly(() => descriptor !== undefined && files.closeSync(descriptor));
  }
}

function quietly(action: () => unknown): void {
  try {
    action();
  } catch {
    // The first error is the one to report.
  }
}

/**
 * Removes what killed processes of this tool on this machine left in `folder`: temporary files of its
 * own name pattern whose process is gone. Files of living processes and of other machines stay.
 * @returns the names removed. A folder that does not exist holds none.
 * @throws PlateauError `io` when the folder cannot be listed or a file not removed.
 */
export function removeStaleTemporaries(folder: string): string[] {
  let names: string[];
  try {
    names = fs.readdirSync(folder);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw ioError("cannot list", folder, cause);
  }
  return names.filter((name) => {
    const path = join(folder, name);
    if (!isStale(path)) return false;
    try {
      fs.rmSync(path, { force: true });
    } catch (cause) {
      throw ioError("cannot remove", path, cause);
    }
    return true;
  });
}

function isStale(path: string): boolean {
  if (abandoned.delete(resolve(path))) return true;
  const match = TEMPORARY.exec(basename(path));
  if (!match || match[1] !== host()) return false;
  const info = fs.lstatSync(path, { throwIfNoEntry: false });
  if (!info?.isFile()) return false;
  const pid = Number(match[2]);
  if (pid !== process.pid) return !isAlive(pid);
  // Ours, or of an earlier process of the same number (in a container that is usual): then it is
  // older than this process. 2 s is the coarsest clock of a file system (FAT).
  return info.mtimeMs < Date.now() - process.uptime() * 1000 - 2000;
}

/** Whether a process of this machine lives, as far as this one may know. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
