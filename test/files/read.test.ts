import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { PlateauError } from "../../src/errors.js";
import { readFileChecked } from "../../src/files/read.js";

function folder(t: ExecutionContext): string {
  const path = fs.mkdtempSync(join(tmpdir(), "plateau-test-"));
  t.teardown(() => fs.rmSync(path, { recursive: true, force: true }));
  return path;
}

function refused(t: ExecutionContext, action: () => unknown, message: string): void {
  const error = t.throws(action, { instanceOf: PlateauError });
  t.is(error?.code, "io");
  t.is(error?.message, message);
}

test("a file is read whole, up to the limit", (t) => {
  const path = join(folder(t), "file");
  const bytes = Uint8Array.from({ length: 5000 }, (_, i) => i);
  fs.writeFileSync(path, bytes);
  const read = readFileChecked(path, 5000);
  t.deepEqual(read, bytes);
  t.is(read.byteOffset, 0);
  const readSync = ((fd: number, data: Uint8Array, at: number, length: number) =>
    fs.readSync(fd, data, at, Math.min(length, 7), null)) as typeof fs.readSync;
  t.deepEqual(readFileChecked(path, 5000, { ...fs, readSync }), bytes);
  fs.writeFileSync(path, "");
  t.is(readFileChecked(path, 0).length, 0);
});

test("missing, too large, a folder, a pipe: each is named", (t) => {
  const dir = folder(t);
  const path = join(dir, "file");
  refused(
    t,
    () => readFileChecked(path, 9),
    `cannot read "${path}": there is no such file: check the path (ENOENT)`,
  );
  fs.writeFileSync(path, "0123456789");
  refused(t, () => readFileChecked(path, 9), `cannot read "${path}": it has 10 bytes, at most 9 are allowed`);
  refused(t, () => readFileChecked(dir, 9), `cannot read "${dir}": it is a folder: name a file`);
  const below = join(path, "below");
  refused(
    t,
    () => readFileChecked(below, 9),
    `cannot read "${below}": a part of the path is a file, not a folder: check the path (ENOTDIR)`,
  );
  if (process.platform === "win32") return;
  const pipe = join(dir, "pipe");
  execFileSync("mkfifo", [pipe]);
  refused(t, () => readFileChecked(pipe, 9), `cannot read "${pipe}": it is no regular file: name another`);
  refused(
    t,
    () => readFileChecked("/dev/zero", 9),
    'cannot read "/dev/zero": it is no regular file: name another',
  );
});

test("a file that shrinks meanwhile, and one that cannot be opened, are named", (t) => {
  const path = join(folder(t), "file");
  fs.writeFileSync(path, "0123456789");
  const readSync = (() => 0) as typeof fs.readSync;
  refused(
    t,
    () => readFileChecked(path, 10, { ...fs, readSync }),
    `cannot read "${path}": it ended after 0 of 10 bytes: is it being written?`,
  );
  const openSync = (() => {
    throw Object.assign(new Error("no"), { code: "EACCES" });
  }) as typeof fs.openSync;
  refused(
    t,
    () => readFileChecked(path, 10, { ...fs, openSync }),
    `cannot read "${path}": permission denied: choose another place or change its permissions (EACCES)`,
  );
});
