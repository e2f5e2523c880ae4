import test from "ava";
import fc from "fast-check";
import {
  answerOf,
  type Findings,
  type Reference,
  type SizeFindings,
} from "../../../src/experiments/gap/answer.js";
import { compare, factorOf } from "../../../src/experiments/gap/factor.js";
import { changeOf } from "../../../src/experiments/gap/further.js";

// Made-up results: four sizes of each kind, three seeds whose errors scatter by some percent around what is told.
const around = (error: number) => [0.97 * error, error, 1.03 * error];

function size(i: number, error: number, references: Reference[]): SizeFindings {
  return {
    name: `size ${i}`,
    parameters: 100 * 2 ** i,
    errors: around(error),
    best: 0.97 * error,
    references,
  };
}

const written = (found: number, certified: number | null, further = found): Reference => ({
  ...{ name: "written", parameters: 800 },
  certified,
  found,
  further: around(further),
});

const kind = (name: string, sizes: SizeFindings[], falls = true): Findings => ({
  name,
  sameArchitecture: name !== "Transformers",
  sizes,
  falls,
});

const four = (make: (i: number) => SizeFindings) => [0, 1, 2, 3].map(make);

const learns = (name: string) =>
  kind(
    name,
    four((i) => size(i, 1, [written(0.01 / 4 ** i, 0.02 / 4 ** i)])),
  );
const limited = (name: string, falls = true) =>
  kind(
    name,
    four((i) => size(i, 0.5 / 2 ** i, [written(0.5 / 2 ** i, 0.51 / 2 ** i)])),
    falls,
  );

test("learning limits where certificates are below what training finds, in both kinds of comparison", (t) => {
  const { verdict, transformers, own } = answerOf(learns("Transformers"), [learns("a"), limited("b")]);
  t.is(verdict, "learning");
  t.deepEqual(transformers!.counts, { learning: 4, size: 0, undecided: 0, none: 0 });
  t.true(transformers!.sizes.every(({ proven }) => proven));
  t.is(transformers!.sizes[0].overCertified!.network, "written");
  t.true(Math.abs(transformers!.sizes[0].overCertified!.value - 50) < 0.5);
  t.deepEqual(
    own.map((one) => one.verdict),
    ["learning", "size"],
  );
});

test("another architecture alone does not say that learning limits", (t) => {
  t.is(answerOf(learns("Transformers"), [limited("a")]).verdict, "undecided");
  t.is(answerOf(learns("Transformers"), []).verdict, "undecided");
});

test("size limits where no known network is better, and larger ones are", (t) => {
  t.is(answerOf(limited("Transformers"), [limited("a")]).verdict, "size");
  t.is(answerOf(limited("Transformers"), [learns("a"), limited("b")]).verdict, "undecided");
  const { verdict, transformers } = answerOf(limited("Transformers", false), [limited("a")]);
  t.is(verdict, "undecided", "errors that no size improves are not limited by it");
  t.is(transformers!.verdict, "undecided");
});

test("without Transformers all architectures have to agree", (t) => {
  t.is(answerOf(null, [learns("a"), learns("b")]).verdict, "learning");
  t.is(answerOf(null, [limited("a"), limited("b")]).verdict, "size");
  t.is(answerOf(null, [learns("a"), limited("b")]).verdict, "undecided");
  t.is(answerOf(null, []).verdict, "undecided");
});

test("without a certificate the search says it, and nothing is proven", (t) => {
  const { transformers } = answerOf(
    kind(
      "Transformers",
      four((i) => size(i, 1, [written(0.1, null)])),
    ),
    [],
  );
  t.is(transformers!.verdict, "learning");
  t.false(transformers!.sizes.some(({ proven }) => proven));
  t.is(transformers!.sizes[0].overCertified, null);
});

test("what training makes of written weights counts as known, too", (t) => {
  // Below the certificate, but far above what training from the written weights finds.
  const { own } = answerOf(null, [
    kind(
      "a",
      four((i) => size(i, 0.1, [written(0.4, 0.5, 0.01)])),
    ),
  ]);
  t.is(own[0].verdict, "learning");
  t.is(own[0].sizes[0].overCertified!.comparison, "below");
  t.false(own[0].sizes[0].proven);
});

