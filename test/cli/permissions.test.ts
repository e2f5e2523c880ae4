import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import anyTest from "ava";
import { deno, NO_RUNTIMES } from "../support/runtimes.js";
import { folder, main, tiny } from "./plateau.js";

const command = deno();
if (!command) console.warn(`what Deno is not permitted: ${NO_RUNTIMES}`);
const test = command ? anyTest : anyTest.skip;

/** `plateau args…` on Deno with some permissions. */
async function run(permissions: readonly string[], args: readonly string[], cwd: string) {
  const flags = ["run", "--no-prompt", ...permissions.map((name) => `--allow-${name}`)];
  const options = { cwd, timeout: 120_000, env: { ...process.env, NO_COLOR: "1", PLATEAU_DEBUG: "" } };
  try {
    const { stdout } = await promisify(execFile)(command!, [...flags, main, ...args], options);
    return { code: 0, stdout, stderr: "" };
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string };
  }
}

const sweep = {
  target: "m2n1",
  space: { parameters: { dModel: [4] } },
  experiment: { heads: 2, layers: 1, steps: 5, trainRows: 200, validationRows: 50, testRows: 50 },
};
const sweepArgs = ["sweep", "sweep.json", "--trials", "1", "--workers", "1", "--quiet"];

const refusals: Record<string, readonly [given: string[], args: string[], says: RegExp]> = {
  "--allow-sys": [[], ["info"], /^error: Deno was not given --allow-sys: run it with that, or with -A/],
  "--allow-read": [
    [],
    ["fit", "--data", "table.csv", "--output", "y"],
    /^error: cannot read "table.csv": Deno was not given --allow-read: /,
  ],
  "--allow-write": [
    ["read"],
    ["train", "m2n1", ...tiny, "--out", "run"],
    /^error: cannot make the folder "run": Deno was not given --allow-write: /,
  ],
  "--allow-ffi": [
    ["read", "write", "env", "sys"],
    sweepArgs,
    /^error: studies are stored by the native module of libsql: Deno was not given --allow-ffi: /,
  ],
};

test("a thread that Deno lets read no environment says what to give", async (t) => {
  const cwd = folder(t);
  const { code, stderr } = await run(["read"], ["demo", "--steps", "1"], cwd);
  t.is(code, 1);
  t.regex(
    stderr,
    /error: no worker thread begins: Deno was not given --allow-(env|sys): run it with that, or with -A/,
  );
});

for (const [flag, [given, args, says]] of Object.entries(refusals)) {
  test(`what lacks ${flag} on Deno says so in one line`, async (t) => {
    const cwd = folder(t);
    writeFileSync(join(cwd, "sweep.json"), JSON.stringify(sweep));
    const { code, stdout, stderr } = await run(given, args, cwd);
    t.is(code, 1);
    t.is(stdout, "");
    t.regex(stderr, says);
    t.is(stderr.trim().split("\n").length, 1);
  });
}

test("Deno trains without any permission", async (t) => {
  const { stdout, stderr } = await run([], ["train", "m2n1", ...tiny], folder(t));
  t.is(stderr, "");
  t.regex(stdout, /\nverdict: /);
});

test("sweeps on Deno take five permissions, and no more", async (t) => {
  const cwd = folder(t);
  writeFileSync(join(cwd, "sweep.json"), JSON.stringify(sweep));
  const { stdout } = await run(["read", "write", "env", "sys", "ffi"], [...sweepArgs, "--json"], cwd);
  const lines = stdout.trim().split("\n");
  t.like(JSON.parse(lines.at(-1)!), { states: { complete: 1 } });
});
