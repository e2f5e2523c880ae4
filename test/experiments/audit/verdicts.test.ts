import test from "ava";
import { beatsTrivial, sayBeatsTrivial } from "../../../src/experiments/audit/verdicts/beats-trivial.js";
import { largestSwitch } from "../../../src/experiments/audit/verdicts/largest-switch.js";
import {
  piecewiseConstant,
  sayPiecewise,
} from "../../../src/experiments/audit/verdicts/piecewise-constant.js";
import { singleSeeds, withoutBaselines } from "../../../src/experiments/audit/verdicts/readings.js";
import {
  harder as harderOf,
  regressionClaim,
  sayHarder,
} from "../../../src/experiments/audit/verdicts/regression-harder.js";

// Results that are made up, three seeds each.
const about = (value: number, spread: number) => [value - spread, value, value + spread];

test("a model that saves half of the trivial loss is better, one that saves none is no better, noise decides nothing", (t) => {
  const trivial = [0.6, 0.6, 0.6];
  t.is(beatsTrivial(about(0.3, 0.01), trivial).answer, "better");
  t.is(beatsTrivial(about(0.6, 0.005), trivial).answer, "no-better");
  t.is(beatsTrivial(about(0.9, 0.01), trivial).answer, "no-better");
  t.is(beatsTrivial(about(0.5, 0.2), trivial).answer, "undecided");
  t.is(beatsTrivial([0.1], [0.6]).answer, "undecided", "one seed has no interval");
  t.is(
    beatsTrivial([0, 0, 0], [0, 0, 0]).answer,
    "undecided",
    "a trivial predictor that never fails cannot be beaten",
  );
});

test("a model has to save more than a margin: a saving of 3% is no better, however sure", (t) => {
  const found = beatsTrivial(about(0.582, 0.0001), [0.6, 0.6, 0.6]);
  t.is(found.answer, "no-better");
  t.true(Math.abs(found.saved!.value - 0.03) < 1e-9);
});

test("each answer to which mode fails more can come out", (t) => {
  t.is(harderOf(about(0.9, 0.01), about(0.3, 0.01)).answer, "regression");
  t.is(harderOf(about(0.3, 0.01), about(0.9, 0.01)).answer, "classification");
  t.is(harderOf(about(0.5, 0.01), about(0.51, 0.01)).answer, "alike");
  t.is(harderOf([0.2, 0.9, 0.5], [0.5, 0.4, 0.6]).answer, "undecided");
  t.is(harderOf([0.9], [0.1]).answer, "undecided");
});

test("seeds pair: noise that both modes share leaves the difference sharp", (t) => {
  const shared = [0.1, 0.4, 0.7];
  t.is(
    harderOf(
      shared.map((x) => x + 0.1),
      shared,
    ).answer,
    "regression",
  );
  t.is(harderOf([0.8, 0.5, 0.2], shared).answer, "undecided");
});

test("the claim holds, does not, depends on the protocol, or is undecided", (t) => {
  t.is(regressionClaim(["regression", "regression"]), "holds");
  t.is(regressionClaim(["classification", "alike"]), "does-not-hold");
  t.is(regressionClaim(["regression", "alike"]), "depends");
  t.is(regressionClaim(["regression", "classification"]), "depends");
  t.is(regressionClaim(["regression", "undecided"]), "undecided");
  t.is(regressionClaim(["undecided", "alike"]), "undecided");
  t.is(regressionClaim([]), "undecided");
});

test("a function is piecewise constant, is not, is one constant, or it is undecided", (t) => {
  const of = (flatBeyond: (number | null)[], variance = about(0.8, 0.01)) =>
    piecewiseConstant({ flatBeyond, variance, constantPieces: about(8, 1), linearPieces: about(3, 0.1) })
      .answer;
  t.is(of(about(0.6, 0.02)), "yes");
  t.is(of(about(0.01, 0.005)), "no");
  t.is(of(about(0.1, 0.05)), "undecided");
  t.is(of(about(0.9, 0.02), about(0.001, 0.0005)), "one-constant");
  t.is(of([null, null, null]), "not-measured");
  t.is(of([null, 0.6, 0.61]), "yes", "a seed that diverged is left out");
});

test("one switch moves a conclusion most, or several do, or none", (t) => {
  const one = (name: string, effects: number[], flips = false) => ({ switch: name, effects, flips });
  const clear = largestSwitch([
    one("a", about(0.1, 0.01)),
    one("b", about(-0.6, 0.02), true),
    one("c", about(0, 0.01)),
  ]);
  t.is(clear.answer, "one");
  t.deepEqual(clear.leaders, ["b"]);
  t.deepEqual(
    clear.ranked.map((each) => each.switch),
    ["b", "a", "c"],
  );
  t.true(clear.ranked[0].flips);
  const close = largestSwitch([
    one("a", [0.5, 0.52, 0.49]),
    one("b", [-0.51, -0.48, -0.53]),
    one("c", about(0, 0.001)),
  ]);
  t.is(close.answer, "several");
  t.deepEqual([...close.leaders].sort(), ["a", "b"]);
  const nothing = largestSwitch([one("a", [0.5, -0.4, 0.1]), one("b", [-0.1, 0.2, 0])]);
  t.is(nothing.answer, "none");
  t.deepEqual(nothing.leaders, []);
});

test("a standardised effect is a multiple of the usual one", (t) => {
  const { ranked } = largestSwitch([
    { switch: "a", effects: [3, 3], flips: false },
    { switch: "b", effects: [4, 4], flips: false },
  ]);
  t.true(Math.abs(ranked[0].standardised.value - 4 / Math.sqrt(12.5)) < 1e-12);
});

test("single seeds that come out otherwise than their mean are counted", (t) => {
  t.deepEqual(singleSeeds([0.5, 0.4, -0.3, 0, null]), {
    answers: { regression: 2, classification: 1, alike: 1 },
    seeds: 4,
    otherwise: 2,
  });
});

test("cells that seem good without a baseline are counted, and those of them that are not better than it", (t) => {
  const found = withoutBaselines([
    { rate: 0.2, better: true },
    { rate: 0.3, better: false },
    { rate: 0.7, better: true },
    { rate: 0.9, better: false },
  ]);
  t.deepEqual(found, { cells: 4, seemGood: 2, notBetter: 1 });
});

test("sentences have no interval beyond what there can be", (t) => {
  const flatBeyond = { value: 0.0898, low: -1.05, high: 1.23 };
  const found = { answer: "undecided", flatBeyond, variance: null, constantPieces: null, linearPieces: null };
  t.regex(sayPiecewise(found as Parameters<typeof sayPiecewise>[0]), /over 8\.98%, 95% interval 0% to 100%;/);
  const difference = { value: 0.4, low: -3.2, high: 4 };
  const undecided = { answer: "undecided", difference, regression: 0.9, classification: 0.5 } as const;
  t.regex(sayHarder(undecided, 1), /difference 0\.4, 95% interval −1 to 1\)/);
  t.regex(sayHarder(undecided), /95% interval −3\.2 to 4\)/, "of a ratio");
  const saved = { value: 0.2, low: -0.4, high: 1.7 };
  t.regex(
    sayBeatsTrivial({ answer: "undecided", saved, model: 0.5, trivial: 0.7 }, "it", "failures"),
    /95% interval −40% to 100%;/,
  );
});
