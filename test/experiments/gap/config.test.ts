import test from "ava";
import { gapConfig } from "../../../src/experiments/gap/config.js";
import { cellsOf, gap } from "../../../src/experiments/gap/gap.js";
import { ladderOf } from "../../../src/experiments/gap/ladder.js";
import { leftOut, presetNames, presetOf } from "../../../src/experiments/gap/presets.js";

const sine = "sin(6*x) on x=0:1";

test("a preset fills in what is not given, sorted and without repetition", (t) => {
  const config = gapConfig({
    target: sine,
    widths: [8, 4, 8],
    constructions: ["relu", "relu(variant=wide)"],
  });
  t.like(config, { preset: "quick", widths: [4, 8], constructions: ["relu"], seed: 0 });
  t.deepEqual(config.cells, presetOf("quick", 1).cells);
  t.deepEqual(gapConfig(config), config, "a configuration is its own");
  t.deepEqual(gapConfig({ target: "x*y on x=0:1,y=0:1" }).cells, presetOf("quick", 2).cells);
});

test("what makes no sense is refused, quoted", (t) => {
  const refused = (input: unknown, message: RegExp, code = "usage") =>
    t.throws(() => gapConfig(input), { code, message });
  refused({ target: "sinus" }, /"sinus"/, "unknown-name");
  refused({}, /target is missing/);
  refused({ target: sine, preset: "quik" }, /preset is "quik": expected one of quick/);
  refused({ target: sine, widths: [1] }, /widths.0 is 1/);
  refused({ target: sine, lr: [0] }, /lr.0 is 0/);
  refused({ target: sine, lr: [] }, /lr is \[\]/);
  refused({ target: sine, constructions: ["relu(8)"] }, /"relu\(8\)" has a size/);
  refused({ target: sine, constructions: ["spline"] }, /"spline"/, "unknown-name");
  refused({ target: sine, sizes: [8] }, /sizes is no option/);
});

test("every preset of one, two and three inputs can be built, and says what it leaves out", (t) => {
  for (const preset of presetNames.slice(0, 2)) {
    for (const target of [sine, "x*y on x=0:1,y=0:1", "x*y*z on x=0:1,y=0:1,z=0:1"]) {
      const config = gapConfig({ target, preset });
      const { constructed, transformers, omitted } = ladderOf(config);
      t.deepEqual(omitted, []);
      t.is(transformers.length, config.widths.length * config.depths.length);
      t.is(constructed.length, config.cells.length * config.constructions.length);
    }
  }
  t.is(leftOut("quick", 1).length, 2);
  t.is(leftOut("standard", 1).length, 1);
  t.deepEqual(leftOut("full", 1), []);
});

test("the ladder: cells a side for every construction, by parameters, and what cannot be built with its reason", (t) => {
  const target = "x - 3*y on x=0:1,y=0:1";
  const config = gapConfig({
    target,
    constructions: ["partition", "relu", "yun"],
    cells: [2, 3, 64],
    widths: [4],
    depths: [1],
  });
  const { constructed, omitted } = ladderOf(config);
  const of = (family: string) => constructed.filter((one) => one.family === family).map(({ size }) => size);
  t.deepEqual(of("partition"), [4, 9, 4096]);
  t.deepEqual(of("relu"), [2, 3, 64]);
  t.deepEqual(of("yun"), [2, 3]);
  t.is(omitted.length, 1);
  t.regex(omitted[0].what, /yun of 64 cells/);
  t.regex(omitted[0].why, /layers are more than 4096/);
});

test("no derivative, no second order; no text of a target, no ladder", (t) => {
  const { omitted, constructed } = ladderOf(
    gapConfig({ target: "weierstrass", constructions: ["partition(order=2)", "partition"], cells: [4] }),
  );
  t.is(constructed.length, 1);
  t.regex(omitted[0].why, /no derivative/);
});

test("every network is trained with each learning rate, constructions from both kinds of weights", (t) => {
  const config = gapConfig({
    target: sine,
    widths: [4],
    depths: [1],
    cells: [4],
    constructions: ["relu"],
    lr: [0.01, 0.1],
  });
  const cells = cellsOf(config, ladderOf(config));
  t.deepEqual(
    cells.map(({ init, dModel, lr }) => [init ?? dModel, lr]),
    [
      [4, 0.01],
      [4, 0.1],
      ["construct:relu(4, variant=wide)", 0.01],
      ["construct:relu(4, variant=wide)", 0.1],
      ["random:relu(4, variant=wide)", 0.01],
      ["random:relu(4, variant=wide)", 0.1],
    ],
  );
  t.is(new Set(cells.map(({ steps, batch }) => `${steps} ${batch}`)).size, 1, "one budget for all");
  t.deepEqual(gap.parse(config), config);
});
