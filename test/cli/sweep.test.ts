import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import test from "ava";
import Papa from "papaparse";
import type { SweepSummary } from "../../src/cli/sweep.js";
import type { StoredTrial } from "../../src/sweep/storage/storage.js";
import { readTable } from "../../src/tables/read.js";
import { folder, plateau } from "./plateau.js";
import { small, spaceFile } from "./small-sweep.js";

test("sweep prints a line a trial; study lists, shows, exports and removes what it made", async (t) => {
  const cwd = folder(t);
  const sweep = ["sweep", "m2n1", "--space", spaceFile(cwd), "--trials", "12", "--seed", "4", ...small];
  const swept = await plateau(sweep, { cwd });
  t.is(swept.code, 0, swept.stderr);
  const lines = swept.stdout.trim().split("\n");
  t.is(
    lines.filter((line) =>
      /^trial \d+ {2}complete {2}\S+ {2}\d+\.\d s {2}dModel=\d lr=\S+ layers=1$/.test(line),
    ).length,
    12,
  );
  t.regex(swept.stdout, /^study m2n1 in runs.sqlite: 12 complete$/m);
  t.regex(swept.stdout, /^best: trial \d+ {2}\S+ {2}dModel=/m);

  const again = await plateau(sweep, { cwd });
  t.is(again.code, 1);
  t.regex(
    again.stderr,
    /^error: "runs.sqlite" has a study "m2n1" of 12 trials: continue it with --resume, or give the new one another --name\n$/,
  );

  const list = JSON.parse((await plateau(["study", "ls", "runs.sqlite", "--json"], { cwd })).stdout);
  t.like(list.studies[0], { name: "m2n1", states: { complete: 12, failed: 0 } });
  const shown = await plateau(["study", "show", "runs.sqlite"], { cwd });
  t.regex(shown.stdout, /^study m2n1: minimize validation.rmse, sampler tpe/m);
  t.regex(shown.stdout, /^importance \(share of the variance\): /m);

  const unknown = await plateau(["study", "export", "runs.sqlite", "-o", "t.xlsx"], { cwd });
  t.is(unknown.code, 2);
  t.regex(
    unknown.stderr,
    /cannot tell what to write as "t\.xlsx": let its name end with \.csv, \.parquet, \.json/,
  );
  const csv = await plateau(["study", "export", "runs.sqlite", "--format", "csv"], { cwd });
  const { data } = Papa.parse<Record<string, string>>(csv.stdout, { header: true, skipEmptyLines: true });
  t.deepEqual(
    data.map((row) => Number(row["number"])),
    Array.from({ length: 12 }, (_, n) => n),
  );
  const json = JSON.parse(
    (await plateau(["study", "export", "runs.sqlite", "--format", "json"], { cwd })).stdout,
  );
  for (const [n, { value, parameters, replicates, reports }] of json.trials.entries()) {
    t.is(Number(data[n]["value"]), value);
    t.is(Number(data[n]["parameters.lr"]), parameters.lr);
    t.is(data[n]["result.weightsSha256"], replicates[0].result.weightsSha256);
    t.is(reports.length, 3);
  }
  t.is(
    (await plateau(["study", "export", "runs.sqlite", "--format", "parquet", "-o", "t.parquet"], { cwd }))
      .code,
    0,
  );
  const table = await readTable(join(cwd, "t.parquet"));
  t.deepEqual(
    [...(table.columns.find(({ name }) => name === "value") as unknown as { values: number[] }).values],
    json.trials.map(({ value }: StoredTrial) => value),
  );

  const best = await plateau(["study", "best", "runs.sqlite", "--config", "best.json", "--json"], { cwd });
  const { replicates } = JSON.parse(best.stdout);
  const trained = await plateau(["train", "--config", "best.json", "--json"], { cwd });
  t.is(
    JSON.parse(trained.stdout).weightsSha256,
    replicates[0].result.weightsSha256,
    "the best model, to the same bits",
  );

  const unnamed = await plateau(["study", "rm", "runs.sqlite"], { cwd });
  t.is(unnamed.code, 2);
  t.is((await plateau(["study", "rm", "runs.sqlite", "--name", "m2n1"], { cwd })).code, 0);
  t.regex((await plateau(["study", "ls", "runs.sqlite"], { cwd })).stdout, /holds no study yet/);
});

