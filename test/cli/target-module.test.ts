import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { folder, plateau, tiny } from "./plateau.js";
import { small, spaceFile } from "./small-sweep.js";

// A target of one's own is a module: plateau sweep stores where it is, plateau train is given it.

const TENT = `import { defineTarget } from ${JSON.stringify(new URL("../../src/index.js", import.meta.url).href)};
export default defineTarget({ name: "tent", domain: [[-1, 1]], value: ([x]) => Math.abs(x) });
`;
test("the best model of a study of a module is trained, to the same bits, by what study best prints", async (t) => {
  const cwd = folder(t);
  writeFileSync(join(cwd, "tent.mjs"), TENT);
  const space = spaceFile(cwd);
  const args = ["./tent.mjs", ...small, "--space", space, "--trials", "1", "--workers", "1", "--quiet"];
  const sweep = await plateau(["sweep", ...args], { cwd });
  t.is(sweep.code, 0, sweep.stderr);
  const best = await plateau(["study", "best", "runs.sqlite", "--config", "best.json"], { cwd });
  t.is(best.code, 0, best.stderr);
  const [, sha] = /weights sha256 ([0-9a-f]{64})/.exec(best.stdout)!;
  t.regex(best.stderr, /plateau train --config best\.json --out DIR/);
  const train = await plateau(["train", "--config", "best.json", "--out", "run", "--json"], { cwd });
  t.is(train.code, 0, train.stderr);
  t.is(JSON.parse(train.stdout).weightsSha256, sha);
});

test("a run of a module is opened where the module is given again", async (t) => {
  const cwd = folder(t);
  writeFileSync(join(cwd, "tent.mjs"), TENT);
  const train = await plateau(["train", "./tent.mjs", ...tiny, "--out", "run", "--json"], { cwd });
  t.is(train.code, 0, train.stderr);
  const { weightsSha256 } = JSON.parse(train.stdout);
  t.false(readFileSync(join(cwd, "run", "run.json"), "utf8").includes("tent.mjs"), "code is not named");

  const without = await plateau(["eval", "run"], { cwd });
  t.is(without.code, 2);
  t.regex(without.stderr, /plateau train FILE --resume continues it, .* take --target-module FILE\n$/);
  const judged = await plateau(["eval", "run", "--target-module", "tent.mjs", "--json"], { cwd });
  t.is(JSON.parse(judged.stdout).weightsSha256, weightsSha256, judged.stderr);
  const exported = await plateau(["export", "run", "--target-module", "tent.mjs", "-o", "a.onnx"], { cwd });
  t.is(exported.code, 0, exported.stderr);
  for (const [command, ...options] of [
    ["analyze", "--measures", "errors"],
    ["certify", "--boxes", "200"],
    ["predict", "-o", "a.csv"],
    ["report", "-o", "a.html"],
  ]) {
    const args = [command, "run", "--target-module", "tent.mjs", ...options];
    const { code, stderr } = await plateau(args, { cwd });
    t.is(code, 0, `${command}: ${stderr}`);
  }

  const resumed = await plateau(["train", "./tent.mjs", "--resume", "run", "--json"], { cwd });
  t.is(JSON.parse(resumed.stdout).weightsSha256, weightsSha256, resumed.stderr);
  writeFileSync(join(cwd, "other.mjs"), TENT.replace("Math.abs(x)", "x"));
  const other = await plateau(["train", "./other.mjs", "--resume", "run"], { cwd });
  t.is(other.code, 2);
  t.regex(other.stderr, /target "tent" is not the one that was trained on/);
  const none = await plateau(["eval", "run", "--target-module", "tent"], { cwd });
  t.regex(none.stderr, /^error: "tent" is no module's path/);
  const missing = await plateau(["train", "./missing.mjs"], { cwd });
  t.is(missing.code, 2);
  t.regex(missing.stderr, /missing\.mjs" cannot be loaded/);
});
