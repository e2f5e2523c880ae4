import { execFile } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { folder, main } from "../cli/plateau.js";
import { findChromium } from "../support/chromium.js";
import { given } from "../support/given.js";
import { bun, deno, NO_RUNTIMES } from "../support/runtimes.js";
import { failureUnder } from "./chromium.js";

// What is particular to one engine, and so not in the matrix.

const run = promisify(execFile);
const LIMITS = fileURLToPath(new URL("../support/thread-limits.js", import.meta.url));
const BUNDLE = fileURLToPath(new URL("../../browser/plateau.js", import.meta.url));

const printing = `console.log("loaded"); console.info("once");
export default ({ parameters }) => {
  console.log("hello");
  console.table([1]);
  process.stdout.write("written\\n");
  return parameters.x;
};`;
const sweep = {
  objective: "./printing.mjs",
  sampler: "random",
  space: { parameters: { x: { type: "uniform", low: 0, high: 1 } } },
};

for (const [name, command, args] of [
  ["Node", process.execPath, []],
  ["Deno", deno(), ["run", "-A"]],
  ["Bun", bun(), []],
] as const) {
  const { serial } = given(command, NO_RUNTIMES);

  serial(`${name}: what an objective prints is kept out of the JSON lines`, async (t) => {
    const cwd = folder(t);
    writeFileSync(join(cwd, "printing.mjs"), printing);
    writeFileSync(join(cwd, "sweep.json"), JSON.stringify(sweep));
    const words = ["sweep", "sweep.json", "--name", "printing", "--trials", "3", "--workers", "2", "--json"];
    const { stdout, stderr } = await run(command!, [...args, main, ...words], { cwd, timeout: 120_000 });
    const lines = stdout.trim().split("\n");
    t.is(lines.length, 4);
    for (const line of lines) t.notThrows(() => JSON.parse(line), line);
    for (const word of ["loaded", "once", "hello", "written"]) t.true(stderr.includes(word), word);
  });

  serial(`${name}: limits of threads are kept, or refused`, async (t) => {
    const { stdout } = await run(command!, [...args, LIMITS], { timeout: 120_000 });
    const { outcome, refused } = JSON.parse(stdout);
    if (name === "Node") t.like(outcome, { kind: "failed", error: { code: "memory" } });
    else t.regex(refused, new RegExp(`^executor: resourceLimits are kept by Node alone, not by ${name}: `));
  });
}

const chromium = findChromium();
const ready = chromium !== undefined && existsSync(BUNDLE);
given(ready, "there is no Chromium, or no module for pages (npm run build)").serial(
  "a page whose policy forbids WebAssembly is told which to allow",
  async (t) => {
    t.timeout(180_000);
    const told = await failureUnder(chromium!, "default-src 'self'");
    t.regex(
      told ?? "nothing",
      /Content-Security-Policy forbids WebAssembly: add 'wasm-unsafe-eval' to its script-src/,
    );
  },
);