test("sweep --json prints a line a trial and last the summary; --resume goes on to more", async (t) => {
  const cwd = folder(t);
  writeFileSync(
    join(cwd, "sweep.yaml"),
    `name: from-yaml
target: sine(2)
space:
  parameters:
    dModel: [8, 16]
    heads: [1, 2, 4]
    lr: {type: log-uniform, low: 0.001, high: 0.01}
  constraints: [heads divides dModel]
experiment: {steps: 40, batch: 16, layers: 1, validationRows: 50, testRows: 50}
objective: validation.r2
sampler: {name: random}
trials: 3
seed: 7
`,
  );
  const first = await plateau(["sweep", "sweep.yaml", "--study", "a.sqlite", "--json", "--workers", "1"], {
    cwd,
  });
  t.is(first.code, 0, first.stderr);
  t.is(first.stderr, "");
  const lines = first.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  t.is(lines.length, 4);
  t.deepEqual(
    lines.slice(0, 3).map(({ number }) => number),
    [0, 1, 2],
  );
  const summary = lines[3] as SweepSummary;
  t.deepEqual(Object.keys(summary), ["study", "states", "best", "seconds"]);
  t.like(summary, { study: "from-yaml", states: { complete: 3 } });
  t.is(summary.best!.value, Math.max(...lines.slice(0, 3).map(({ value }) => value)), "more of r2 is better");
  const more = await plateau(["sweep", "--study", "a.sqlite", "--resume", "--trials", "5", "--json"], {
    cwd,
  });
  t.is(more.stdout.trim().split("\n").length, 3, "two trials more");
});

test("an objective of the user's own runs in the workers", async (t) => {
  const cwd = folder(t);
  writeFileSync(
    join(cwd, "objective.mjs"),
    `import { isMainThread } from "node:worker_threads";
export default ({ parameters, seed }) => ({ value: (parameters.x - 2) ** 2, result: { isMainThread, seed } });
`,
  );
  writeFileSync(join(cwd, "space.yaml"), "parameters:\n  x: {type: integer, low: 0, high: 4}\n");
  const args = [
    "sweep",
    "--objective",
    "./objective.mjs",
    "--space",
    "space.yaml",
    "--sampler",
    "grid",
    "--json",
  ];
  const { code, stdout, stderr } = await plateau([...args, "--name", "own"], { cwd });
  t.is(code, 0, stderr);
  const lines = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  t.like(lines.at(-1), { study: "own", states: { complete: 5 }, best: { number: 2, value: 0 } });
  t.false(lines[0].replicates[0].result.isMainThread);
  const more = await plateau(["sweep", "--resume", "--json"], { cwd });
  t.is(more.code, 0, "the module is found again");
});

test("--resume holds what is given to the study, and needs nothing to be said again", async (t) => {
  const cwd = folder(t);
  const first = [
    "sweep",
    "m2n1",
    "--space",
    spaceFile(cwd),
    "--trials",
    "2",
    "--seed",
    "4",
    "--lookahead",
    "3",
    ...small,
  ];
  t.is((await plateau(first, { cwd })).code, 0);
  const resume = (...args: string[]) =>
    plateau(["sweep", ...args, "--resume", "--trials", "3", "--quiet"], { cwd });
  for (const args of [
    ["m2n1"],
    [],
    ["m2n1", "--seed", "4"],
    ["--lookahead", "3"],
    ["m2n1", "--steps", "60"],
  ]) {
    const { code, stderr } = await resume(...args);
    t.is(code, 0, `${args.join(" ")}: ${stderr}`);
  }
  for (const [args, message] of [
    [["m2n1", "--seed", "5"], /has another seed: stored 4, given 5/],
    [["--lookahead", "2"], /has another lookahead: stored 3, given 2/],
    [["--sampler", "random"], /has another sampler: name: stored "tpe", given "random"/],
    [["m2n1", "--steps", "70"], /has another task: experiment: steps: stored 60, given 70/],
  ] as const) {
    const { code, stderr } = await resume(...args);
    t.is(code, 1);
    t.regex(stderr, message);
  }
});

