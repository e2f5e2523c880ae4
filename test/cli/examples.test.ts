import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { given } from "../support/given.js";
import { deno, NO_RUNTIMES } from "../support/runtimes.js";

const wanted: Record<string, RegExp> = {
  "train-m2n1.mjs": /^43204 parameters, 500 updates\na (very )?close fit .*\nweights sha256 [0-9a-f]{64}\n$/,
  "approximate-your-function.mjs": /mean square error \S+\n0.5 · 0.5 = 0.250, predicted 0.2[3-7]/,
  "construct.mjs":
    /^(\d+ memory tokens, \d+ parameters: error from 0\.\d+ to 0\.\d+\n){3}trained from written weights: RMSE 0\.00\d+\ntrained from drawn weights: RMSE 0\.\d+\n$/,
  "own-table.mjs":
    /^406 rows: 274 to train, 60 to validate, 58 to test\nmpg: R² 0\.9\d+, RMSE 2\.\d+ on the test rows\nthe Transformer .*\ncylinders 3, .*: \d+\.\d\n$/,
  "pytorch-weights.mjs":
    /^26 tensors, the first of them encoder.layers.0.linear1.bias\nsame weights: true\nsame outputs: true\n$/,
  "report.mjs": /^A rough fit .*\nThe model is .*\nreport.html: 1\.\d MiB\nfigures: (\S+\.svg ?){5}\n$/,
  "sweep.mjs": /^(trial \d+ (complete|pruned) \S+\n){20}best: trial \d+, RMSE 0.0\d+, \{"dModel":/,
};

/** What a program prints on either stream, and how it ends. */
function ran(program: string, args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(program, args, {
    env: { ...process.env, PLATEAU_DEBUG: "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => (said[name] += text));
  }
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((done, fail) => {
    child.on("error", fail);
    child.on("close", (code) => done({ code, ...said }));
  });
}

test("every example is tested", (t) => {
  t.deepEqual(
    readdirSync("examples").filter((file) => file.endsWith(".mjs")),
    Object.keys(wanted).sort(),
  );
});

for (const [name, output] of Object.entries(wanted)) {
  test.serial(`example ${name} runs`, async (t) => {
    const { code, stdout, stderr } = await ran(process.execPath, [`examples/${name}`]);
    t.is(stderr, "");
    t.is(code, 0);
    t.regex(stdout, output);
  });

  const program = deno();
  given(program, NO_RUNTIMES).serial(`example ${name} runs on Deno`, async (t) => {
    const cache = mkdtempSync(join(tmpdir(), "plateau-deno-"));
    t.teardown(() => rmSync(cache, { recursive: true, force: true }));
    const { code, stdout, stderr } = await ran(program!, ["run", "-A", `examples/${name}`], {
      DENO_DIR: cache,
    });
    t.is(code, 0, stderr);
    t.regex(stdout, output);
  });
}
