import test from "ava";
import type { BoundTable } from "../../src/theory/bounds/bound.js";
import { plateau } from "./plateau.js";

test.serial("bound prints what each route costs, and what of it is estimated", async (t) => {
  const { code, stdout, stderr } = await plateau(["bound", "--target", "sin(6*x)", "--epsilon", "0.1"]);
  t.is(code, 0);
  t.is(stderr, 'note: no domain was given: x from 0 to 1 (--domain "x=0:1")\n');
  t.regex(stdout, /Lipschitz constant .*: 6 \[6, 6\], proven/);
  t.regex(stdout, /root mean square of the gradient: 4\.\d+ \[4\.\d+, 4\.\d+\], an estimate/);
  // d = 1, m = 1, δ = 1/60: 60 + 1, 60 + 1, 60.
  t.regex(stdout, /│ yun +│ count +│ δ = 1\/60 +│ +182 │/);
  t.regex(stdout, /│ partition +│ count +│ \d+ memory tokens/);
  t.regex(stdout, /│ Shi & Liao +│ order +│/);
});

test.serial("bound --json is the whole table, and stays finite where costs explode", async (t) => {
  const { code, stdout } = await plateau(["bound", "--target", "sort(50)", "--epsilon", "0.01", "--json"]);
  t.is(code, 0);
  const table = JSON.parse(stdout) as BoundTable;
  t.like(table, { target: "sort(50)", epsilon: 0.01, dim: 1, inputTokens: 50, outputTokens: 50 });
  t.is(table.constants.lipschitz!.known, "closed form");
  const yun = table.routes.find(({ name }) => name === "yun")!;
  t.true(yun.layers!.log10 > 100 && Number.isFinite(yun.layers!.log10));
  t.is(yun.layers!.exact, null);
  t.is(yun.fits, false);
});

test.serial("bound says that jumps have no δ, and refuses what makes no sense", async (t) => {
  const jump = await plateau(["bound", "--target", "step", "--epsilon", "0.1"]);
  t.is(jump.code, 0);
  t.regex(jump.stdout, /jumps: no δ gives a small error in sup norm/);
  for (const [args, message] of [
    [["--target", "sine", "--epsilon", "1e-20"], /epsilon 1e-20: float64 tells values up to 1 apart/],
    [["--target", "sine", "--epsilon", "0"], /epsilon is 0: expected a number above 0/],
    [["--target", "1/x", "--epsilon", "0.1"], /division by zero/],
    [["--target", "sine"], /--epsilon/],
    [["--target", "nothing", "--epsilon", "1"], /unknown target/],
  ] as const) {
    const { code, stderr } = await plateau(["bound", ...args]);
    t.is(code, 2, stderr);
    t.regex(stderr, message);
  }
});

test.serial(
  "bound goes on where a slope is infinite, and marks what float32 keeps from being certified",
  async (t) => {
    const root = await plateau(["bound", "--target", "sqrt(x)", "--epsilon", "0.1"]);
    t.is(root.code, 0, root.stderr);
    t.regex(root.stdout, /Lipschitz constant: infinite/);
    t.regex(root.stdout, /Hölder exponent \(inputs in ‖·‖₂\): 0\.5 /);
    const rough = await plateau(["bound", "--target", "weierstrass", "--epsilon", "0.1"]);
    t.regex(rough.stdout, /│ relu +│ count +│ .*│ yes, not certified │/);
    const prompts = await plateau(["bound", "--target", "in-context-linear", "--epsilon", "0.1"]);
    t.notRegex(prompts.stdout, /target jumps/);
    t.regex(prompts.stdout, /does not jump, but its slopes have no bound/);
  },
);
