import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { folder, plateau } from "./plateau.js";

for (const construction of ["partition", "relu"]) {
  test(`construct ${construction}: the least size that is certified for ε`, async (t) => {
    const args = [
      "construct",
      construction,
      "--target",
      "sin(6*x)",
      "--epsilon",
      "0.02",
      "--certify",
      "--json",
    ];
    const { code, stdout, stderr } = await plateau(args);
    t.is(code, 0, stderr);
    t.regex(stderr, /^note: no domain was given: x from 0 to 1/);
    const result = JSON.parse(stdout);
    t.is(result.construction, construction);
    t.is(result.target, "sin(6*x) on x=0:1");
    t.true(result.certified);
    t.true(result.error.lower <= result.error.upper && result.error.upper <= 0.02);
    t.is(result.certificate.verdict, "holds");
    t.true(result.refused.size < result.size);
    t.true(Number.isFinite(result.seconds) && result.layers === 1 && result.parameters > 0);
  });
}

test("a constructed network is stored, judged, analysed, certified and trained further like any other", async (t) => {
  const cwd = folder(t);
  const made = await plateau(
    ["construct", "partition", "--target", "sine", "--size", "24", "--certify", "--out", "p", "--json"],
    { cwd },
  );
  t.is(made.code, 0, made.stderr);
  for (const file of ["run.json", "weights.safetensors", "result.json", "construct.json"]) {
    t.true(existsSync(join(cwd, "p", file)), file);
  }
  t.deepEqual(JSON.parse(readFileSync(join(cwd, "p", "construct.json"), "utf8")), JSON.parse(made.stdout));
  const judged = await plateau(["eval", "p"], { cwd });
  t.is(judged.code, 0, judged.stderr);
  t.regex(judged.stdout, /network of kind partition, 76 parameters/);
  t.regex(judged.stdout, /constructed in .* not trained/);
  const analysed = await plateau(["analyze", "p", "--measures", "attention,errors", "--json"], { cwd });
  t.is(analysed.code, 0, analysed.stderr);
  t.truthy(
    JSON.parse(analysed.stdout).measures.attention.result ?? JSON.parse(analysed.stdout).measures.attention,
  );

  const { upper, lower } = JSON.parse(made.stdout).error;
  const verdict = async (epsilon: number) => {
    const { code, stdout, stderr } = await plateau(["certify", "p", "--epsilon", String(epsilon), "--json"], {
      cwd,
    });
    t.is(code, 0, stderr);
    return JSON.parse(stdout).verdict;
  };
  t.is(await verdict(1.1 * upper), "holds");
  t.is(await verdict(0.9 * lower), "refuted");

  const quick = [
    "--steps",
    "40",
    "--lr",
    "1e-4",
    "--train-rows",
    "1000",
    "--validation-rows",
    "100",
    "--test-rows",
    "200",
  ];
  const args = ["train", "sine", "--init", "construct:partition(24)", ...quick, "--out", "q", "--json"];
  const trained = await plateau(args, { cwd });
  t.is(trained.code, 0, trained.stderr);
  t.is(JSON.parse(trained.stdout).parameters, 76);
  t.true(JSON.parse(trained.stdout).test.r2 > 0.99);
  const again = await plateau(["eval", "q", "--json"], { cwd });
  t.is(JSON.parse(again.stdout).weightsSha256, JSON.parse(trained.stdout).weightsSha256);
  const certified = await plateau(["certify", "q", "--boxes", "2000"], { cwd });
  t.is(certified.code, 0, certified.stderr);
  t.regex(certified.stdout, /^partition against sine\(1\)\nlargest error between /);
});

test("an expression that calls a function of a target's name is an expression", async (t) => {
  const args = ["construct", "partition", "--target", "abs(x - y)", "--size", "16", "--json", "--quiet"];
  const { code, stdout, stderr } = await plateau(args);
  t.is(code, 0, stderr);
  t.is(JSON.parse(stdout).target, "abs(x - y) on x=0:1,y=0:1");
});

const bad: [title: string, args: string[], code: number, message: RegExp][] = [
  ["no target", ["partition"], 2, /no target given/],
  ["an unknown construction", ["spline", "--target", "sine"], 2, /unknown construction: "spline" \(known: /],
  ["an unknown target", ["relu", "--target", "sin7"], 2, /unknown target: "sin7"/],
  ["no variables", ["relu", "--target", "1+2"], 2, /has no variables/],
  [
    "a target without values",
    ["relu", "--target", "log(x)"],
    2,
    /logarithm of a number that is not positive/,
  ],
  ["two sizes", ["relu", "--target", "sine", "--size", "3", "--delta", "0.1"], 2, /two sizes/],
  ["ε and a size", ["relu", "--target", "sine", "--size", "3", "--epsilon", "0.1"], 2, /leave out --size/],
  ["ε of 0", ["relu", "--target", "sine", "--epsilon", "0"], 2, /--epsilon 0: expected a number above 0/],
  ["δ below 0", ["relu", "--target", "sine", "--delta", "-1"], 2, /--delta -1: expected a number above 0/],
  [
    "half a token",
    ["partition", "--target", "sine", "--size", "2.5"],
    2,
    /size 2.5: expected a whole number/,
  ],
  ["ε beyond float32", ["partition", "--target", "sine", "--epsilon", "1e-7"], 2, /ε = 1e-7/],
  ["a jump", ["relu", "--target", "staircase", "--epsilon", "0.1"], 2, /may jump .*--norm l2/],
  [
    "an unknown option",
    ["relu", "--target", "sine", "--option", "depth=2"],
    2,
    /depth is no option \(known: variant\)/,
  ],
  ["too many inputs", ["relu", "--target", "friedman1", "--size", "2"], 2, /at most 3 inputs/],
  ["too many tokens", ["partition", "--target", "sine", "--size", "200000000"], 1, /at most \d+ tokens fit/],
];

for (const [title, args, wanted, message] of bad) {
  test(`construct refuses ${title}`, async (t) => {
    const { code, stdout, stderr } = await plateau(["construct", ...args, "--json", "--quiet"]);
    t.is(code, wanted, stderr);
    t.regex(stderr, message);
    t.regex(stderr, /^error: [^\n]+\n$/);
    t.is(`error: ${JSON.parse(stdout).error.message}\n`, stderr);
  });
}

test("training from a construction refuses what makes no sense", async (t) => {
  for (const [args, message] of [
    [["--init", "construct:spline"], /unknown construction: "spline"/],
    [["--init", "partition"], /init is "partition": expected construct:/],
    [["--init", "construct:relu(0)"], /"0" is no size/],
    [["--init", "construct:relu", "--d-model", "8"], /dModel 8 with init construct:relu/],
    [["--init", "construct:relu", "--mode", "classification"], /constructions are for regression/],
  ] as const) {
    const { code, stderr } = await plateau(["train", "sine", ...args]);
    t.is(code, 2, stderr);
    t.regex(stderr, message);
  }
});

test("construct --help names the options of constructions with their defaults", async (t) => {
  const { code, stdout } = await plateau(["construct", "--help"]);
  t.is(code, 0);
  t.regex(stdout, /options with defaults: order=1, sharpness=1$/m);
  t.regex(stdout, /options with defaults: positions=true, constants=proof, lambda \(default: unset\)$/m);
  t.regex(
    stdout,
    /--search-seconds <s>\s+seconds\s+that\s+the\s+search\s+of\s+--epsilon\s+may\s+take\s+\(default\s+120\)/,
  );
});
