import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, openSync, readdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { identity } from "../../src/experiments/config.js";
import { run } from "../../src/experiments/run.js";
import { RunDirectory } from "../../src/experiments/run-directory.js";
import { encodeCheckpoint } from "../../src/training/checkpoint.js";
import { folder, main, plateau, tiny } from "./plateau.js";

/** A file system of a few pages; undefined where mounting is not allowed. */
function smallDisk(path: string, size: string): (() => void) | undefined {
  mkdirSync(path);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "plateau-test", path], { stdio: "ignore" });
  } catch {
    return undefined;
  }
  return () => execFileSync("umount", ["-l", path], { stdio: "ignore" });
}

test("a full disk ends in one line that says so, and leaves no partial file", async (t) => {
  const disk = join(folder(t), "disk");
  const unmount = smallDisk(disk, "8k");
  if (!unmount) {
    t.log("SKIPPED: mounting a small file system is not allowed here");
    t.pass();
    return;
  }
  t.teardown(unmount);
  const out = join(disk, "run");
  const full =
    /^error: cannot write ".*": disk full: needs \d+ bytes at ".*", free some \(ENOSPC\)(; then: plateau (?:train|fit) --resume \S+)?\n$/;

  const trained = await plateau(["train", "m2n1", ...tiny, "--out", out]);
  t.is(trained.code, 1);
  t.regex(trained.stderr, full);
  t.regex(trained.stdout, /\nverdict: /, "the result is not lost");
  t.deepEqual(readdirSync(out), ["run.json"], "the weights did not fit");

  const fitArgs = ["fit", "--target", "m2n1", "--steps", "20", "--measures", "errors", "--json"];
  const fitted = await plateau([...fitArgs, "--out", join(disk, "fit")]);
  t.is(fitted.code, 1);
  t.regex(fitted.stderr, full);
  t.truthy(JSON.parse(fitted.stdout).analysis.measures.errors);
  rmSync(join(disk, "fit"), { recursive: true });

  writeFileSync(join(disk, "filling"), new Uint8Array(4096));
  const other = join(disk, "other");
  const none = await plateau(["train", "m2n1", ...tiny, "--out", other]);
  t.is(none.code, 1);
  t.regex(none.stderr, full);
  t.deepEqual(
    readdirSync(disk).sort(),
    ["filling", "run"],
    "nor is there a folder for a run that could not begin",
  );
});

test("a continued run that cannot be stored is printed, with the command that stores it later", async (t) => {
  const disk = join(folder(t), "disk");
  const unmount = smallDisk(disk, "256k");
  if (!unmount) {
    t.log("SKIPPED: mounting a small file system is not allowed here");
    t.pass();
    return;
  }
  t.teardown(unmount);
  const out = join(disk, "run");
  const config = { target: "m2n1", dModel: 8, ff: 8, layers: 1, batch: 16, steps: 20 };
  const directory = RunDirectory.create(out, {
    ...config,
    trainRows: 1000,
    validationRows: 100,
    testRows: 200,
  });
  const stop = new AbortController();
  const running = run(directory.experiment.config, {
    signal: stop.signal,
    progressEvery: 0,
    onProgress: () => stop.abort(),
    onCheckpoint: async (state) =>
      directory.saveCheckpoint(await encodeCheckpoint(state, identity(directory.experiment))),
  });
  await t.throwsAsync(running, { code: "aborted" });
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(join(disk, "filling"), new Uint8Array(bavail * bsize));

  const { code, stdout, stderr } = await plateau(["train", "--resume", out, "--json"]);
  t.is(code, 1);
  t.regex(stderr, /^error: cannot write ".*": disk full: .* \(ENOSPC\); then: plateau train --resume \S+\n$/);
  t.is(JSON.parse(stdout).steps, 20, "one document: the result");

  rmSync(join(disk, "filling"));
  const again = await plateau(["train", "--resume", out, "--json"]);
  t.is(again.code, 0);
  t.is(JSON.parse(again.stdout).weightsSha256, JSON.parse(stdout).weightsSha256);
});

test("a checkpoint that finds no room ends no run", async (t) => {
  const disk = join(folder(t), "disk");
  const unmount = smallDisk(disk, "16k");
  if (!unmount) {
    t.log("SKIPPED: mounting a small file system is not allowed here");
    t.pass();
    return;
  }
  t.teardown(unmount);
  const out = join(disk, "run");
  const flags = [...tiny, "--steps", "200", "--checkpoint-every", "0"];
  const { stdout, stderr } = await plateau(["train", "m2n1", ...flags, "--out", out]);
  t.is(stderr.match(/training goes on/g)?.length, 1, stderr);
  t.regex(stdout, /200 updates/);
});

test("output that finds no room says what to do", (t) => {
  if (!existsSync("/dev/full")) {
    t.log("SKIPPED: this system has no /dev/full");
    t.pass();
    return;
  }
  const stdio = ["ignore", openSync("/dev/full", "w"), "pipe"] as const;
  const { status, stderr } = spawnSync(process.execPath, [main, "info"], {
    stdio: [...stdio],
    encoding: "utf8",
  });
  t.is(status, 1);
  t.is(
    stderr,
    "error: cannot write to standard output: disk full: free some, or send the output elsewhere (ENOSPC)\n",
  );
});
