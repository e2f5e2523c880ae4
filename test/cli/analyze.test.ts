import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { parseSegment } from "../../src/cli/segment.js";
import { PlateauError } from "../../src/errors.js";
import { box } from "../../src/targets/domain.js";
import { folder, plateau } from "./plateau.js";

const tiny = ["--steps", "30", "--d-model", "8", "--layers", "1", "--test-rows", "200", "--quiet"];

test("analyze measures a stored run, prints a line a measure, and stores the result beside it", async (t) => {
  const out = join(folder(t), "run");
  t.is((await plateau(["train", "sine(1)", ...tiny, "--out", out])).code, 0);
  const asked = ["--measures", "errors,plateaus", "--samples", "128", "--seed", "3"];
  const plain = await plateau(["analyze", out, ...asked]);
  t.is(plain.code, 0, plain.stderr);
  t.regex(plain.stdout, /^errors\s+RMSE \d/m);
  t.regex(plain.stdout, /^plateaus\s+the model is flat over \d/m);

  const json = await plateau(["analyze", out, ...asked, "--json"]);
  const printed = JSON.parse(json.stdout);
  t.deepEqual(Object.keys(printed.measures), ["errors", "plateaus"]);
  const one = await plateau(["analyze", out, "--measures", "modulus", "--samples", "64", "--seed", "3"]);
  t.is(one.code, 0, one.stderr);
  const stored = JSON.parse(readFileSync(join(out, "analysis.json"), "utf8"));
  t.deepEqual(Object.keys(stored.measures), ["errors", "plateaus", "modulus"], "earlier measures are kept");
  t.deepEqual(stored.measures.errors.result, printed.measures.errors.result);

  const along = ["--measures", "plateaus", "--segment=-0.5:0.5", "--json"];
  const segment = JSON.parse((await plateau(["analyze", out, ...along])).stdout);
  t.deepEqual(segment.measures.plateaus.result.along, [{ name: "-0.5:0.5", length: 1 }]);

  const unknown = await plateau(["analyze", out, "--measures", "plateau"]);
  t.is(unknown.code, 2);
  t.regex(unknown.stderr, /unknown measure: "plateau" \(known: errors, /);
  t.is((await plateau(["analyze", join(out, "nothing")])).code, 1);
});

test("fit trains on an expression and says whether a Transformer helps", async (t) => {
  const out = join(folder(t), "fit");
  const flags = ["--steps", "40", "--d-model", "8", "--layers", "1", "--measures", "compare"];
  const { code, stdout, stderr } = await plateau([
    "fit",
    "--target",
    "2*x",
    "--domain",
    "x=0:1",
    ...flags,
    "--out",
    out,
  ]);
  t.is(code, 0, stderr);
  t.regex(stdout, /verdict: a Transformer does not help here: leastSquares is better/);
  t.true(existsSync(join(out, "weights.safetensors")) && existsSync(join(out, "analysis.json")));
});

test("fit trains on a table, stores it, and notices a changed table", async (t) => {
  const home = folder(t);
  const data = join(home, "table.csv");
  const rows = Array.from(
    { length: 200 },
    (_, i) => `${i % 17},${(i * 7) % 13},${2 * (i % 17) - ((i * 7) % 13)}`,
  );
  writeFileSync(data, `a,b,c\n${rows.join("\n")}\n`);
  const out = join(home, "fit");
  const flags = ["--data", data, "--output", "c", "--steps", "60", "--out", out];
  const fitted = await plateau(["fit", ...flags, "--json"]);
  t.is(fitted.code, 0, fitted.stderr);
  const result = JSON.parse(fitted.stdout);
  t.regex(result.helps, /^a Transformer /);
  t.deepEqual(result.data.splits, { train: 140, validation: 30, test: 30 });
  t.is((await plateau(["fit", ...flags])).code, 1, "the folder is taken");

  const analyzed = await plateau(["analyze", out, "--measures", "errors"]);
  t.is(analyzed.code, 0, analyzed.stderr);
  writeFileSync(data, `a,b,c\n${rows.slice(1).join("\n")}\n`);
  const changed = await plateau(["analyze", out, "--measures", "errors"]);
  t.is(changed.code, 1);
  t.regex(changed.stderr, /is not the file that the fit in/);
});

test("what does not go together is refused with what to do", async (t) => {
  for (const [args, message] of [
    [[], /nothing to fit: give either --target or --data/],
    [["--target", "x on x=0:1", "--data", "a.csv"], /two things to fit/],
    [["--data", "examples/cars.csv", "--quiet"], /needs --output/],
    [["--target", "x on x=0:1", "--output", "y"], /--output is for tables/],
    [["--data", "a.csv", "--output", "y", "--domain", "x=0:1"], /--domain is for functions/],
  ] as const) {
    const { code, stderr } = await plateau(["fit", ...args]);
    t.is(code, 2);
    t.regex(stderr, message);
  }
});

test("segments are two points of the domain", (t) => {
  const domain = box([0, -1], [1, 1]);
  const { length, at } = parseSegment("0,-1:0,1", domain);
  t.is(length, 2);
  t.deepEqual([...at(Float64Array.of(0.5)).points], [0, -0.5]);
  for (const [text, message] of [
    ["0,0", /is not from:to with 2 numbers/],
    ["0:1", /is not from:to with 2 numbers/],
    ["0,0:0,0", /has no length/],
    ["0,0:2,0", /leaves the domain: number 1 is 2, allowed are 0 to 1/],
    ["0,0:x,0", /"x"/],
  ] as const) {
    t.throws(() => parseSegment(text, domain), { instanceOf: PlateauError, code: "usage", message });
  }
});
