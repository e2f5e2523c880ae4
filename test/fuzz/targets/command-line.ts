import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import fc from "fast-check";
import { commands } from "../../../src/cli/commands/registry.js";
import { runCli } from "../../../src/cli/program.js";
import { PlateauError } from "../../../src/errors.js";
import { beforeFirstCompile } from "../../../src/runtime/compile.js";
import { Study } from "../../../src/sweep/study.js";
import type { FuzzTarget } from "../target.js";

const values = [
  ...[
    "",
    "-",
    "--",
    "0",
    "1",
    "2",
    "-1",
    "1e999",
    "NaN",
    "1.5",
    "9007199254740993",
    "0x10",
    "true",
    "null",
    "x".repeat(3000),
  ],
  ...[
    "m2n1",
    "m4n3",
    "sine(3)",
    "sine(",
    "sin(x) on x=0:1",
    "x on x",
    "__proto__",
    "constructor",
    "toString",
    "é\u202e",
    "a\nb",
  ],
  ...[
    "../fixtures",
    "../fixtures/study.sqlite",
    "../fixtures/config.json",
    "../fixtures/table.csv",
    "../fixtures/space.yaml",
    "../fixtures/empty",
    "../fixtures/run",
    "../fixtures/fit",
    "../fixtures/fitted.csv",
    "/dev/null",
    "/proc/self/mem",
    "..",
    ".",
    "nothing.json",
    "a/b/c",
    "out",
    "out.csv",
    "out.parquet",
    "file:///etc/passwd",
    "data:text/javascript,x",
  ],
  ...[
    "tpe",
    "tpe:startup=3",
    "tpe:startup=x,__proto__=1",
    "asha:reduction=3",
    "grid",
    "sound",
    "study",
    "random",
    "construct:partition(64)",
    "random:partition(2)",
    "lr=1e-3:1e-1",
    "x=0:1,__proto__=1",
    "1/2",
    "0/0",
    "3/2",
    "training=nothing.mjs",
    "a=b=c",
    "redis://",
    "redis://user:word@",
    "http://host",
    "validation.rmse",
    "test.failureRate.1",
    "complete",
    "json",
    "csv",
    "sup",
    "errors",
    "best",
    "rm",
    "ls",
    "show",
    "export",
    "trials",
  ],
];
/** What would run for long without compiling anything. */
const curbs: Record<string, string[]> = {
  certify: ["--boxes", "10", "--seconds", "1"],
  construct: ["--boxes", "10", "--seconds", "1"],
};

function flags(): Map<string, string[]> {
  const program = new Command("plateau");
  for (const { define } of commands) define(program, () => {});
  const all = (command: Command): string[] => [
    ...command.options.flatMap(({ long, short }) => [long, short].filter((flag) => flag !== undefined)),
    ...command.commands.flatMap((sub) => [sub.name(), ...all(sub)]),
  ];
  return new Map(program.commands.map((command) => [command.name(), [...all(command), "--help", "-h"]]));
}

/**
 * The whole program, with nothing computed: it is stopped where it would compile its kernels, so that all is read
 * and checked of what was given, and no thread is started.
 */
export const commandLine: FuzzTarget = {
  name: "command-line",
  writes: true,
  testCases: 2000,
  async prepare(fixtures) {
    const study = await Study.open(join(fixtures, "study.sqlite"), {
      name: "line",
      sampler: "random",
      space: { parameters: { x: { type: "uniform", low: 0, high: 1 } } },
    });
    for await (const _ of study.run({
      trials: 3,
      workers: 1,
      objective: ({ parameters }) => Number(parameters["x"]),
    }));
    study.close();
    writeFileSync(join(fixtures, "config.json"), '{"target":"m2n1","steps":20}');
    writeFileSync(join(fixtures, "table.csv"), "x,y\n1,2\n3,4\n5,7\n");
    writeFileSync(join(fixtures, "space.yaml"), "parameters:\n  lr: {type: uniform, low: 0, high: 1}\n");
    writeFileSync(join(fixtures, "empty"), "");
    const maker = fileURLToPath(new URL("../make-finished.js", import.meta.url));
    execFileSync(process.execPath, [maker, fixtures]);
    // It adds toJSON to Set.prototype when it is loaded: that is no case's doing.
    await import("vega-lite");
    const known = flags();
    const names = [...known.keys()];
    const value = fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...values) },
      { weight: 1, arbitrary: fc.string() },
      { weight: 1, arbitrary: fc.double().map(String) },
    );
    const any = [...known.values()].flat();
    const given = fc.constantFrom(...names).chain((name) => {
      const flag = fc.oneof(
        { weight: 8, arbitrary: fc.constantFrom(...known.get(name)!) },
        { weight: 1, arbitrary: fc.constantFrom(...any) },
      );
      const word = fc.oneof(
        { weight: 3, arbitrary: fc.tuple(flag, value) },
        { weight: 2, arbitrary: value.map((one) => [one]) },
        { weight: 1, arbitrary: flag.map((one) => [one]) },
        { weight: 1, arbitrary: fc.tuple(flag, value).map(([one, other]) => [`${one}=${other}`]) },
      );
      return fc.array(word, { maxLength: 6 }).map((list) => [name, ...list.flat(), ...(curbs[name] ?? [])]);
    });
    const noise = fc.array(fc.oneof(value, fc.constantFrom(...any), fc.constantFrom(...names)), {
      maxLength: 6,
    });
    return fc
      .oneof({ weight: 12, arbitrary: given }, { weight: 1, arbitrary: noise })
      .map((args) => new TextEncoder().encode(args.map((one) => one.replaceAll("\0", "")).join("\0")));
  },
  async run(bytes, { folder, fixtures }) {
    const text = new TextDecoder().decode(bytes);
    const home = process.cwd();
    const inside = join(folder, "in");
    mkdirSync(inside);
    if (text.includes("fixtures")) {
      cpSync(fixtures, join(folder, "fixtures"), { recursive: true });
    }
    let told = "";
    const { write } = process.stderr;
    process.stderr.write = ((piece: string | Uint8Array) => {
      told = (told + piece).slice(-20_000);
      return true;
    }) as typeof write;
    // Told again each time: what was stopped once may be tried again, as a trial is.
    const stop = (): never => {
      beforeFirstCompile(stop);
      throw new PlateauError("simd", "enough");
    };
    beforeFirstCompile(stop);
    process.chdir(inside);
    let code: number;
    try {
      code = await runCli(text === "" ? [] : text.split("\0"));
    } finally {
      process.chdir(home);
      process.stderr.write = write;
      process.exitCode = undefined;
    }
    if (told.includes("a defect of plateau")) throw new Error(told);
    if (told.length > 15_000) throw new Error(`${told.length} characters of messages: ${told.slice(0, 300)}`);
    if (![0, 1, 2, 130].includes(code)) throw new Error(`exit code ${code}`);
    if (code !== 0) throw new PlateauError(code === 2 ? "usage" : "io", "refused");
  },
};
