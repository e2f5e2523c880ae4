import { readFileSync } from "node:fs";
import test from "ava";
import type { Info } from "../../src/cli/commands/info.js";
import type { RunResult } from "../../src/experiments/run.js";
import type { VerifyResult } from "../../src/experiments/verify/index.js";
import { builds } from "../../src/runtime/compile.js";
import { plateau } from "./plateau.js";

test.serial("info tells version, build, engine, SIMD features, cores and memory limit", async (t) => {
  const { code, stdout, stderr } = await plateau(["info", "--json"]);
  t.is(code, 0);
  t.is(stderr, "");
  const info = JSON.parse(stdout) as Info;
  const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
  t.like(info, { version, build: "strict", engine: { name: "node", version: process.versions.node } });
  t.true(info.simd.simd128);
  t.true(info.cores >= 1);
  t.is(info.memory.limitBytes, 65535 * 65536);
  const table = await plateau(["info"]);
  t.is(table.code, 0);
  t.regex(table.stdout, /WebAssembly SIMD \/ relaxed SIMD +│ +yes \//);
});

test.serial("verify holds the shipped vectors", async (t) => {
  const { code, stdout } = await plateau(["verify", "--json"]);
  const result = JSON.parse(stdout) as VerifyResult;
  t.deepEqual(
    result.cases.filter(({ ok }) => !ok),
    [],
  );
  t.is(code, 0);
  t.true(result.passed >= 18);
  t.is(result.passed, result.cases.length);
  t.is(result.failed, 0);
  for (const { kind, errors } of result.cases) {
    t.true(kind === "op" || kind === "model");
    t.true(Object.keys(errors).length > 0);
  }
});

test.serial("verify takes files and folders, and prints a table for people", async (t) => {
  const golden = "test/fixtures/golden";
  const { code, stdout } = await plateau([
    "verify",
    `${golden}/op.mse.safetensors`,
    `${golden}/op.relu.safetensors`,
  ]);
  t.is(code, 0);
  t.regex(stdout, /case +│ worst tensor │ its error │ limit │/);
  t.regex(stdout, /^2 passed, 0 failed \(strict build\)$/m);
});

test.serial("the relaxed build can be asked for", async (t) => {
  const info = JSON.parse((await plateau(["info", "--json"])).stdout) as Info;
  const path = "test/fixtures/golden/op.linear.safetensors";
  const { code, stdout, stderr } = await plateau(["verify", path, "--build", "relaxed"]);
  t.true(info.builds.every((build) => builds.includes(build)));
  if (info.simd.relaxed) t.regex(stdout, /1 passed, 0 failed \(relaxed build\)/);
  else t.regex(stderr, /no relaxed WebAssembly SIMD/);
  t.is(code, info.simd.relaxed ? 0 : 1);
});

test.serial("demo trains on threads what train does on one, bit for bit", async (t) => {
  const { code, stdout, stderr } = await plateau(["demo", "--steps", "3", "--json"]);
  t.is(stderr, "");
  t.is(code, 0);
  const { runs } = JSON.parse(stdout) as { runs: RunResult[] };
  t.deepEqual(
    runs.map(({ mode, protocol }) => [protocol.outputHead, mode]),
    [
      ["none", "regression"],
      ["none", "classification"],
      ["linear", "regression"],
      ["linear", "classification"],
    ],
  );
  const args = ["--mode", "classification", "--protocol", "study", "--steps", "3", "--test-rows", "4000"];
  const alone = JSON.parse((await plateau(["train", "m2n1", ...args, "--json"])).stdout) as RunResult;
  t.is(runs[1].weightsSha256, alone.weightsSha256);
  t.deepEqual(runs[1].test, alone.test);
});