test("seeds that disagree decide nothing, nor does one seed; sizes without references do not count", (t) => {
  const scattered = four((i) => ({ ...size(i, 1, [written(0.5, 0.5)]), errors: [0.1, 1, 3] }));
  t.is(answerOf(kind("Transformers", scattered), []).transformers!.verdict, "undecided");
  const alone = four((i) => ({ ...size(i, 1, [written(0.01, 0.01)]), errors: [1] }));
  t.deepEqual(answerOf(kind("Transformers", alone), []).transformers!.counts.undecided, 4);
  const [first, ...rest] = learns("Transformers").sizes;
  const { transformers } = answerOf(kind("Transformers", [{ ...first, references: [] }, ...rest]), []);
  t.deepEqual(transformers!.counts, { learning: 3, size: 0, undecided: 0, none: 1 });
  t.is(transformers!.verdict, "learning");
  const none = four((i) => size(i, 1, []));
  t.is(answerOf(kind("Transformers", none), []).transformers!.verdict, "undecided");
});

test("references of much fewer parameters may say learning, but not size", (t) => {
  const fewer = (reference: Reference) => ({ ...reference, parameters: 40 });
  const better = four((i) => size(i, 1, [fewer(written(0.01, 0.02))]));
  t.is(answerOf(kind("Transformers", better), []).transformers!.verdict, "learning");
  const alike = four((i) => size(i, 1 / 2 ** i, [fewer(written(1 / 2 ** i, 1.1 / 2 ** i))]));
  const { transformers } = answerOf(kind("Transformers", alike), []);
  t.deepEqual(transformers!.counts, { learning: 0, size: 0, undecided: 4, none: 0 });
});

test("a best model at or below the bound is no proof, whatever the others are", (t) => {
  const sizes = four((i) => ({ ...size(i, 1, [written(0.9, 0.95)]), best: 0.9, errors: [1.2, 1.25, 1.3] }));
  t.false(answerOf(null, [kind("a", sizes)]).own[0].sizes.some(({ proven }) => proven));
});

test("one size of the opposite kind keeps three quarters from deciding", (t) => {
  const [first] = limited("a").sizes;
  const mixed = kind("a", [first, ...learns("a").sizes.slice(1)]);
  t.deepEqual(answerOf(null, [mixed]).own[0].counts, { learning: 3, size: 1, undecided: 0, none: 0 });
  t.is(answerOf(null, [mixed]).verdict, "undecided");
});

test("factors are geometric means that scale with errors, with intervals around them", (t) => {
  const positive = fc.double({ min: 1e-6, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(fc.array(positive, { minLength: 2, maxLength: 8 }), positive, (errors, scale) => {
      const one = factorOf(errors, 1)!;
      const other = factorOf(
        errors.map((error) => error * scale),
        scale,
      )!;
      t.true(one.low! <= one.value * (1 + 1e-12) && one.value <= one.high! * (1 + 1e-12));
      t.true(Math.abs(one.value / other.value - 1) < 1e-9);
      const inverse = factorOf(
        errors.map(() => 1),
        errors,
      )!;
      t.true(Math.abs(one.value * inverse.value - 1) < 1e-9);
    }),
    { numRuns: 100 },
  );
  // ln 2 and ln 8: mean ln 4, deviation ln 2·√2, so half a width of 12.7062·ln 2 (1 degree of freedom).
  const { value, low } = factorOf([2, 8], 1)!;
  t.true(Math.abs(value - 4) < 1e-12);
  t.true(Math.abs(low! - 4 * 2 ** -12.7062) < 1e-9);
});

test("factors leave out what is missing, and compare by rule", (t) => {
  t.is(factorOf([1, null, 0], [null, 2, 3]), null);
  t.like(factorOf([1, null, 4], [1, 2, 1]), { seeds: 2 });
  t.like(factorOf([3], 1), { low: null, high: null, seeds: 1 });
  const factor = (low: number, high: number) => ({ value: Math.sqrt(low * high), low, high, seeds: 3 });
  t.is(compare(factor(1.01, 1.2)), "alike", "significant, but no difference that matters");
  t.is(compare(factor(1.01, 1.3)), "above");
  t.is(compare(factor(0.5, 0.99)), "below");
  t.is(compare(factor(0.5, 2)), "undecided");
  t.is(compare(null), "undecided");
});

test("training from written weights improves, keeps or loses them", (t) => {
  t.is(changeOf(around(0.5), 1)!.change, "improves");
  t.is(changeOf(around(1), 1)!.change, "keeps");
  t.is(changeOf(around(3), 1)!.change, "loses");
  t.is(changeOf([0.1, 1, 10], 1)!.change, "undecided");
  t.is(changeOf([1], null), null);
});
