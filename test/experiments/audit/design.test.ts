import test from "ava";
import { type Mode, starts } from "../../../src/experiments/audit/answers.js";
import { cellKey, trainingInput } from "../../../src/experiments/audit/cell.js";
import { parseAudit, presets } from "../../../src/experiments/audit/config.js";
import { designOf, modes, trainingsOf } from "../../../src/experiments/audit/design.js";
import { estimateTime } from "../../../src/experiments/audit/estimate.js";
import { leftOut } from "../../../src/experiments/audit/left-out.js";
import { switches, trainedSwitches, withSwitch } from "../../../src/experiments/audit/switches.js";
import { defineExperiment } from "../../../src/experiments/config.js";
import { protocolSchema } from "../../../src/experiments/protocol.js";
import { findTarget } from "../../../src/targets/registry.js";

const settings = ["m2n1", "m4n3"].map((target) => ({ target, dim: 4, classes: 5 }));
const config = parseAudit({ targets: ["m2n1", "m4n3"], dims: [4, 8], classes: [5, 10], steps: 40 });
const designs = designOf(config);

test("the thirteen questions are all there, and every field of a protocol is a switch", (t) => {
  t.deepEqual(
    [...new Set(switches.map(({ number }) => number))].filter((n) => n !== null).sort((a, b) => a - b),
    [...Array.from({ length: 13 }, (_, i) => i + 1)],
  );
  t.is(new Set(switches.map(({ id }) => id)).size, switches.length);
  const fields = new Set<string>(trainedSwitches.map(({ sets }) => sets.field));
  for (const field of Object.keys(protocolSchema.entries))
    if (field !== "base") t.true(fields.has(field), field);
});

for (const setting of settings) {
  for (const mode of modes) {
    for (const one of trainedSwitches) {
      test(`${one.id} (${one.name}) on ${setting.target} in ${mode}: it is said not to matter where, and only where, nothing changes`, (t) => {
        const said = one.idle(mode, findTarget(setting.target)) !== undefined;
        const same = (Object.keys(starts) as (keyof typeof starts)[]).map((start) => {
          const [a, b] = (["study", "alternative"] as const).map((side) =>
            cellKey({ mode, answers: withSwitch(starts[start], one, side) }, setting),
          );
          // A regression's metric decides how it is read even where its training were the same.
          return a === b;
        });
        t.deepEqual(same, [said, said]);
      });
    }
  }
}

test("cells of a switch differ in what it sets alone: every other option of training is equal", (t) => {
  const of = (mode: Mode, answers: (typeof starts)["study"]) => {
    const input = trainingInput({ mode, answers }, settings[1], config);
    const { training, rows, protocol, architecture } = defineExperiment({ ...input, seed: 1 });
    const { base: _, ...fields } = protocol;
    return { training, rows, fields, dropout: (architecture.config as { dropout: number }).dropout };
  };
  const study = of("regression", starts.study);
  const sound = of("regression", starts.sound);
  const { optimizer: _a, minFactor: _b, ...common } = study.training;
  const { optimizer: _c, minFactor: _d, ...other } = sound.training;
  t.deepEqual(common, other);
  t.deepEqual(study.rows, sound.rows);
  t.is(study.dropout, sound.dropout);
  const head = of("regression", { ...starts.study, outputHead: "linear" });
  t.deepEqual(head.training, study.training);
  t.deepEqual({ ...head.fields, outputHead: "none" }, study.fields);
});

test("switch 10 stops on the schedule of the whole length", (t) => {
  const input = trainingInput(
    { mode: "regression", answers: { ...starts.study, trainingLength: "first-validation" } },
    settings[0],
    config,
  );
  const { training } = defineExperiment({ ...input, seed: 0 });
  t.is(training.steps, 40);
  t.is(training.stopAfter, 20);
});

test("only a target's first d and K have every design; no cell is there twice, no training either", (t) => {
  t.deepEqual(
    designs.map(({ whole }) => whole),
    [true, false, false, false, true, false, false, false],
  );
  for (const { cells } of designs) t.is(new Set(cells.map(({ key }) => key)).size, cells.length);
  for (const { cells, index } of trainingsOf(designs, config)) {
    t.is(new Set(cells.map((cell) => JSON.stringify(cell))).size, cells.length);
    t.true([...index.values()].every((at) => at < cells.length));
  }
});

