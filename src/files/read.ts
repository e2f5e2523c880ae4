import * as fs from "node:fs";
import { PlateauError, quote } from "../errors.js";
import { ioError } from "./io-error.js";

/** What `readFileChecked` calls of node:fs; tests put failing ones in place. */
export type ReadFs = Pick<typeof fs, "closeSync" | "fstatSync" | "openSync" | "readSync" | "statSync">;

/** Some systems refuse more than 2 GiB in one call. */
const CHUNK = 2 ** 30;

/**
 * The bytes of a regular file.
 * @throws PlateauError `io` when it is missing, a folder, a device or pipe, longer than `maxBytes`
 * (nothing is read then), changes its length meanwhile, or cannot be read.
 */
export function readFileChecked(path: string, maxBytes: number, files: ReadFs = fs): Uint8Array<ArrayBuffer> {
  const refuse = (problem: string) => new PlateauError("io", `cannot read ${quote(path)}: ${problem}`);
  let descriptor: number | undefined;
  try {
    // Before opening: opening a pipe would wait for its writer.
    checkRegular(files.statSync(path));
    descriptor = files.openSync(path, "r");
    const info = files.fstatSync(descriptor);
    checkRegular(info);
    if (info.size > maxBytes) throw refuse(`it has ${info.size} bytes, at most ${maxBytes} are allowed`);
    const bytes = new Uint8Array(info.size);
    let at = 0;
    while (at < bytes.length) {
      const count = files.readSync(descriptor, bytes, at, Math.min(CHUNK, bytes.length - at), null);
      if (count <= 0) throw refuse(`it ended after ${at} of ${info.size} bytes: is it being written?`);
      at += count;
    }
    return bytes;
  } catch (cause) {
    if (cause instanceof PlateauError) throw cause;
    if ((cause as NodeJS.ErrnoException).code === "ENOENT")
      throw ioError("cannot read", path, cause, "there is no such file: check the path");
    throw ioError("cannot read", path, cause);
  } finally {
    if (descriptor !== undefined) files.closeSync(descriptor);
  }

  function checkRegular(info: fs.Stats): void {
    if (info.isDirectory()) throw refuse("it is a folder: name a file");
    if (!info.isFile()) throw refuse("it is no regular file: name another");
  }
}
