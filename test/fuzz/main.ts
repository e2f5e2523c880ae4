// npm run fuzz: hostile input for everything that reads what others wrote.
//   node dist/test/fuzz/main.js [--only name,…] [--cases 100000] [--from 0] [--seed 1] [--into folder]
//   node dist/test/fuzz/main.js --only name --input file      # one input that failed, again
// Stopped, it tells what was done so far; --from goes on there. Exit code 1: an invariant was broken. The inputs are in
// the folder.
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { scriptOptions } from "../support/script-options.js";
import { campaign } from "./campaign.js";
import type { Findings } from "./findings.js";
import { BATCH } from "./loop.js";
import { targets } from "./registry.js";

const { values } = scriptOptions(import.meta.url, {
  options: {
    only: { type: "string" },
    cases: { type: "string", default: "100000" },
    from: { type: "string", default: "0" },
    seed: { type: "string", default: "1" },
    into: { type: "string", default: join(tmpdir(), "plateau-fuzz") },
    input: { type: "string" },
  },
});
const names = targets.map(({ name }) => name);
const chosen = values.only?.split(",") ?? names;
const unknown = chosen.find((name) => !names.includes(name));
if (unknown !== undefined) throw new Error(`no target "${unknown}" (known: ${names.join(", ")})`);
const [cases, from, seed] = [values.cases, values.from, values.seed].map(Number);
if (!(cases > 0) || from % BATCH !== 0) throw new Error(`--cases above 0, --from a multiple of ${BATCH}`);
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stop.abort());

const head = ["target", "cases", "accepted", "refused by code", "seconds", "growth, MiB", "slowest, ms"];
console.log(`| ${head.join(" | ")} |\n|${" --- |".repeat(head.length)}`);
for (const target of chosen) {
  if (stop.signal.aborted) break;
  const input = values.input && resolve(values.input);
  const findings = await campaign(
    {
      ...{ target, cases, from, seed, signal: stop.signal },
      ...(input ? { input } : {}),
      onProgress: (found) => {
        if (found.cases % (10 * BATCH) === 0) console.error(`${row(found)} so far`);
      },
    },
    resolve(values.into),
  );
  console.log(row(findings));
  if (stop.signal.aborted) console.log(`stopped: --only ${target} --from ${from + findings.cases} goes on`);
  if (!findings.failure) continue;
  process.exitCode = 1;
  console.log(`\n${target} FAILED: ${findings.failure.message}\ninput: ${findings.failure.input}\n`);
}

function row({ target, cases, accepted, refused, seconds, growth, milliseconds }: Findings): string {
  const codes = Object.entries(refused)
    .sort(([, a], [, b]) => b - a)
    .map(([code, count]) => `${code} ${count.toLocaleString("en")}`);
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