test("a module that moved is given anew; what it prints is kept out of the JSON lines", async (t) => {
  const cwd = folder(t);
  const content = `console.log("loaded");
export default async ({ parameters, report }) => {
  console.log("x is", parameters.x);
  if ((await report(1, parameters.x)) === "stop") return parameters.x;
  return parameters.x;
};
`;
  writeFileSync(join(cwd, "objective.mjs"), content);
  writeFileSync(join(cwd, "space.json"), JSON.stringify({ parameters: { x: [3, 1, 2] } }));
  const base = ["sweep", "--space", "space.json", "--sampler", "grid", "--json"];
  const missing = await plateau([...base, "--objective", "./nothing.mjs"], { cwd });
  t.is(missing.code, 2);
  t.false(existsSync(join(cwd, "runs.sqlite")), "no study is made for a module that is not there");
  const first = await plateau([...base, "--objective", "./objective.mjs", "--trials", "1"], { cwd });
  t.is(first.code, 0, first.stderr);
  for (const line of first.stdout.trim().split("\n")) t.notThrows(() => JSON.parse(line), line);
  t.regex(first.stderr, /x is 3/);
  writeFileSync(join(cwd, "moved.mjs"), content);
  rmSync(join(cwd, "objective.mjs"));
  t.is((await plateau(["sweep", "--resume", "--json"], { cwd })).code, 2);
  const moved = await plateau(
    ["sweep", "--resume", "--objective", "moved.mjs", "--name", "objective", "--json"],
    { cwd },
  );
  t.is(moved.code, 0, moved.stderr);
  t.like(JSON.parse(moved.stdout.trim().split("\n").at(-1)!), {
    states: { complete: 3 },
    best: { value: 1 },
  });
  await plateau(["study", "export", "runs.sqlite", "-o", "t.json"], { cwd });
  t.is(
    JSON.parse(readFileSync(join(cwd, "t.json"), "utf8")).trials.length,
    3,
    "the format by the file's name",
  );
});

test("several targets are a study each; the guide's configuration and objective work as they stand", async (t) => {
  const cwd = folder(t);
  const guide = readFileSync("docs/guides/sweeps.md", "utf8");
  const [, yaml] = /```yaml\n([\s\S]*?)```/.exec(guide)!;
  writeFileSync(join(cwd, "sweep.yaml"), yaml);
  const [, module] = /```js\n(\/\/ objective\.mjs[\s\S]*?)```/.exec(guide)!;
  writeFileSync(join(cwd, "objective.mjs"), module);
  writeFileSync(join(cwd, "space.yaml"), "parameters:\n  x: {type: uniform, low: 0, high: 2}\n");
  const short = ["--trials", "2", "--steps", "160", "--validation-rows", "50", "--test-rows", "50", "--json"];
  const swept = await plateau(["sweep", "sweep.yaml", ...short], { cwd });
  t.is(swept.code, 0, swept.stderr);
  t.true(existsSync(join(cwd, "sine.sqlite")));
  const own = [
    "sweep",
    "--objective",
    "./objective.mjs",
    "--space",
    "space.yaml",
    "--pruner",
    "median",
    "--trials",
    "5",
    "--json",
  ];
  const evaluated = await plateau(own, { cwd });
  t.is(evaluated.code, 0, evaluated.stderr);
  const several = [
    "sweep",
    "sine(1)",
    "sine(2)",
    "--study",
    "two.sqlite",
    "--space",
    "sound",
    "--layers",
    "1",
    "--d-model",
    "8",
  ];
  const two = await plateau([...several, "--heads", "1", ...short], { cwd });
  t.is(two.code, 0, two.stderr);
  const { stdout } = await plateau(["study", "ls", "two.sqlite", "--json"], { cwd });
  t.deepEqual(
    JSON.parse(stdout).studies.map(({ name }: { name: string }) => name),
    ["sine(1)", "sine(2)"],
  );
});

