import { join } from "node:path";
import test from "ava";
import type { ConstructResult } from "../../src/cli/commands/construct.js";
import type { Certificate } from "../../src/theory/certificates/certify.js";
import { folder, plateau } from "./plateau.js";

test.serial(
  "construct yun: the formula's layers, a certificate, a stored model that certify takes",
  async (t) => {
    const out = join(folder(t), "yun");
    const target = ["--target", "x - 3*y", "--delta", "0.0625"];
    const made = await plateau(["construct", "yun", ...target, "--certify", "--out", out, "--json"]);
    t.is(made.code, 0, made.stderr);
    const { layers, size, error, details } = JSON.parse(made.stdout) as ConstructResult;
    t.is(size, 16);
    t.is(layers, 562);
    t.deepEqual(details["stages"], { quantise: 17, contextual: 33, value: 512 });
    // 3·δ is the largest error, at the far side of a cell.
    t.true(error.lower <= 3 / 16 && 3 / 16 <= error.upper! && error.upper! < 0.2);
    const held = await plateau(["certify", out, "--json", "--quiet"]);
    t.is(held.code, 0, held.stderr);
    const certificate = JSON.parse(held.stdout) as Certificate;
    t.true(certificate.error.lower <= 3 / 16 && 3 / 16 <= certificate.error.upper);
    t.true(certificate.error.upper < 0.2);
  },
);

test.serial("construct incontext writes gradient steps down; eval judges it like any run", async (t) => {
  const out = join(folder(t), "steps");
  const args = ["--target", "in-context-linear(2, 8)", "--size", "8", "--option", "eta=1.5"];
  const made = await plateau(["construct", "incontext", ...args, "--out", out, "--json"]);
  t.is(made.code, 0, made.stderr);
  const { layers, details } = JSON.parse(made.stdout) as ConstructResult;
  t.is(layers, 8);
  t.is(details["eta"], 1.5);
  const judged = await plateau(["eval", out, "--json"]);
  t.is(judged.code, 0, judged.stderr);
  // There is no certificate, none is offered, and the reason is one in words.
  const plain = await plateau(["construct", "incontext", ...args, "--quiet"]);
  t.is(plain.code, 0, plain.stderr);
  t.notRegex(plain.stdout, /--certify/);
  const sizeless = args.filter((_, i) => i !== 2 && i !== 3);
  for (const refused of [
    ["construct", "incontext", ...args, "--certify"],
    ["construct", "incontext", ...sizeless, "--epsilon", "0.1"],
    ["certify", out, "--quiet", "--lipschitz", "1e6"],
  ]) {
    const { code, stderr } = await plateau(refused);
    t.is(code, 2, stderr);
    t.regex(stderr, /linear attention multiplies its inputs .* measure its error instead/);
    t.notRegex(stderr, /linear-attention|\bop\b/);
  }
});

test.serial(
  "construct yun refuses grids that do not fit, saying which would, and targets without values",
  async (t) => {
    for (const [args, code, message] of [
      [
        ["--target", "x+y+z+w", "--delta", "0.001"],
        1,
        /1\.0e\+12 contexts of 4 tokens .* δ = 1\/\d+ would fit/,
      ],
      [["--target", "1/(x-y)", "--size", "4"], 2, /division by zero/],
      [["--target", "x - y", "--size", "4", "--option", "positions=false"], 2, /depends on the order/],
      [["--target", "x - y", "--size", "4", "--option", "lambda=1"], 2, /lambda 1: give/],
      [
        ["--target", "m4n3", "--size", "4", "--option", "positions=false"],
        2,
        /all tokens have the same box, but token 1 has -1 to 1/,
      ],
    ] as const) {
      const { code: found, stderr } = await plateau(["construct", "yun", ...args, "--quiet"]);
      t.is(found, code, stderr);
      t.regex(stderr, message);
    }
  },
);