test("a regression is trained once for all K", (t) => {
  const names = trainingsOf(designs, config).map(({ name }) => name);
  t.is(names.filter((name) => name.includes("m2n1, d = 4, regression")).length, 1);
  t.is(names.filter((name) => name.includes("m2n1, d = 4, classification")).length, 2);
});

test("factors are what changes a training: no readings, nothing idle", (t) => {
  const factors = (at: number, mode: Mode) => designs[at].factorials[mode]!.factors;
  t.deepEqual(factors(0, "regression"), ["1", "2", "6", "7", "8", "13"]);
  t.deepEqual(factors(0, "classification"), ["3", "4", "6", "7", "8", "13"]);
  t.deepEqual(factors(4, "regression"), ["1", "2", "5", "5b", "6", "7", "8", "13"]);
  t.deepEqual(factors(4, "classification"), ["3", "4", "5", "5b", "6", "7", "8", "13"]);
});

test("a stored configuration is read as it was, and what makes no sense is refused", (t) => {
  for (const preset of Object.keys(presets)) {
    const parsed = parseAudit({ preset });
    t.deepEqual(parseAudit(JSON.parse(JSON.stringify(parsed))), parsed);
  }
  t.throws(() => parseAudit({ targets: ["nothing"] }), { code: "unknown-name" });
  for (const wrong of [
    { seeds: 1 },
    { dims: [4, 4] },
    { dims: [] },
    { preset: "huge" },
    { step: 3 },
    { dropout: 1 },
  ]) {
    t.throws(() => parseAudit(wrong), { code: "usage" });
  }
});

test("what is left out follows from what is run, not from the preset's name", (t) => {
  const search = "the search of hyperparameters (plateau replicate has it)";
  const whole = parseAudit({ preset: "full", dims: [4], classes: [5] });
  t.deepEqual(leftOut(whole), ["d = 16, 64, 256", "K = 10, 15, 20", search]);
  const asLarge = parseAudit({
    ...{
      preset: "quick",
      targets: presets.full.targets,
      dims: [4],
      classes: [5],
      seeds: 10,
      factorial: true,
    },
    ...{ steps: 3000, testRows: 10_000, plateaus: presets.full.plateaus },
  });
  t.deepEqual(leftOut(asLarge), leftOut(whole));
  t.deepEqual(leftOut(parseAudit({ preset: "standard", factorial: false, trainRows: 500, dims: [4, 256] })), [
    ...["targets: m2n1", "d = 16, 64", "K = 10, 15, 20", "the fractional factorial design"],
    "beside d = 4 with K = 5, all but both protocols and the switches 1, 3 and 7 of the study's",
    ...["seeds: 5 of 10", "updates: 800 of 3000", "training rows: 500 of 200000", "test rows: 2000 of 10000"],
    ...["plateaus at d = 256", "segments of plateaus: 2 of 4", "cells of a segment: 256 of 512", search],
  ]);
});

test("an estimate of time goes from small sizes to large ones when it has taken long enough", async (t) => {
  const config = parseAudit({
    preset: "quick",
    targets: ["m2n1"],
    dims: [2, 8],
    seeds: 2,
    testRows: 100,
    steps: 4,
  });
  const trainings = trainingsOf(designOf(config), config);
  const seen: number[] = [];
  const onProgress = (done: number, total: number) => void seen.push(done / total);
  const timed = await estimateTime(trainings, config, { onProgress });
  t.is(timed.untimed, 0);
  t.is(timed.trainings, 2 * trainings.reduce((sum, { cells }) => sum + cells.length, 0));
  t.is(seen.length, timed.sizes);
  t.true(timed.coreSeconds > 0);
  const scaled = await estimateTime(trainings, config, { enough: 0 });
  // The least size of each mode is all that is timed.
  t.is(scaled.untimed, timed.sizes - 2);
  t.true(Number.isFinite(scaled.coreSeconds) && scaled.coreSeconds > 0);
});