const refusals: [string, string[], number, RegExp][] = [
  ["no target", ["sweep"], 2, /no target given: name m2n1/],
  ["an unknown target", ["sweep", "m3"], 2, /unknown target: "m3"/],
  [
    "an unknown sampler",
    ["sweep", "m2n1", "--sampler", "best"],
    2,
    /unknown sampler: "best" \(known: grid, random, sobol, tpe; one of your own is given beside it/,
  ],
  [
    "an unknown option of a sampler",
    ["sweep", "m2n1", "--sampler", "tpe:start=3"],
    2,
    /sampler tpe: start is no option/,
  ],
  ["an unknown pruner", ["sweep", "m2n1", "--pruner", "asah"], 2, /unknown pruner: "asah"/],
  ["trials that are no number", ["sweep", "m2n1", "--trials", "many"], 2, /--trials "many" is no number/],
  ["trials below 1", ["sweep", "m2n1", "--trials", "0"], 2, /sweep: trials is 0/],
  ["workers below 1", ["sweep", "m2n1", "--workers", "0"], 2, /sweep: workers is 0/],
  [
    "steps beside a preset's epochs",
    ["sweep", "m2n1", "--steps", "20"],
    2,
    /^error: steps 20: the space study sets epochs, .*: give that instead \(--epochs 1\), or another space \(--space sound\)\n/,
  ],
  [
    "a warm-up beside a preset's batches of it",
    ["sweep", "m2n1", "--warmup", "5"],
    2,
    /^error: warmup 5: the space study sets warmupBatches, .*\(--warmup-batches 1\)/,
  ],
  ["an unknown space", ["sweep", "m2n1", "--space", "mine"], 2, /unknown preset of a space: "mine"/],
  ["a missing space file", ["sweep", "m2n1", "--space", "none.yaml"], 1, /cannot read .*none.yaml/],
  ["a missing folder", ["sweep", "m2n1", "--study", "no/where/a.sqlite"], 1, /there is no folder/],
  ["nothing to resume", ["sweep", "--resume", "--study", "none.sqlite"], 1, /there is no such file/],
  ["a file that is no study", ["study", "ls", "package.json"], 1, /is no SQLite file/],
  ["a missing file", ["study", "ls", "none.sqlite"], 1, /there is no such file/],
  [
    "an unknown state",
    ["study", "trials", "none.sqlite", "--state", "done"],
    2,
    /--state "done" is none of waiting/,
  ],
];
const repository = fileURLToPath(new URL("../../../", import.meta.url));
for (const [what, args, exit, pattern] of refusals) {
  test(`sweep and study refuse ${what} in one line`, async (t) => {
    const cwd = args.includes("package.json") ? repository : folder(t);
    const { code, stdout, stderr } = await plateau(args, { cwd });
    t.is(code, exit, stderr);
    t.regex(stderr, pattern);
    t.regex(stderr, /^error: [^\n]*\n$/);
    t.is(stdout, "");
    if (cwd !== repository) t.false(existsSync(join(cwd, "runs.sqlite")), "no file is made");
  });
}

test("sweep --help names every sampler and pruner", async (t) => {
  const { stdout } = await plateau(["sweep", "--help"]);
  for (const name of [
    "grid",
    "random",
    "sobol",
    "tpe",
    "median",
    "asha",
    "hyperband",
    "threshold",
    "divergence",
  ]) {
    t.regex(stdout, new RegExp(`\\b${name}\\b`));
  }
  t.true(readFileSync("package.json", "utf8").includes('"./sweep"'));
});
