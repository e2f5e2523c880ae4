// npm run faults: errors and kills at every call that may fail, and what comes of it.
//   node dist/test/faults/main.js [--only train,sweep] [--by calls|system] [--every n] [--kinds ENOSPC,kill] [--into folder]
// --every n: each nth point of a kind, which kind begins where differs. Exit code 1: something was lost.
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { reportUncaught } from "../../src/cli/uncaught.js";
import { compileNative, nativeEnvironment, nativeInjector } from "./native.js";
import { type Fault, type Injector, type Kind, kinds } from "./points.js";
import { scenarios } from "./scenarios.js";
import { survey } from "./survey.js";

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    by: { type: "string", default: "calls,system" },
    kinds: { type: "string" },
    every: { type: "string", default: "1" },
    into: { type: "string", default: join(tmpdir(), "plateau-faults") },
    once: { type: "string" },
    here: { type: "string" },
  },
});

const injectorOf = (name: string): Injector =>
  name === "calls" ? (globalThis as unknown as { plateauFaults: Injector }).plateauFaults : nativeInjector();

if (values.once !== undefined) {
  // To be killed.
  const { name, injector, fault, folder } = JSON.parse(values.once) as {
    name: string;
    injector: string;
    fault: Fault;
    folder: string;
  };
  reportUncaught([]);
  injectorOf(injector).arm(folder, fault);
  const { code, stderr } = await scenarios.find((one) => one.name === name)!.begin(folder);
  process.stderr.write(stderr);
  process.exit(code);
}

const root = resolve(values.into);
mkdirSync(root, { recursive: true });
if (values.here !== undefined) {
  const chosen = scenarios.filter(({ name }) => values.only?.split(",").includes(name) ?? true);
  const which = (values.kinds?.split(",") ?? kinds) as Kind[];
  let failed = 0;
  for (const scenario of chosen) {
    const rows = survey(scenario, injectorOf(values.here), {
      kinds: which,
      every: Number(values.every),
      root,
    });
    for await (const { kind, points, tried, struck, survived, problems } of rows) {
      console.log(
        `| ${scenario.name} | ${values.here} | ${kind} | ${points} | ${tried} | ${struck} | ${survived} |`,
      );
      for (const problem of problems) console.log(`\n${problem}\n`);
      failed += problems.length;
    }
  }
  process.exit(failed > 0 ? 1 : 0);
}

// Each way to inject in a process that has it from its beginning.
console.log(`| run | injected at | fault | points | tried | struck | survived |\n|${" --- |".repeat(7)}`);
const self = fileURLToPath(import.meta.url);
const shim = fileURLToPath(new URL("./shim.js", import.meta.url));
const passed = ["only", "kinds", "every"].flatMap((name) => {
  const value = values[name as "only" | "kinds" | "every"];
  return value === undefined ? [] : [`--${name}`, value];
});
for (const by of values.by.split(",")) {
  const library = join(root, "faults.so");
  const here = by === "calls" ? "calls" : "system calls";
  if (by !== "calls" && !compileNative(library)) {
    console.log("SKIPPED: system calls: they take Linux and gcc");
    continue;
  }
  const env = by === "calls" ? {} : nativeEnvironment(library, join(root, "control"));
  const args = ["--import", shim, self, "--here", here, ...passed, "--into", join(root, by)];
  const { status } = spawnSync(process.execPath, args, { stdio: "inherit", env: { ...process.env, ...env } });
  if (status !== 0) process.exitCode = 1;
}
if (!process.exitCode) rmSync(root, { recursive: true, force: true });
