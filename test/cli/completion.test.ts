import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { commands } from "../../src/cli/commands/registry.js";
import { type CommandDescription, walk } from "../../src/cli/completion/describe.js";
import { targetFamilies } from "../../src/targets/registry.js";
import { given } from "../support/given.js";
import { folder, plateau } from "./plateau.js";

/** What is typed, the last word being completed, and some of what a shell offers. A word of !… is not offered. */
const cases: [typed: string[], offered: string[]][] = [
  [["tr"], ["train", "!targets"]],
  [[""], ["train", "study", "completion", "!ls", "!--help"]],
  [["--v"], ["--version"]],
  [["train", "--mo"], ["--mode"]],
  [
    ["train", "--mode", ""],
    ["regression", "classification", "!m2n1"],
  ],
  [
    ["train", "--steps", ""],
    ["!m2n1", "!--mode"],
  ],
  [
    ["train", "m"],
    ["m2n1", "m4n3", "!sine"],
  ],
  [
    ["study", ""],
    ["ls", "export", "!train"],
  ],
  [
    ["study", "export", "runs.sqlite", "--format", ""],
    ["csv", "parquet", "json", "!onnx"],
  ],
  [
    ["study", "export", "--f"],
    ["--format", "!--dynamic-length"],
  ],
  [
    ["export", "--format", ""],
    ["onnx", "safetensors", "!csv"],
  ],
  [
    ["sweep", "--sampler", "t"],
    ["tpe", "!random"],
  ],
  [["construct", "r"], ["relu"]],
  [
    ["completion", ""],
    ["bash", "zsh", "fish"],
  ],
  [["study", "ls", "ru"], ["runs.sqlite"]],
  [
    ["analyze", "ru"],
    ["runs", "!runs.sqlite"],
  ],
  [
    ["train", "--out", "ru"],
    ["runs", "!runs.sqlite"],
  ],
];

function holds(t: ExecutionContext, typed: readonly string[], offered: readonly string[], found: string[]) {
  for (const word of offered) {
    const [name, wanted] = word.startsWith("!") ? [word.slice(1), false] : [word, true];
    t.is(found.includes(name), wanted, `plateau ${typed.join(" ")}: ${name}`);
  }
}

/** A folder with a file and a folder in it, and the script of a shell. */
async function written(t: ExecutionContext, shell: string) {
  const cwd = folder(t);
  mkdirSync(join(cwd, "runs"));
  writeFileSync(join(cwd, "runs.sqlite"), "");
  const { code, stdout, stderr } = await plateau(["completion", shell]);
  t.is(code, 0, stderr);
  const file = join(folder(t), `plateau.${shell}`);
  writeFileSync(file, stdout);
  return { cwd, file };
}

/** Tests of a shell that may not be there. */
function shellTest(shell: string) {
  const { error } = spawnSync(shell, ["--version"], { stdio: "ignore" });
  return given(!error, `there is no ${shell} here`).test;
}

shellTest("bash")("bash completes commands, options, values and paths", async (t) => {
  const { cwd, file } = await written(t, "bash");
  const line = `source "$1"; shift; COMP_WORDS=(plateau "$@"); COMP_CWORD=$#; _plateau; IFS=$'\\n'; echo "\${COMPREPLY[*]}"`;
  const complete = (typed: readonly string[]) =>
    execFileSync("bash", ["--norc", "-c", line, "bash", file, ...typed], { cwd, encoding: "utf8" }).split(
      "\n",
    );
  for (const [typed, offered] of cases) holds(t, typed, offered, complete(typed));
  holds(t, ["train", "--no-such", ""], ["!m2n1", "!--mode"], complete(["train", "--no-such", ""]));
  holds(t, ["train", "--resume-not", "m"], ["!m2n1"], complete(["train", "--resume-not", "m"]));
  holds(t, ["train", "--quiet", "m"], ["m2n1"], complete(["train", "--quiet", "m"]));
  holds(t, ["train", "--mode=c"], ["classification", "!regression"], complete(["train", "--mode", "=", "c"]));
  holds(t, ["train", "--mode="], ["classification", "regression"], complete(["train", "--mode", "="]));
});

