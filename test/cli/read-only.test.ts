import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { folder, main, tiny } from "./plateau.js";

const sweep = {
  target: "m2n1",
  space: { parameters: { dModel: [4] } },
  experiment: { heads: 2, layers: 1, steps: 5, trainRows: 200, validationRows: 50, testRows: 50 },
};

interface As {
  readonly cwd: string;
  readonly env?: Record<string, string>;
  readonly uid?: number;
}

function plateau(args: readonly string[], { cwd, env = {}, uid }: As) {
  return spawnSync(process.execPath, [main, ...args], {
    cwd,
    encoding: "utf8",
    env: { ...process.env, PLATEAU_DEBUG: "", ...env },
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
}

/** What writes is refused in one line that names cause and remedy; what does not, works. */
function refuses(t: ExecutionContext, place: string, remedy: RegExp, as: Omit<As, "cwd">): void {
  const cwd = folder(t);
  writeFileSync(join(cwd, "sweep.json"), JSON.stringify(sweep));
  chmodSync(cwd, 0o777);
  const writing = {
    run: ["train", "m2n1", ...tiny, "--out", join(place, "run")],
    study: ["sweep", "sweep.json", "--study", join(place, "runs.sqlite"), "--trials", "1", "--quiet"],
  };
  for (const [what, args] of Object.entries(writing)) {
    const { status, stdout, stderr } = plateau(args, { ...as, cwd });
    t.is(status, 1, what);
    t.is(stdout, "", what);
    t.regex(stderr, remedy, what);
    t.is(stderr.trim().split("\n").length, 1, what);
  }
  const { status, stdout, stderr } = plateau(["train", "m2n1", ...tiny], { ...as, cwd: place });
  t.is(status, 0, stderr);
  t.regex(stdout, /\nverdict: /);
}

test("on a read-only file system, home included, only what writes is refused, with what to do", (t) => {
  const place = join(folder(t), "disk");
  mkdirSync(place);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "ro", "plateau-test", place], { stdio: "ignore" });
  } catch {
    t.log("SKIPPED: mounting a file system is not allowed here");
    return t.pass();
  }
  t.teardown(() => execFileSync("umount", ["-l", place], { stdio: "ignore" }));
  const remedy =
    /^error: cannot make (the folder )?".+": the file system is read-only: choose another place \(EROFS\)\n$/;
  refuses(t, place, remedy, { env: { HOME: place, TMPDIR: place } });
});

test("in a folder without write permission only what writes is refused, with what to do", (t) => {
  const root = process.getuid?.() === 0;
  // Root may write anywhere: another user is asked.
  const uid = root ? 65534 : undefined;
  const place = join(folder(t), "place");
  mkdirSync(place);
  chmodSync(join(place, ".."), 0o755);
  chmodSync(place, 0o555);
  const { status, error } = plateau(["info"], { cwd: place, uid });
  if (process.platform === "win32" || error || status !== 0) {
    t.log("SKIPPED: this checkout cannot be used by a user without write permission");
    return t.pass();
  }
  const remedy =
    /^error: cannot make (the folder )?".+": permission denied: choose another place or change its permissions \(EACCES\)\n$/;
  refuses(t, place, remedy, { uid });
});
