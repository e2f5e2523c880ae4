import test from "ava";
import { PlateauError } from "../../../src/errors.js";
import { parseReplication } from "../../../src/experiments/replication/config.js";
import { estimate } from "../../../src/experiments/replication/estimate.js";
import { leftOut } from "../../../src/experiments/replication/left-out.js";
import { presetNames } from "../../../src/experiments/replication/presets.js";
import { replicaSeeds, settingsOf, sweepOf } from "../../../src/experiments/replication/settings.js";
import { small } from "./small.js";

test("what is parsed parses to itself", (t) => {
  for (const input of [...presetNames.map((preset) => ({ preset })), small]) {
    const config = parseReplication(input);
    t.deepEqual(parseReplication(config), config);
    t.deepEqual(parseReplication(JSON.parse(JSON.stringify(config))), config);
  }
});

test("lists are sorted, and refused by what is wrong in them", (t) => {
  const { dims, positions } = parseReplication({ dims: [16, 4], positions: ["learned", "sinusoidal"] });
  t.deepEqual(dims, { m2n1: [4, 16], m4n3: [4, 16] });
  t.deepEqual(positions, ["sinusoidal", "learned"]);
  const refused = (input: object, message: RegExp) =>
    t.throws(() => parseReplication(input), { instanceOf: PlateauError, message });
  refused({ targets: ["m3n2"] }, /"m3n2": expected one of m2n1, m4n3/);
  refused({ dims: [4, 8, 4] }, /dims has 4 twice/);
  refused({ dims: [1] }, /dims.*expected/);
  refused({ classes: [5.5] }, /5\.5: expected a whole number/);
  refused({ positions: [] }, /expected at least one kind/);
  refused({ preset: "huge" }, /"huge": expected one of quick, standard, full/);
  refused({ trails: 3 }, /trails is no option/);
});

test("a preset says by name what it leaves out; full leaves out nothing", (t) => {
  t.deepEqual(leftOut(parseReplication({ preset: "full" })), []);
  t.is(settingsOf(parseReplication({ preset: "full" })).length, 2 * 7 * 5 * 2);
  for (const preset of ["quick", "standard"]) {
    const left = leftOut(parseReplication({ preset })).join("\n");
    t.regex(left, /^m2n1: d = .*256$/m);
    t.regex(left, /^m4n3: d = .*256$/m);
    t.regex(left, /^classifications: K = 10, 15$/m);
    t.regex(left, /^positions: learned$/m);
    t.regex(left, /^seeds of a best configuration: \d of 5$/m);
  }
  t.true(leftOut(parseReplication({ targets: ["m4n3"] })).includes("targets: m2n1"));
  t.true(
    leftOut(parseReplication({ preset: "full", classes: [] })).includes("classifications: K = 5, 10, 15, 20"),
  );
});

test("a setting's sweep is the study's space under its protocol; replicas have seeds of their own", (t) => {
  const config = parseReplication({ preset: "full", targets: ["m2n1"], dims: [8] });
  const settings = settingsOf(config);
  t.is(new Set(settings.map(({ name }) => name)).size, settings.length);
  const { space, task, direction } = sweepOf(settings[0], config);
  t.is(direction, "minimize");
  t.like(task, {
    metric: "validation.failureRate.1",
    test: false,
    experiment: { protocol: "study", dim: 8 },
  });
  t.like(space.parameters, { layers: [2, 4, 6], heads: [1, 2, 4, 8], epochs: [4, 6, 9] });
  const seeds = replicaSeeds(config);
  t.is(new Set(seeds).size, 5);
  t.notDeepEqual(replicaSeeds({ ...config, seed: 1 }), seeds);
});

test("the estimate is positive, and grows with what is to be done", async (t) => {
  const config = parseReplication(small);
  const little = await estimate(config, { workers: 1 });
  t.true(little.seconds > 0);
  t.is(little.trainings, 2 * 4);
  t.deepEqual(
    little.settings.map(({ trainings }) => trainings),
    [4, 4],
  );
  const full = await estimate(parseReplication({ ...small, trainRows: 100_000, trials: 20 }), { workers: 1 });
  t.is(full.trainings, 2 * 22);
  t.true(full.seconds > little.seconds);
});