shellTest("fish")("fish completes commands, options, values and paths", async (t) => {
  const { cwd, file } = await written(t, "fish");
  for (const [typed, offered] of cases) {
    const line = `source ${file}; complete -C ${JSON.stringify(`plateau ${typed.join(" ")}`)}`;
    const said = execFileSync("fish", ["--no-config", "-c", line], { cwd, encoding: "utf8" });
    holds(
      t,
      typed,
      offered,
      said.split("\n").map((row) => row.split("\t")[0].replace(/\/$/, "")),
    );
  }
});

/** What is typed, and what one press of the tabulator makes of it. */
const pressed: [typed: string, made: string][] = [
  ["comp", "completion"],
  ["completion ba", "completion bash"],
  ["train --mode cl", "train --mode classification"],
  ["train --mode=cl", "train --mode=classification"],
  ["study exp", "study export"],
  ["study export runs.sqlite --format pa", "study export runs.sqlite --format parquet"],
  ["export --format saf", "export --format safetensors"],
  ["sweep m2n1 --pruner hyp", "sweep m2n1 --pruner hyperband"],
];

shellTest("zsh")("zsh completes commands, options and values", async (t) => {
  const { cwd, file } = await written(t, "zsh");
  const inner = join(cwd, "inner.zsh");
  // A command line that says what it was given, so that what the tabulator wrote can be read.
  writeFileSync(
    inner,
    `PS1=; autoload -Uz compinit; compinit -u -D; source ${file}; plateau() { print -r -- "<$*>" }; print ready\n`,
  );
  const outer = `zmodload zsh/zpty; zpty z zsh -f -i; zpty -w z "source ${inner}"
zpty -r z said '*ready*'
for typed in "$@"; do zpty -w z "plateau $typed"$'\\t'; zpty -r z said '*<*>*'; print -r -- "$said"; done`;
  const said = execFileSync("zsh", ["-f", "-c", outer, "zsh", ...pressed.map(([typed]) => typed)], {
    cwd,
    encoding: "utf8",
    timeout: 120_000,
  });
  const made = [...said.matchAll(/<(.*?) ?>/g)].map(([, words]) => words);
  t.deepEqual(
    made,
    pressed.map(([, words]) => words),
  );
});

test("an unknown shell is refused with those that are known", async (t) => {
  const { code, stderr } = await plateau(["completion", "tcsh"]);
  t.is(code, 2);
  t.regex(stderr, /^error: .*tcsh.*bash, zsh, fish/);
});

test("commands --json describes every command with its arguments, options and values", async (t) => {
  const { code, stdout } = await plateau(["commands", "--json"]);
  t.is(code, 0);
  const program = JSON.parse(stdout) as CommandDescription;
  t.deepEqual(
    program.commands.map(({ name }) => name),
    commands.map(({ name }) => name),
  );
  for (const { path, command } of walk(program)) {
    t.true(command.description.length > 0, path.join(" "));
    for (const { long, description } of command.options) {
      t.regex(long, /^--[a-z][a-z-]*$/);
      t.true(description.length > 0, `${path.join(" ")} ${long}`);
    }
  }
  const train = program.commands.find(({ name }) => name === "train")!;
  t.deepEqual(
    train.arguments[0].values,
    targetFamilies.map(({ name }) => name),
  );
  t.false(train.arguments[0].exhaustive);
  t.like(
    train.options.find(({ long }) => long === "--steps"),
    {
      value: { name: "updates", required: true, exhaustive: false },
      mandatory: false,
    },
  );
  const format = program.commands.find(({ name }) => name === "export")!.options;
  t.like(
    format.find(({ long }) => long === "--format"),
    {
      value: { values: ["onnx", "safetensors"], exhaustive: true },
    },
  );
  t.like(
    format.find(({ long }) => long === "--output"),
    { short: "-o", mandatory: true, value: { path: "file" } },
  );
});

test("commands lists what there is", async (t) => {
  const { stdout } = await plateau(["commands"]);
  for (const name of ["train", "study export", "completion"])
    t.regex(stdout, new RegExp(`│ plateau ${name} +│`));
});
