import { PlateauError, quote } from "../errors.js";
import { deniedPermission } from "./denied.js";

const remedies: Record<string, string> = {
  EACCES: "permission denied: choose another place or change its permissions",
  EPERM: "the system does not permit it: choose another place or change its permissions",
  EROFS: "the file system is read-only: choose another place",
  ENOENT: "no such file or folder: check the path",
  ENOTDIR: "a part of the path is a file, not a folder: check the path",
  EISDIR: "it is a folder: name a file",
  ENAMETOOLONG: "the name is too long: choose a shorter one",
  ELOOP: "symbolic links in the path go round in a circle: check the path",
  EMFILE: "too many files are open: close some or raise the limit",
  ENFILE: "too many files are open on this machine: close some",
  EFBIG: "the file system does not hold files of that size: choose another place",
  EBUSY: "another program uses it: close that and try again",
  ENOSPC: "disk full: free some",
  EDQUOT: "quota used up: free some",
  EIO: "the device failed: check the disk",
};

/**
 * What the file system refused, as one line: the action, the path, the cause and what to do.
 * @param action such as "cannot write".
 */
export function ioError(action: string, path: string, cause: unknown, remedy?: string): PlateauError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const text = deniedPermission(cause) ?? remedy ?? remedies[code ?? ""] ?? message ?? String(cause);
  return new PlateauError("io", `${action} ${quote(path)}: ${text}${code ? ` (${code})` : ""}`, { cause });
}
