// npm run faults: errors and kills at every call that may fail, and what comes of it.
//   node dist/test/faults/main.js [--only train,sweep] [--by calls,system,messages,network] [--every n]
//     [--kinds "kill,ENOSPC from there on"] [--into folder] [--table]
// --every n: each nth point of a kind, which kind begins where differs. --into: where results are kept, a line each;
// the same again goes on where it was stopped. --table: prints what there is. Exit code 1: something was lost.
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { reportUncaught } from "../../src/cli/uncaught.js";
import { scriptOptions } from "../support/script-options.js";
import { messagesInjector } from "./messages.js";
import { compileNative, nativeEnvironment, nativeInjector } from "./native.js";
import { networkInjector } from "./network/injector.js";
import type { Fault, Injector } from "./points.js";
import { Results } from "./results.js";
import { scenarios } from "./scenarios/registry.js";
import { survey } from "./survey.js";

const { values } = scriptOptions(import.meta.url, {
  options: {
    only: { type: "string" },
    by: { type: "string", default: "calls,system,messages,network" },
    kinds: { type: "string" },
    every: { type: "string", default: "1" },
    into: { type: "string" },
    table: { type: "boolean", default: false },
    once: { type: "string" },
    here: { type: "string" },
  },
});

/** How many points are named that were never struck: with --every they are many. */
const MOST_NAMED = 50;

/** Every way to inject. */
const injectors: Readonly<Record<string, () => Injector>> = {
  calls: () => (globalThis as unknown as { plateauFaults: Injector }).plateauFaults,
  system: nativeInjector,
  messages: () => messagesInjector,
  network: () => networkInjector,
};

if (values.once !== undefined) {
  // To be killed.
  const { name, by, fault, folder } = JSON.parse(values.once) as Record<"name" | "by" | "folder", string> & {
    fault: Fault;
  };
  reportUncaught([]);
  injectors[by]().arm(folder, fault);
  const { code, stderr } = await (await scenarios[name]()).begin(folder);
  process.stderr.write(stderr);
  process.exit(code);
}

const root = resolve(values.into ?? join(tmpdir(), "plateau-faults"));
mkdirSync(root, { recursive: true });
const results = () => new Results(join(root, "results.jsonl"));
const chosen = values.only?.split(",") ?? Object.keys(scenarios);

if (values.here !== undefined) {
  const by = values.here;
  for (const name of chosen) {
    const scenario = await scenarios[name]();
    if (!scenario.by.includes(by)) continue;
    const beside = await scenario.open?.();
    await survey(scenario, injectors[by](), {
      ...(values.kinds === undefined ? {} : { kinds: values.kinds.split(",") }),
      every: Number(values.every),
      root: join(root, by),
      results: results(),
      onProgress: (text) => process.stderr.write(`${text}\n`),
    });
    await beside?.[Symbol.asyncDispose]();
  }
  process.exit(0);
}

// Each way to inject in a process that has it from its beginning.
const self = fileURLToPath(import.meta.url);
const shim = fileURLToPath(new URL("./shim.js", import.meta.url));
const passed = ["only", "kinds", "every"].flatMap((name) => {
  const value = values[name as "only" | "kinds" | "every"];
  return value === undefined ? [] : [`--${name}`, value];
});
for (const by of values.table ? [] : values.by.split(",")) {
  const library = join(root, "faults.so");
  if (by === "system" && !compileNative(library)) {
    console.log("SKIPPED: system calls: they take Linux and gcc");
    continue;
  }
  const env = by === "system" ? nativeEnvironment(library, join(root, "control")) : {};
  const args = ["--import", shim, self, "--here", by, ...passed, "--into", root];
  const { status } = spawnSync(process.execPath, args, { stdio: "inherit", env: { ...process.env, ...env } });
  if (status !== 0) process.exitCode = 1;
}
const { rows, problems, missed } = results();
console.log(
  [
    "| run | injected at | fault | points | tried | struck | survived |",
    `|${" --- |".repeat(7)}`,
    ...rows,
  ].join("\n"),
);
for (const { run, by, kind, point, problem } of problems)
  console.log(`\n${run}, ${by}, ${kind} at ${point}: ${problem}`);
if (missed.length > 0) {
  const some = missed.slice(0, MOST_NAMED).join("\n");
  console.log(`\npoints never struck: ${missed.length}\n${some}${missed.length > MOST_NAMED ? "\n…" : ""}`);
}
if (problems.length > 0) process.exitCode = 1;
if (!process.exitCode && values.into === undefined) rmSync(root, { recursive: true, force: true });
