import test from "ava";
import { answerOf } from "../../../src/experiments/gap/answer.js";
import type { Ensemble, Trained } from "../../../src/experiments/gap/ensemble.js";
import { answerBy } from "../../../src/experiments/gap/findings.js";
import { changeOf } from "../../../src/experiments/gap/further.js";
import type { ConstructedRung, GapResults, TransformerRung } from "../../../src/experiments/gap/results.js";
import { sayChange, sayKind, sayNotes } from "../../../src/experiments/gap/say.js";

const model = (seed: number, error: number): Trained => ({
  ...{ seed, lr: 0.01, validation: error / 3, sup: error, rmse: error / 4, update: 100 },
});

function ensemble(error: number): Ensemble {
  const bySeed = [0.98, 1, 1.02].map((scale, seed) => model(seed, scale * error));
  return { bySeed, best: bySeed[0], trainings: 3, diverged: 0, unfinished: 3 };
}

function rung(parameters: number, written: number, further: number, drawn: number): ConstructedRung {
  const after = ensemble(further);
  return {
    ...{
      family: "relu",
      spec: `relu(${parameters})`,
      cells: parameters,
      size: parameters,
      layers: 1,
      parameters,
    },
    constructed: {
      ...{ sup: written, rmse: written / 4, uncertified: null },
      certificate: { lower: written, upper: 1.05 * written, boxes: 10, stopped: "gap" },
    },
    ...{ further: after, drawn: ensemble(drawn) },
    change: {
      sup: changeOf(
        after.bySeed.map((one) => one!.sup),
        written,
      ),
      rmse: null,
    },
  };
}

const transformer = (parameters: number, error: number): TransformerRung => ({
  ...{ width: parameters, depth: 1, parameters, trained: ensemble(error) },
});

const sizes = [10, 20, 40, 80];
const transformers = [30, 60, 120].map((parameters) => transformer(parameters, 3 / parameters));

test("Transformers are held against constructions of no more parameters, architectures against themselves", (t) => {
  const constructed = sizes.map((parameters) =>
    rung(parameters, 0.1 / parameters, 0.05 / parameters, 1 / parameters),
  );
  const { verdict, transformers: of, own } = answerBy("sup", transformers, constructed);
  t.is(verdict, "learning");
  t.deepEqual(
    of!.sizes.map(({ overCertified }) => overCertified!.network),
    ["relu(20)", "relu(40)", "relu(80)"],
  );
  // 0.1 over 0.05/20 = 40 times what training made of the best of them.
  t.true(Math.abs(of!.sizes[0].overFound!.value - 40) < 0.01);
  t.true(own[0].sizes.every(({ overFound }) => Math.abs(overFound!.value - 20) < 0.01));
  t.true(own[0].falls && of!.falls);
  t.is(
    sayKind(own[0]),
    "relu: at 4 of 4 sizes what training finds from drawn weights is worse than the same architecture with written weights (proven by a certificate at 4); errors are 20 times the least found there. So: learning limits.",
  );
  t.regex(
    sayChange("relu", constructed),
    /^Training from relu's weights, largest error: improves at 4 of 4 sizes \(error after over before: 0.5\); root mean square error: no factor/,
  );
});

test("by root mean square error nothing is certified; errors that do not fall are not limited by size", (t) => {
  const constructed = sizes.map((parameters) =>
    rung(parameters, 1 / parameters, 1 / parameters, 1 / parameters),
  );
  const by = answerBy("rmse", [], constructed);
  t.is(by.verdict, "size");
  t.true(by.own[0].sizes.every(({ overCertified, proven }) => overCertified === null && !proven));
  const flat = sizes.map((parameters) => rung(parameters, 1, 1, 1));
  const { verdict, own } = answerBy("sup", [], flat);
  t.is(verdict, "undecided");
  t.deepEqual(own[0].counts, { learning: 0, size: 4, undecided: 0, none: 0 });
  t.regex(sayKind(own[0]), /do not surely fall with size. So: undecided/);
});

test("a Transformer smaller than every construction has nothing to be compared with", (t) => {
  const { transformers: of } = answerBy("sup", [transformer(5, 1)], [rung(10, 0.1, 0.1, 0.1)]);
  t.is(of!.sizes[0].verdict, "none");
  t.regex(sayKind(of!), /nothing to compare with/);
  t.is(answerOf(null, []).verdict, "undecided");
});

test("ends of the learning rates are noted where there are two; one of anything is one", (t) => {
  const results = { transformers: [transformer(5, 1)], constructed: [rung(10, 0.1, 0.1, 0.1)] };
  const notes = (lr: number[]) => sayNotes(results as unknown as GapResults, lr);
  const kept = "9 of 9 models that were kept are the last of their training: it was still getting better.";
  t.deepEqual(notes([0.01]), [kept]);
  t.deepEqual(notes([0.01, 0.1]), [kept, "9 of them have the least learning rate that was tried, 0.01."]);
  t.deepEqual(notes([0.001, 0.01]), [kept, "9 of them have the largest learning rate that was tried, 0.01."]);
  const { own } = answerBy("sup", [], [rung(10, 0.1, 0.1, 1)]);
  t.regex(sayKind(own[0]), /^relu: at 1 of 1 size what/);
});
