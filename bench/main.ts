// Entry of `npm run bench`: node dist/bench/main.js [--only name]… [--json] [--against file] [--seconds s] [--build b]
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { widen } from "../src/cli/build.js";
import { builds } from "../src/runtime/compile.js";
import { compared, isTiming, readBaseline } from "./against.js";
import { suites } from "./registry.js";
import { short } from "./statistics.js";
import type { BenchOptions, Values } from "./suite.js";

const help = `usage: npm run bench -- [options]

  --only NAME    only benchmarks whose name is NAME or begins with NAME and a colon; may be repeated
  --json         one JSON object: name → values; a time is its median, min, max, and the median of each round
  --out FILE     writes that object, and prints the table
  --against FILE what --json printed once: prints times now over then with 95% intervals, below 1 is faster
  --list         names only
  --seconds S    sampling time of one call (default 0.5)
  --build B      strict (default) or relaxed

Under Node ≥ 24 kernels are widened, as in the command line; PLATEAU_WIDE=0 turns that off.

Errors of the float32 functions over all 2^32 inputs, some minutes each: npm run math:exhaustive -- [exp tanh …]
`;

function readFlags() {
  return parseArgs({
    options: {
      only: { type: "string", multiple: true, default: [] },
      json: { type: "boolean", default: false },
      list: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
      seconds: { type: "string", default: "0.5" },
      build: { type: "string", default: "strict" },
      against: { type: "string" },
      out: { type: "string" },
    },
  }).values;
}

/** Bad usage: one line, exit code 2. */
function refuse(message: string): never {
  process.stderr.write(`error: ${message}\n`);
  process.exit(2);
}

async function main(flags: ReturnType<typeof readFlags>): Promise<void> {
  if (flags.help) {
    process.stdout.write(help);
    return;
  }
  const build = builds.find((name) => name === flags.build);
  if (!build) refuse(`--build ${flags.build} is none of ${builds.join(", ")}`);
  if (!(Number(flags.seconds) > 0)) refuse(`--seconds ${flags.seconds} is no time above 0`);
  const options: BenchOptions = { build, seconds: Number(flags.seconds) };
  let baseline: Record<string, Values> | undefined;
  try {
    baseline = flags.against === undefined ? undefined : readBaseline(flags.against);
  } catch (error) {
    refuse(`--against ${(error as Error).message}`);
  }
  const wanted = (name: string) =>
    flags.only.length === 0 || flags.only.some((only) => name === only || name.startsWith(`${only}:`));
  const cases = suites.flatMap((suite) => [...suite.cases()]).filter(({ name }) => wanted(name));
  if (cases.length === 0) {
    const known = suites.map(({ name }) => name).join(", ");
    refuse(
      `no benchmark named ${flags.only.join(", ")} (known: ${known}, and single ones as --list names them)`,
    );
  }
  if (flags.list) {
    console.log(cases.map(({ name }) => name).join("\n"));
    return;
  }
  const { wide, reason } = widen();
  process.stderr.write(wide ? "kernels are widened to 256 bits\n" : `kernels are not widened: ${reason}\n`);
  const width = Math.max(...cases.map(({ name }) => name.length));
  const results: Record<string, Values> = {};
  for (const { name, run } of cases) {
    results[name] = await run(options);
    const lines = compared(results[name], baseline?.[name]);
    if (flags.json) {
      for (const line of lines) process.stderr.write(`${name}  ${line}\n`);
      continue;
    }
    console.log(`${name.padEnd(width)}  ${row(results[name])}`);
    for (const line of lines) console.log(`${" ".repeat(width)}  ${line}`);
  }
  const text = JSON.stringify(results, null, 2);
  if (flags.json) console.log(text);
  if (flags.out !== undefined) writeFileSync(flags.out, `${text}\n`);
}

function row(values: Values): string {
  return Object.entries(values)
    .map(([name, value]) => {
      const said = isTiming(value)
        ? `${short(value.median)} [${short(value.min)} – ${short(value.max)}]`
        : short(value);
      return `${name} ${said}`.padEnd(14);
    })
    .join(" ");
}

let flags: ReturnType<typeof readFlags>;
try {
  flags = readFlags();
} catch (error) {
  refuse(`${(error as Error).message.split(/\.\s|\n/)[0]} (see --help)`);
}
await main(flags);
