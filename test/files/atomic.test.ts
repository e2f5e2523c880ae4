import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { PlateauError } from "../../src/errors.js";
import { removeStaleTemporaries, type WriteFs, writeFileAtomic } from "../../src/files/atomic.js";

const module = new URL("../../src/files/atomic.js", import.meta.url).href;

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

function failure(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: as the system says it`), { code });
}

/** The real file system with some calls replaced. */
const withFs = (replaced: Partial<WriteFs>): WriteFs => ({ ...fs, ...replaced });
const failing = (call: keyof WriteFs, code: string) =>
  withFs({
    [call]: () => {
      throw failure(code);
    },
  });

test("bytes and text are written and replaced, nothing else is left", (t) => {
  const dir = folder(t);
  const path = join(dir, "état final");
  writeFileAtomic(path, Uint8Array.of(1, 2, 3));
  t.deepEqual([...fs.readFileSync(path)], [1, 2, 3]);
  writeFileAtomic(path, "größer\n");
  t.is(fs.readFileSync(path, "utf8"), "größer\n");
  writeFileAtomic(path, "");
  t.is(fs.statSync(path).size, 0);
  t.deepEqual(fs.readdirSync(dir), ["état final"]);
});

test("permissions of the old file are kept, links are followed", (t) => {
  const dir = folder(t);
  const path = join(dir, "file");
  fs.writeFileSync(path, "old");
  fs.chmodSync(path, 0o600);
  fs.symlinkSync("file", join(dir, "link"));
  writeFileAtomic(join(dir, "link"), "new");
  t.is(fs.readFileSync(path, "utf8"), "new");
  t.is(fs.statSync(path).mode & 0o777, 0o600);
  t.true(fs.lstatSync(join(dir, "link")).isSymbolicLink());
});

test("a system that takes a few bytes at a time gets them all", (t) => {
  const path = join(folder(t), "file");
  const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i);
  const writeSync = ((fd: number, data: Uint8Array, at: number, length: number) =>
    fs.writeSync(fd, data, at, Math.min(7, length))) as typeof fs.writeSync;
  writeFileAtomic(path, bytes, withFs({ writeSync }));
  t.deepEqual(new Uint8Array(fs.readFileSync(path)), bytes);
});

test("the content is synced before the rename, the folder after it", (t) => {
  const calls: string[] = [];
  const real = { ...fs };
  const names = ["openSync", "writeSync", "fsyncSync", "closeSync", "renameSync"] as const;
  const spied = Object.fromEntries(
    names.map((name) => [
      name,
      (...rest: unknown[]) => {
        calls.push(name);
        return (real[name] as (...all: unknown[]) => unknown)(...rest);
      },
    ]),
  );
  writeFileAtomic(join(folder(t), "file"), "x", withFs(spied));
  t.deepEqual(calls, [
    ...["openSync", "writeSync", "fsyncSync", "closeSync", "renameSync"],
    ...["openSync", "fsyncSync", "closeSync"],
  ]);
});

test("whatever call fails, the old content stands and no temporary file is left", (t) => {
  const dir = folder(t);
  const path = join(dir, "file");
  fs.writeFileSync(path, "old");
  for (const call of [
    "openSync",
    "fchmodSync",
    "writeSync",
    "fsyncSync",
    "closeSync",
    "renameSync",
  ] as const) {
    const error = t.throws(() => writeFileAtomic(path, "newer", failing(call, "EIO")), {
      instanceOf: PlateauError,
    });
    t.is(error?.message, `cannot write "${path}": the device failed: check the disk (EIO)`, call);
    t.is(fs.readFileSync(path, "utf8"), "old", call);
    t.deepEqual(fs.readdirSync(dir), ["file"], call);
  }
  const stuck = withFs({ writeSync: (() => 0) as typeof fs.writeSync });
  refused(
    t,
    () => writeFileAtomic(path, "newer", stuck),
    `cannot write "${path}": the system took 0 of 5 bytes and no more`,
  );
  t.deepEqual(fs.readdirSync(dir), ["file"]);
});

test("each cause is named with its remedy", (t) => {
  const dir = folder(t);
  const path = join(dir, "file");
  const causes: [keyof WriteFs, string, string][] = [
    ["writeSync", "ENOSPC", `disk full: needs 4 bytes at "${dir}", free some`],
    ["fsyncSync", "EDQUOT", `quota used up: needs 4 bytes at "${dir}", free some`],
    ["openSync", "EACCES", "permission denied: choose another place or change its permissions"],
    ["openSync", "EROFS", "the file system is read-only: choose another place"],
    ["statSync", "ELOOP", "symbolic links in the path go round in a circle: check the path"],
    ["openSync", "EMFILE", "too many files are open: close some or raise the limit"],
    ["renameSync", "EUNKNOWN", "EUNKNOWN: as the system says it"],
  ];
  for (const [call, code, text] of causes)
    refused(
      t,
      () => writeFileAtomic(path, "four", failing(call, code)),
      `cannot write "${path}": ${text} (${code})`,
    );
  t.deepEqual(fs.readdirSync(dir), []);
});

test("a missing folder, a folder, a file as folder and a device are named", (t) => {
  const dir = folder(t);
  const missing = join(dir, "no", "file");
  refused(
    t,
    () => writeFileAtomic(missing, ""),
    `cannot write "${missing}": there is no folder "${join(dir, "no")}": create it first (ENOENT)`,
  );
  refused(t, () => writeFileAtomic(dir, ""), `cannot write "${dir}": it is a folder: name a file`);
  fs.writeFileSync(join(dir, "file"), "");
  const below = join(dir, "file", "below");
  refused(
    t,
    () => writeFileAtomic(below, ""),
    `cannot write "${below}": a part of the path is a file, not a folder: check the path (ENOTDIR)`,
  );
  if (process.platform !== "win32")
    refused(
      t,
      () => writeFileAtomic("/dev/null", ""),
      'cannot write "/dev/null": it is no regular file: name another',
    );
  t.deepEqual(fs.readdirSync(dir), ["file"]);
});

test("a folder that cannot be synced is no error unless the device failed", (t) => {
  const dir = folder(t);
  const path = join(dir, "file");
  const atFolder = (code: string) =>
    withFs({
      openSync: ((name: string, flags: string, mode?: number) => {
        if (name === dir) throw failure(code);
        return fs.openSync(name, flags, mode);
      }) as typeof fs.openSync,
    });
  for (const code of ["EISDIR", "EPERM", "EINVAL", "EACCES"]) writeFileAtomic(path, code, atFolder(code));
  t.is(fs.readFileSync(path, "utf8"), "EACCES");
  refused(
    t,
    () => writeFileAtomic(path, "new", atFolder("EIO")),
    `wrote "${path}": it may not survive a power cut, for its folder could not be synced: check the disk (EIO)`,
  );
});

test("a full disk keeps the old file and names the bytes needed", (t) => {
  const dir = folder(t);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "plateau-test", dir], { stdio: "pipe" });
  } catch (error) {
    t.log(`SKIPPED on a real full disk: this user cannot mount a tmpfs (${String(error).split("\n")[0]})`);
    return t.pass();
  }
  try {
    const path = join(dir, "file");
    writeFileAtomic(path, "old");
    const bytes = new Uint8Array(1 << 20);
    const message = `cannot write "${path}": disk full: needs 1048576 bytes at "${dir}", free some (ENOSPC)`;
    refused(t, () => writeFileAtomic(path, bytes), message);
    t.is(fs.readFileSync(path, "utf8"), "old");
    t.deepEqual(fs.readdirSync(dir), ["file"]);
    writeFileAtomic(path, "new");
    t.is(fs.readFileSync(path, "utf8"), "new");
  } finally {
    execFileSync("umount", [dir]);
  }
});

test("what a killed process left is removed, and nothing else", (t) => {
  const dir = folder(t);
  const script = `
    import * as fs from "node:fs";
    import { writeFileAtomic } from ${JSON.stringify(module)};
    writeFileAtomic(${JSON.stringify(join(dir, "file"))}, "content", {
      ...fs, fsyncSync: () => process.kill(process.pid, "SIGKILL"),
    });`;
  const killed = spawnSync(process.execPath, ["--input-type=module", "-e", script]);
  t.is(killed.signal, "SIGKILL", killed.stderr.toString());
  const [left] = fs.readdirSync(dir);
  t.regex(left, new RegExp(`^\\.plateau-\\w+-${killed.pid}-0-0\\.tmp$`));

  const host = hostname()
    .replace(/[^A-Za-z0-9]/g, "_")
    .slice(0, 32);
  const mine = `.plateau-${host}-${process.pid}-0-99999.tmp`;
  const kept = [
    mine, // being written by this process
    `.plateau-${host}-${process.ppid}-0-0.tmp`, // by a living one
    `.plateau-elsewhere-${killed.pid}-0-0.tmp`, // on another machine
    `.plateau-${host}-${killed.pid}-0-0.tmp.bak`,
    `plateau-${host}-${killed.pid}-0-0.tmp`,
    "weights.safetensors",
    "other.tmp",
  ];
  for (const name of kept) fs.writeFileSync(join(dir, name), "");
  fs.mkdirSync(join(dir, `.plateau-${host}-${killed.pid}-0-7.tmp`));
  t.deepEqual(removeStaleTemporaries(dir), [left]);
  t.is(fs.readdirSync(dir).length, kept.length + 1);

  // The number of this process, but from before it started.
  fs.utimesSync(join(dir, mine), 1, 1);
  t.deepEqual(removeStaleTemporaries(dir), [mine]);
  t.deepEqual(removeStaleTemporaries(dir), []);
});

test("a name taken by an earlier process of the same number is passed over", (t) => {
  const dir = folder(t);
  let opened = 0;
  const openSync = ((path: string, flags: string, mode?: number) => {
    if (flags === "wx" && opened++ === 0) throw failure("EEXIST");
    return fs.openSync(path, flags, mode);
  }) as typeof fs.openSync;
  writeFileAtomic(join(dir, "file"), "x", withFs({ openSync }));
  t.is(opened, 2);
  t.deepEqual(fs.readdirSync(dir), ["file"]);
});

test("a folder that is missing holds no temporaries, one that cannot be listed is named", (t) => {
  const dir = folder(t);
  t.deepEqual(removeStaleTemporaries(join(dir, "no")), []);
  const path = join(dir, "file");
  fs.writeFileSync(path, "");
  refused(
    t,
    () => removeStaleTemporaries(path),
    `cannot list "${path}": a part of the path is a file, not a folder: check the path (ENOTDIR)`,
  );
});

test("a temporary file that cannot even be removed goes when the folder is next looked at", (t) => {
  const dir = folder(t);
  const refuses = () => {
    throw failure("EIO");
  };
  const path = join(dir, "file");
  t.throws(() => writeFileAtomic(path, "new", withFs({ writeSync: refuses, rmSync: refuses })), {
    code: "io",
  });
  t.is(fs.readdirSync(dir).length, 1);
  t.is(removeStaleTemporaries(dir).length, 1);
  t.deepEqual(fs.readdirSync(dir), []);
  t.deepEqual(removeStaleTemporaries(dir), []);
});
