import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import test, { type ExecutionContext } from "ava";
import { given } from "../support/given.js";
import { withRedis } from "../support/redis.js";
import { tellsRemedy } from "./remedy.js";

const canCompile = process.platform === "linux" && spawnSync("gcc", ["--version"]).status === 0;
const main = fileURLToPath(new URL("./main.js", import.meta.url));

/** A few points of a run, told and mended as the many are that npm run faults tries. */
async function survives(
  t: ExecutionContext,
  run: string,
  by: string,
  more: readonly string[],
): Promise<void> {
  t.timeout(600_000);
  const folder = mkdtempSync(join(tmpdir(), "plateau-faults-"));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const args = [main, "--only", run, "--by", by, ...more, "--into", folder];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  let [table, said] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (table += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  const code = await new Promise((resolve) => child.on("close", resolve));
  t.is(code, 0, table + said);
  const rows = table.split("\n").filter((line) => line.startsWith(`| ${run} | ${by} |`));
  t.true(rows.length > 0, table + said);
  for (const row of rows) {
    const [tried, struck, survived] = row
      .split(" | ")
      .slice(4)
      .map((cell) => Number.parseInt(cell, 10));
    t.is(survived, tried, row);
    // What comes with time may not come again.
    t.true(2 * struck >= tried, row);
  }
}

test("a remedy is looked for behind what happened", (t) => {
  t.true(tellsRemedy('error: cannot write "a/run.json": the disk is full (ENOSPC): free some space'));
  for (const none of [
    'error: cannot write "run/checkpoint.safetensors": EIO',
    'error: cannot read "choose, me": it is unchanged (EIO)',
    "error: Redis refuses: LOADING",
  ]) {
    t.false(tellsRemedy(none), none);
  }
});

test.serial("training: an error or a kill at a call is told with its remedy and mended by resuming", (t) =>
  survives(t, "train", "calls", ["--every", "15"]),
);

given(canCompile, "there is no gcc, or no Linux").serial(
  "training: an error or a kill at a system call is told with its remedy and mended by resuming",
  (t) => survives(t, "train", "system", ["--every", "15"]),
);

test.serial("a sweep: an error or a kill at a call is told with its remedy and mended by resuming", (t) =>
  survives(t, "sweep", "calls", ["--every", "70"]),
);

test.serial("a sweep: whatever becomes of a thread at a message, the study comes to the same bits", (t) =>
  survives(t, "sweep", "messages", ["--every", "12"]),
);

test.serial("an experiment: an error or a kill at a call is mended by resuming", (t) =>
  survives(t, "experiment", "calls", ["--kinds", "EIO,kill", "--every", "150"]),
);

test.serial("an experiment: whatever becomes of a thread at a message is mended by resuming", (t) =>
  survives(t, "experiment", "messages", ["--kinds", "ends the thread", "--every", "16"]),
);

withRedis.serial("a sweep over Redis: whatever becomes of a worker's thread at a message is mended", (t) =>
  survives(t, "machines", "messages", ["--kinds", "ends the thread", "--every", "13"]),
);

withRedis.serial("a sweep over Redis: an error or a kill at a call of its driver is mended", (t) =>
  survives(t, "machines", "calls", ["--kinds", "EIO,kill", "--every", "70"]),
);

withRedis.serial(
  "a sweep over Redis: whatever becomes of a command or of who gave it, the study comes to the same bits",
  (t) => survives(t, "machines", "network", ["--kinds", "reset when done,OOM,kill", "--every", "70"]),
);
