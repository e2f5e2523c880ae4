import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import test from "ava";
import { compiled } from "../../src/runtime/compile.js";
import { Engine } from "../../src/runtime/engine.js";
import { hashOfKernels, KNOWN_HASH } from "../../src/runtime/known-answer.js";
import { gemmTile } from "../../src/runtime/tile.js";
import type { Wide } from "../../src/runtime/widen.js";
import { NO_RUNTIMES, otherNode } from "../support/runtimes.js";

const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const TRAIN_B = script("../support/train-b.js");
const major = Number.parseInt(process.versions.node, 10);
const node24 = major >= 24 ? process.execPath : otherNode(24);

function run(node: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): string {
  const { status, stdout, stderr } = spawnSync(node, args, {
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

const evaluate = (node: string, code: string) =>
  JSON.parse(run(node, ["--input-type=module", "--eval", code]));
const WIDEN = JSON.stringify(script("../../src/runtime/widen.js"));
const COMPILE = JSON.stringify(script("../../src/runtime/compile.js"));
const TILE = JSON.stringify(script("../../src/runtime/tile.js"));

for (const tile of [2, 4]) {
  test(`kernels give the known answers with tiles of ${tile} rows`, (t) => {
    const engine = new Engine();
    engine.kernels.setGemmTile(tile);
    t.is(hashOfKernels(engine), KNOWN_HASH);
  });
}

test("the whole training of config B ends in the same weights whatever the tile, widened or not", (t) => {
  const train = (node: string, ...args: string[]) => JSON.parse(run(node, [TRAIN_B, ...args]));
  const two = train(process.execPath);
  t.deepEqual(train(process.execPath, "--tile", "4"), two);
  if (!node24) {
    t.log(NO_RUNTIMES);
    return;
  }
  const widened = train(node24, "--wide");
  t.deepEqual(widened, {
    ...two,
    wide: process.arch === "x64",
    ...("reason" in widened && { reason: widened.reason }),
  });
});

test("enableWide widens on Node ≥ 24 alone, and elsewhere says why not and changes nothing", (t) => {
  const code = `
    import { enableWide } from ${WIDEN};
    import { compiled } from ${COMPILE};
    import { gemmTile } from ${TILE};
    const first = enableWide();
    console.log(JSON.stringify({ first, again: enableWide(), tile: gemmTile(), compiled: Object.keys(compiled()) }));`;
  for (const node of new Set([process.execPath, ...(node24 ? [node24] : [])])) {
    const { first, again, tile, compiled } = evaluate(node, code);
    const expected = node === node24 && process.arch === "x64";
    t.deepEqual(again, first);
    t.is(first.wide, expected);
    t.is(tile, expected ? 4 : 2);
    t.deepEqual(compiled, expected ? ["strict"] : []);
    if (!expected) t.regex(first.reason, /Node ≥ 24|x64/);
  }
  if (!node24) t.log(NO_RUNTIMES);
});

test("Bun and Deno are told that only Node widens", (t) => {
  const code = (name: string) => `
    Object.defineProperty(process.versions, ${JSON.stringify(name)}, { value: "1.2.3" });
    const { enableWide } = await import(${WIDEN});
    console.log(JSON.stringify(enableWide()));`;
  t.deepEqual(evaluate(process.execPath, code("bun")), {
    wide: false,
    reason: "Bun does not widen: it takes Node ≥ 24",
  });
  t.regex(evaluate(process.execPath, code("deno")).reason, /^Deno/);
});

test("kernels that were compiled before, or give wrong answers, are left as they are", (t) => {
  if (!node24) {
    t.log(NO_RUNTIMES);
    t.pass();
    return;
  }
  const late = evaluate(
    node24,
    `import { enableWide } from ${WIDEN};
     import { compile } from ${COMPILE};
     compile("strict");
     console.log(JSON.stringify(enableWide()));`,
  ) as Wide;
  t.false(late.wide);
  t.regex(late.reason!, /before the first model|x64/);
  const wrong = evaluate(
    node24,
    `import { tryToWiden } from ${WIDEN};
     import { compiled } from ${COMPILE};
     import { gemmTile } from ${TILE};
     const result = tryToWiden(1);
     console.log(JSON.stringify({ ...result, tile: gemmTile(), compiled: Object.keys(compiled()) }));`,
  );
  t.false(wrong.wide);
  t.regex(wrong.reason, /known answers|x64/);
  t.is(wrong.tile, 2);
  t.deepEqual(wrong.compiled, []);
});

test("the command line widens by itself, and PLATEAU_WIDE=0 turns that off", (t) => {
  const main = script("../../src/cli/main.js");
  const info = (node: string, env = {}) =>
    JSON.parse(run(node, [main, "info", "--json"], env)).widened as Wide;
  t.deepEqual(info(process.execPath, { PLATEAU_WIDE: "0" }), { wide: false, reason: "PLATEAU_WIDE=0" });
  if (node24) t.is(info(node24, { PLATEAU_WIDE: "1" }).wide, process.arch === "x64");
  else t.log(NO_RUNTIMES);
});

test("loading the command line compiles nothing, so that there is time to widen", (t) => {
  const program = JSON.stringify(script("../../src/cli/program.js"));
  const code = `import ${program}; import { compiled } from ${COMPILE}; console.log(JSON.stringify(compiled()));`;
  t.deepEqual(evaluate(process.execPath, code), {});
  t.is(gemmTile(), 2);
  t.false("relaxed" in compiled());
});
