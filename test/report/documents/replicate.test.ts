import test from "ava";
import { parseReplication } from "../../../src/experiments/replication/config.js";
import {
  type Replica,
  type SettingResult,
  settingResult,
} from "../../../src/experiments/replication/results.js";
import { type Setting, settingsOf } from "../../../src/experiments/replication/settings.js";
import { answerOf, replicationVerdict } from "../../../src/experiments/replication/verdict.js";
import { documentOf } from "../../../src/report/documents/registry.js";
import { figuresOf, requireDrawable, tablesOf } from "../../../src/report/parts.js";
import { drawSvg } from "../../../src/report/render.js";

const config = parseReplication({ dims: [4, 8], classes: [5, 10], seeds: 3 });
const environment = {
  ...{ plateau: "0.0.0", build: "strict", engine: "node", machine: "made up", date: "2000-01-01T00:00:00Z" },
  ...{ seconds: 1, workers: 1 },
};

/** Made-up results whose failure rates at k = 1 are given. */
function settingWith(setting: Setting, rate: number | undefined, matched = 0.5): SettingResult {
  const replicas = [0, 1, 2].map((seed): Replica => {
    if (rate === undefined) return { state: "diverged", seed };
    const own = rate + 0.001 * seed;
    const test = {
      ...{ rmse: 1, relativeL2: 1, r2: 0.5, sup: 2 },
      failureRate: { "1": own, "2": own * 0.9, "3": own * 0.8, "4": own * 0.7 },
      matched: { "5": matched, "10": matched, "15": matched, "20": matched },
    };
    return {
      state: "complete",
      seed,
      validation: own,
      parameters: 100,
      steps: 10,
      test,
      weightsSha256: "00",
    };
  });
  const guess = { failureRate: { "1": 0.7, "2": 0.6, "3": 0.5, "4": 0.4 } };
  const exact = { failureRate: { "1": 0, "2": 0, "3": 0, "4": 0 } };
  const trivial = { mean: guess, majority: setting.classes === null ? {} : guess, leastSquares: exact };
  const best = { number: 0, value: rate ?? 1, parameters: { layers: 2, heads: 1, lr: 0.01 } };
  return settingResult(setting, { complete: 3, diverged: 0, failed: 0, best }, replicas, [
    trivial,
    trivial,
    trivial,
  ]);
}

const results = (rate: (setting: Setting) => number | undefined, matched?: number) => ({
  settings: settingsOf(config).map((setting) => settingWith(setting, rate(setting), matched)),
});
const regressionAt = (regression: number, classification: number) => (setting: Setting) =>
  setting.classes === null ? regression : classification;

test("the verdict can come out either way, and undecided", (t) => {
  const of = (rate: (setting: Setting) => number | undefined, matched?: number) =>
    replicationVerdict(results(rate, matched));
  t.like(of(regressionAt(0.9, 0.2)), {
    studyMetric: { more: 8, less: 0, undecided: 0 },
    matched: { more: 8, less: 0, undecided: 0 },
    trivial: { regression: { more: 4, less: 0 }, classification: { more: 0, less: 8 } },
  });
  t.like(of(regressionAt(0.1, 0.6), 0.1), {
    studyMetric: { more: 0, less: 8 },
    matched: { more: 0, less: 8 },
    trivial: { regression: { less: 4 }, classification: { less: 8 } },
    leastSquares: { regression: { less: 0, more: 4 } },
  });
  t.like(of(regressionAt(0.5, 0.5)), { studyMetric: { more: 0, less: 0, undecided: 8 } });
  t.like(
    of(() => undefined),
    { studyMetric: { undecided: 8 }, trivial: { regression: { undecided: 4 } } },
  );
  t.regex(
    answerOf(of(regressionAt(0.9, 0.2))),
    /regression fails more than classification in all 8 comparisons\./,
  );
  t.regex(
    answerOf(of(regressionAt(0.1, 0.6), 0.1)),
    /fails more than classification in 0 of 8 comparisons \(less in 8\).*ours.*0 of 8 comparisons \(less in 8\)/,
  );
});

test("a report of all settings draws, with its numbers in words", async (t) => {
  const record = {
    ...{ kind: "replicate", plateau: "0.0.0", config, environment },
    ...{ results: results(regressionAt(0.9, 0.2)), fingerprint: "0".repeat(64) },
  };
  const document = documentOf(record);
  requireDrawable(document);
  t.is(document.main?.name, "failure-by-width-k1");
  t.deepEqual(
    figuresOf(document).map(({ name }) => name),
    ["by-width", "by-classes"].flatMap((by) => [1, 2, 3, 4].map((k) => `failure-${by}-k${k}`)),
  );
  for (const figure of figuresOf(document)) t.deepEqual((await drawSvg(figure)).warnings, []);
  t.regex(document.main!.alt, /m2n1, regression: 90\.\d% at 4 \(guessing 70\.0%\)/);
  t.regex(document.setting, /none is the paper's/);
  for (const { columns, rows } of tablesOf(document)) {
    t.true(rows.length > 0);
    for (const { field } of columns) t.true(field in rows[0], field);
  }
  t.regex(
    document.methods.commands[0],
    /^plateau replicate --preset quick --targets m2n1,m4n3 --dims 4,8 --classes 5,10 /,
  );
});

test("settings without a result are told of, and leave nothing to draw", (t) => {
  const record = {
    ...{ kind: "replicate", plateau: "0.0.0", config, environment },
    fingerprint: "0".repeat(64),
  };
  const document = documentOf({ ...record, results: results(() => undefined) });
  requireDrawable(document);
  t.regex(document.answer.at(-1)!, /12 of 12 settings have no result/);
  const empty = settingsOf(config).map((one) =>
    settingResult(one, { complete: 0, diverged: 3, failed: 0 }, [], []),
  );
  const nothing = documentOf({ ...record, results: { settings: empty } });
  requireDrawable(nothing);
  t.is(nothing.main, undefined);
  t.regex(nothing.answer.at(-1)!, /12 of 12 settings have no result/);
});
