import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { folder, plateau, start, tiny } from "./plateau.js";

/** Ends with one line that quotes the value, the right code, nothing on stdout, and no folder made. */
async function refused(
  t: ExecutionContext,
  args: readonly string[],
  wanted: { code: number; message: RegExp; errorCode: string },
): Promise<void> {
  const cwd = folder(t);
  const out =
    args[0] === "train" && !args.includes("--resume") && !args.includes("--out") ? ["--out", "made"] : [];
  const { code, stdout, stderr } = await plateau([args[0], "--json", ...out, ...args.slice(1)], { cwd });
  t.is(code, wanted.code, stderr);
  t.regex(stderr, wanted.message);
  t.regex(stderr, /^error: [^\n]+\n$/, "one line");
  const { error } = JSON.parse(stdout) as { error: { code: string; message: string } };
  t.is(error.code, wanted.errorCode);
  t.is(`error: ${error.message}\n`, stderr);
  t.deepEqual(readdirSync(cwd), [], "nothing is left behind");
}

const usage = (message: RegExp) => ({ code: 2, message, errorCode: "usage" });
const unknown = (message: RegExp) => ({ code: 2, message, errorCode: "unknown-name" });

const options: [
  title: string,
  args: string[],
  wanted: { code: number; message: RegExp; errorCode: string },
][] = [
  ["an unknown target", ["m9n9"], unknown(/unknown target: "m9n9" \(known: m2n1, m4n3, sine, /)],
  ["no target", [], usage(/no target given/)],
  ["heads that do not divide", ["m2n1", "--heads", "3"], usage(/3 heads do not divide d-model 32: choose/)],
  ["d-model 0", ["m2n1", "--d-model", "0"], usage(/--d-model is 0: expected at least 1/)],
  ["lr NaN", ["m2n1", "--lr", "NaN"], usage(/--lr "NaN" is no number/)],
  ["lr -1", ["m2n1", "--lr", "-1"], usage(/--lr is -1: expected a number above 0/)],
  ["half a number", ["m2n1", "--lr", "1e-3x"], usage(/--lr "1e-3x" is no number: give one/)],
  ["an infinite number", ["m2n1", "--lr", "1e999"], usage(/--lr "1e999" is no number/)],
  ["an empty number", ["m2n1", "--steps", ""], usage(/--steps "" is no number/)],
  ["a fraction of a step", ["m2n1", "--steps", "1.5"], usage(/--steps is 1.5/)],
  [
    "a batch larger than the data",
    ["m2n1", "--batch", "100001"],
    usage(/batch 100001 is larger than the data \(100000 rows\): use 100000/),
  ],
  [
    "a warm-up beyond the end",
    ["m2n1", "--steps", "10", "--warmup", "10"],
    usage(/warmup 10 is not below steps 10/),
  ],
  ["an unknown mode", ["m2n1", "--mode", "guess"], usage(/"guess"/)],
  [
    "an unknown protocol",
    ["m2n1", "--protocol", "best"],
    unknown(/unknown protocol: "best" \(known: study, sound\)/),
  ],
  [
    "an unknown protocol field",
    ["m2n1", "--protocol-set", "head=none"],
    usage(/protocol: head is no option \(known: outputHead, /),
  ],
  ["an unknown protocol value", ["m2n1", "--protocol-set", "outputHead=two"], usage(/"two"/)],
  ["an unknown option", ["m2n1", "--learning-rate", "1"], usage(/unknown option '--learning-rate'/)],
  ["too many arguments", ["m2n1", "m4n3"], usage(/too many arguments/)],
  ["a missing value", ["m2n1", "--lr"], usage(/argument missing/)],
  [
    "a model too large for WebAssembly memory",
    ["m2n1", "--d-model", "8192", "--layers", "100"],
    {
      code: 1,
      message: /needs more than \d{11,} bytes, WebAssembly memory holds 4294901760: use a smaller/,
      errorCode: "memory",
    },
  ],
  [
    "a batch too large for WebAssembly memory",
    ["m4n3", "--dim", "1024", "--batch", "200000", "--layers", "1"],
    {
      code: 1,
      message: /needs \d{10,} bytes, WebAssembly memory holds 4294901760: use/,
      errorCode: "memory",
    },
  ],
];

for (const [title, args, wanted] of options) {
  test.serial(`train refuses ${title}`, (t) => refused(t, ["train", ...args], wanted));
}

test.serial("without --json, stdout stays empty on errors", async (t) => {
  const { code, stdout, stderr } = await plateau(["train", "m2n1", "--heads", "3"]);
  t.is(code, 2);
  t.is(stdout, "");
  t.is(stderr, "error: 3 heads do not divide d-model 32: choose a divisor of 32\n");
});

test.serial("a command that does not exist, and none", async (t) => {
  await refused(t, ["trian"], usage(/unknown command 'trian' \(Did you mean train\?\)/));
  const none = await plateau([]);
  t.is(none.code, 2);
  t.regex(none.stderr, /Usage: plateau/);
});

test.serial("a configuration file that is missing, no JSON, no object, or has unknown fields", async (t) => {
  const file = join(folder(t), "options.json");
  const give = (message: RegExp, code: number, errorCode: string) =>
    refused(t, ["train", "m2n1", "--config", file], { code, message, errorCode });
  await give(/cannot read .*there is no such file/, 1, "io");
  writeFileSync(file, "{");
  await give(/--config .*options.json is no JSON/, 1, "format");
  writeFileSync(file, "[]");
  await give(/options.json is \[\]: expected a JSON object/, 2, "usage");
  writeFileSync(file, '{"learningRate": 1}');
  await give(/learningRate is no option \(known: target, /, 2, "usage");
});

test.serial("folders that are no runs, unfinished runs, and runs that are there already", async (t) => {
  const cwd = folder(t);
  const noRun = { code: 1, errorCode: "run-directory" };
  for (const [command, message] of [
    [
      ["eval", cwd],
      /holds nothing of plateau's \(it has no run.json or fit.json\): give the folder of a run/,
    ],
    [
      ["train", "--resume", cwd],
      /holds nothing of plateau's \(it has no run.json\): give the folder of a run/,
    ],
    [["eval", join(cwd, "none")], /is not there: no such file or folder: give/],
  ] as const) {
    await refused(t, [...command], { ...noRun, message });
  }
  const out = join(cwd, "run");
  mkdirSync(out);
  writeFileSync(join(out, "run.json"), '{"plateau": "0.1.0", "config": {"target": "m2n1", "lr": "fast"}}');
  await refused(t, ["eval", out], { code: 1, errorCode: "format", message: /run.json: .*lr is "fast"/ });
  writeFileSync(join(out, "run.json"), '{"plateau": "0.1.0", "config": {"target": "m2n1"}}');
  await refused(t, ["eval", out], {
    ...noRun,
    message: /not finished: continue it with plateau train --resume/,
  });
  await refused(t, ["train", "m2n1", "--out", out], {
    ...noRun,
    message: /holds a run already: continue it with --resume/,
  });
  await refused(t, ["train", "m2n1", "--out", cwd], {
    ...noRun,
    message: /is not empty \(run\): choose a new folder/,
  });
  await refused(
    t,
    ["train", "m2n1", "--lr", "0.5", "--resume", out],
    usage(/--lr 0.5 is not that of the run/),
  );
  await refused(t, ["train", "m4n3", "--resume", out], usage(/target "m4n3" is not that of the run/));
  await refused(t, ["train", "--resume", out, "--out", cwd], usage(/--out .* with --resume/));
  t.deepEqual(readdirSync(out), ["run.json"]);
});

test.serial("damaged, foreign and misshapen weights", async (t) => {
  const out = join(folder(t), "run");
  t.is((await plateau(["train", "m2n1", ...tiny, "--out", out])).code, 0);
  const file = join(out, "weights.safetensors");
  const good = readFileSync(file);
  const format = (message: RegExp) => refused(t, ["eval", out], { code: 1, errorCode: "format", message });
  writeFileSync(file, good.subarray(0, good.length - 8));
  await format(
    /weights.safetensors: .*: put the right file back, or delete \S+\/result\.json and train to the same bits with plateau train --resume \S+\n/,
  );
  writeFileSync(file, "these are no weights, but a text");
  await format(/weights.safetensors: .*is it a safetensors file/);
  writeFileSync(file, "");
  await format(/weights.safetensors: is 0 bytes long/);
  const misfit = (message: RegExp) =>
    refused(t, ["eval", out], { code: 1, errorCode: "shape-mismatch", message });
  const wide = join(folder(t), "wide");
  t.is((await plateau(["train", "m2n1", ...tiny, "--ff", "12", "--out", wide])).code, 0);
  writeFileSync(file, readFileSync(join(wide, "weights.safetensors")));
  await misfit(/weights.safetensors: .*linear1.weight has shape \[12, 8\], expected \[8, 8\]/);
  const golden = new URL("../../../test/fixtures/golden/op.relu.safetensors", import.meta.url);
  writeFileSync(file, readFileSync(golden));
  await misfit(/weights.safetensors has no tensor embed.weight, expected with shape \[8, 4\]/);
  // As told: what was lost is trained again.
  const { weightsSha256 } = JSON.parse(readFileSync(join(out, "result.json"), "utf8"));
  rmSync(join(out, "result.json"));
  const again = await plateau(["train", "--resume", out, "--json"]);
  t.is(again.code, 0, again.stderr);
  t.is(JSON.parse(again.stdout).weightsSha256, weightsSha256);
  t.deepEqual(readFileSync(file), good);
  writeFileSync(join(out, "run.json"), "{");
  await format(/run\.json is no JSON: .*: put the right one back, or train anew in another folder\n/);
});

test.serial("reference files that are missing, damaged or foreign", async (t) => {
  const cwd = folder(t);
  await refused(t, ["verify", join(cwd, "none")], {
    code: 1,
    errorCode: "io",
    message: /none.*no such file/,
  });
  await refused(t, ["verify", cwd], { code: 1, errorCode: "io", message: /holds no .safetensors files/ });
  const out = join(cwd, "run");
  t.is((await plateau(["train", "m2n1", ...tiny, "--out", out])).code, 0);
  writeFileSync(join(out, "model.broken.safetensors"), "no");
  const { code, stdout, stderr } = await plateau(["verify", out, "--json"]);
  t.is(code, 1);
  t.like(JSON.parse(stdout), { passed: 0, failed: 2 });
  t.regex(stderr, /^\S*model\.broken\.safetensors: is 2 bytes long/);
  t.regex(stderr, /\n\S*weights\.safetensors: no op weights/);
});

test.serial("help and version are no errors", async (t) => {
  for (const args of [["--help"], ["train", "--help"], ["help", "demo"], ["--version"]]) {
    const { code, stdout, stderr } = await plateau(args);
    t.is(code, 0);
    t.is(stderr, "");
    t.regex(stdout, args[0] === "--version" ? /^\d+\.\d+\.\d+\n$/ : /Examples:\n {2}\$ plateau /);
  }
});

test.serial("an output that closes early is no failure", async (t) => {
  const { child, ended } = start(["verify", "--json"]);
  child.stdout!.destroy();
  t.is((await ended).code, 0);
});
