import test from "ava";
import type { TargetList } from "../../src/cli/commands/targets.js";
import type { RunResult } from "../../src/experiments/run.js";
import { findTarget, targetFamilies } from "../../src/targets/registry.js";
import { folder, plateau, tiny } from "./plateau.js";

test.serial("targets lists every function, with parameters, tokens and smoothness", async (t) => {
  const { code, stdout, stderr } = await plateau(["targets"]);
  t.is(code, 0);
  t.is(stderr, "");
  t.regex(stdout, /│ target +│ tokens │ smoothness +│ what it is +│/);
  t.regex(stdout, /│ cusp\(alpha=0.5\) +│ +1 → 1 │ C\^0, Hölder 0.5 +│ \|x\|\^α on \[−1, 1\] +│/);
  t.regex(stdout, /│ m4n3 +│ +4 → 3 │/);
  for (const { name } of targetFamilies) t.regex(stdout, new RegExp(`│ ${name}[( ]`));
  for (const line of stdout.split("\n")) t.true(line.length <= 150, line);
});

test.serial("targets --json is what a program needs to build them", async (t) => {
  const { code, stdout } = await plateau(["targets", "--json"]);
  t.is(code, 0);
  const { targets } = JSON.parse(stdout) as TargetList;
  t.deepEqual(
    targets.map(({ name }) => name),
    targetFamilies.map(({ name }) => name),
  );
  for (const { signature, inputs, outputs, range, dim } of targets) {
    t.like(findTarget(signature), { inputs, outputs, range, dim });
  }
  t.like(
    targets.find(({ name }) => name === "staircase"),
    {
      signature: "staircase(delta=0.25)",
      smoothness: "piecewise constant",
      derivative: true,
      box: true,
      parameters: [{ name: "delta", default: 0.25, least: 1e-4, most: 1 }],
    },
  );
});

test.serial("an expression is trained, stored, and judged again to the same numbers", async (t) => {
  const home = folder(t);
  const target = "sin(6*x) + abs(y) on x=-1:1,y=0:2";
  const trained = await plateau(["train", target, ...tiny, "--out", `${home}/run`, "--json", "--quiet"]);
  t.is(trained.code, 0);
  const result = JSON.parse(trained.stdout) as RunResult;
  t.like(result, { target, dim: 1, steps: 20 });
  const judged = await plateau(["eval", `${home}/run`, "--json"]);
  t.deepEqual((JSON.parse(judged.stdout) as RunResult).test, result.test);
});

test.serial("targets that make no sense exit with 2 and say where", async (t) => {
  for (const [target, message] of [
    ["sine(0)", /k is 0: periods, a number from 0.001 to 10000/],
    ["sinus", /unknown target: "sinus"/],
    ["1/x on x=0:1", /division by zero in "1\/x" at character 1, where x = 0/],
  ] as const) {
    const { code, stdout, stderr } = await plateau(["train", target, "--json"]);
    t.is(code, 2);
    t.regex(stderr, message);
    t.regex((JSON.parse(stdout) as { error: { message: string } }).error.message, message);
  }
});
