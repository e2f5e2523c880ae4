// npm run fuzz: hostile input for everything that reads what others wrote.
//   node dist/test/fuzz/main.js [--only name,…] [--cases 100000] [--seed 1] [--into folder]
//   node dist/test/fuzz/main.js --only name --input file      # one input that failed, again
// Exit code 1: an invariant was broken. The inputs are in the folder.
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { campaign } from "./campaign.js";
import type { ChildOptions } from "./child.js";
import type { Findings } from "./loop.js";
import { targets } from "./registry.js";

/** Seconds of processor time that no case takes unless it hangs. */
const DEADLINE = 5;

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    cases: { type: "string", default: "100000" },
    seed: { type: "string", default: "1" },
    into: { type: "string", default: join(tmpdir(), "plateau-fuzz") },
    input: { type: "string" },
  },
});
const names = targets.map(({ name }) => name);
const chosen = values.only?.split(",") ?? names;
const unknown = chosen.find((name) => !names.includes(name));
if (unknown !== undefined) throw new Error(`no target "${unknown}" (known: ${names.join(", ")})`);
const folder = resolve(values.into);
mkdirSync(folder, { recursive: true });
const common = { cases: Number(values.cases), seed: Number(values.seed) };

if (values.input !== undefined) {
  const root = join(folder, "again");
  mkdirSync(root, { recursive: true });
  const told: ChildOptions = { ...common, target: chosen[0], root, input: resolve(values.input) };
  const child = fileURLToPath(new URL("./child.js", import.meta.url));
  process.exit(spawnSync(process.execPath, [child, JSON.stringify(told)], { stdio: "inherit" }).status ?? 1);
}

const head = ["target", "cases", "accepted", "refused by code", "seconds", "growth, MiB", "slowest, ms"];
console.log(`| ${head.join(" | ")} |\n|${" --- |".repeat(head.length)}`);
for (const target of chosen) {
  const findings = await campaign({ ...common, target, deadline: DEADLINE }, folder);
  console.log(row(findings));
  if (!findings.failure) continue;
  process.exitCode = 1;
  console.log(`\n${target} FAILED: ${findings.failure.message}\ninput: ${findings.failure.input}\n`);
}

function row({ target, cases, accepted, refused, seconds, growth, milliseconds }: Findings): string {
  const codes = Object.entries(refused).map(([code, count]) => `${code} ${count.toLocaleString("en")}`);
  const cells = [
    target,
    cases.toLocaleString("en"),
    accepted.toLocaleString("en"),
    codes.join(", "),
    seconds.toFixed(1),
    (growth / 2 ** 20).toFixed(1),
    milliseconds.toFixed(0),
  ];
  return `| ${cells.join(" | ")} |`;
}
