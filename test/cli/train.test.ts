import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import type { RunResult } from "../../src/experiments/run.js";
import { folder, plateau, tiny } from "./plateau.js";

const fields = [
  ...["target", "mode", "dim", "seed", "build", "protocol", "parameters", "footprintBytes", "outcome"],
  ...[
    "steps",
    "seconds",
    "stepsPerSecond",
    "loss",
    "best",
    "test",
    "baselines",
    "weightsSha256",
    "verdict",
    "resolved",
  ],
];

test.serial("train --json prints one document of the documented shape, and nothing else", async (t) => {
  const { code, stdout, stderr } = await plateau(["train", "m2n1", ...tiny, "--seed", "3", "--json"]);
  t.is(stderr, "", "no progress where stderr is piped");
  t.is(code, 0);
  const result = JSON.parse(stdout) as RunResult;
  t.deepEqual(Object.keys(result), fields);
  t.like(result, {
    target: "m2n1",
    mode: "regression",
    seed: 3,
    build: "strict",
    steps: 20,
    outcome: "complete",
  });
  t.deepEqual(Object.keys(result.test), ["rmse", "relativeL2", "r2", "sup", "failureRate", "matched"]);
  t.deepEqual(Object.keys(result.test.failureRate), ["1", "2", "3", "4"]);
  t.deepEqual(Object.keys(result.test.matched), ["5", "10", "15", "20"]);
  t.deepEqual(Object.keys(result.baselines), ["mean", "majority", "leastSquares"]);
  t.regex(result.weightsSha256, /^[0-9a-f]{64}$/);
  t.true(result.footprintBytes > 4 * 4 * result.parameters);
  t.true(result.seconds > 0 && result.stepsPerSecond > 0);
  t.is(typeof result.loss, "number");
});

test.serial("classification states its classes", async (t) => {
  const { code, stdout } = await plateau([
    "train",
    "m4n3",
    ...tiny,
    "--mode",
    "classification",
    "--classes",
    "10",
    "--protocol",
    "study",
    "--d-model",
    "4",
    "--json",
  ]);
  t.is(code, 0);
  const result = JSON.parse(stdout) as RunResult;
  t.like(result, { mode: "classification", classes: 10, protocol: { width: "tied", startVector: "random" } });
  t.is(typeof result.baselines.majority.failureRate?.["1"], "number");
});

test.serial("for people there is a table beside the baselines, and a verdict", async (t) => {
  const { code, stdout, stderr } = await plateau(["train", "m2n1", ...tiny]);
  t.is(code, 0);
  t.is(stderr, "");
  t.regex(stdout, /200 test rows +│ this model │ +mean │ majority │ least squares/);
  t.regex(stdout, /^verdict: .+$/m);
});

test.serial("flags override a configuration file, single fields the protocol", async (t) => {
  const file = join(folder(t), "options.json");
  const config = {
    target: "m2n1",
    steps: 5,
    lr: 0.01,
    dModel: 8,
    ff: 8,
    layers: 1,
    batch: 16,
    testRows: 100,
  };
  writeFileSync(
    file,
    JSON.stringify({ ...config, trainRows: 500, validationRows: 50, protocol: { outputHead: "linear" } }),
  );
  const args = [
    "--config",
    file,
    "--steps",
    "7",
    "--protocol-set",
    "startVector=random",
    "--protocol-set",
    "weightDecay=none",
  ];
  const { code, stdout, stderr } = await plateau(["train", ...args, "--json"]);
  t.is(stderr, "");
  t.is(code, 0);
  t.like(JSON.parse(stdout), {
    steps: 7,
    protocol: { startVector: "random", weightDecay: "none", decoderMask: "causal" },
  });
});

test.serial("--out stores a run that evaluates to exactly the same scores", async (t) => {
  for (const extra of [[], ["--protocol", "study", "--d-model", "4", "--mode", "classification"]]) {
    const out = join(folder(t), "run");
    const trained = await plateau(["train", "m2n1", ...tiny, ...extra, "--out", out, "--json"]);
    t.is(trained.code, 0, trained.stderr);
    t.deepEqual(readdirSync(out).sort(), ["history.json", "result.json", "run.json", "weights.safetensors"]);
    const evaluated = await plateau(["eval", out, "--json"]);
    t.is(evaluated.code, 0);
    t.is(evaluated.stderr, "");
    t.deepEqual(JSON.parse(evaluated.stdout), JSON.parse(trained.stdout));
    const again = await plateau(["train", "--resume", out, "--json"]);
    t.is(again.code, 0);
    t.is(again.stdout, trained.stdout);
    t.regex(again.stderr, /is finished: this is its result/);
    const table = await plateau(["eval", out]);
    t.is(table.code, 0);
    t.regex(table.stdout, /^verdict: /m);
  }
});

test.serial("a divergence names its update, exits with 1 and still prints one document", async (t) => {
  const out = join(folder(t), "run");
  const wild = ["--lr", "1e38", "--warmup", "0", "--out", out, "--json"];
  const { code, stdout, stderr } = await plateau(["train", "m2n1", ...tiny, ...wild]);
  t.is(code, 1);
  const result = JSON.parse(stdout) as RunResult;
  t.is(result.outcome, "diverged");
  const update = result.diverged!.update;
  t.true(update >= 1 && update <= 20);
  t.regex(
    stderr,
    new RegExp(`^error: training diverged at update ${update}: lower --lr \\(it was 1e\\+38\\).*\\n$`),
  );
  t.true(existsSync(join(out, "result.json")));
  const evaluated = await plateau(["eval", out, "--json"]);
  t.deepEqual(JSON.parse(evaluated.stdout), JSON.parse(stdout));
  t.is((await plateau(["train", "--resume", out])).code, 1);
});

test("--classes in a regression is said to have no effect, unless --quiet", async (t) => {
  const args = ["train", "m2n1", ...tiny, "--mode", "regression", "--classes", "7", "--json"];
  const { code, stdout, stderr } = await plateau(args);
  t.is(code, 0);
  t.regex(stderr, /^note: --classes has no effect in regression.*\n$/);
  t.is(JSON.parse(stdout).mode, "regression");
  t.is((await plateau([...args, "--quiet"])).stderr, "");
});
