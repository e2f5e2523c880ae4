import test from "ava";
import fc from "fast-check";
import type { Subject } from "../../src/analysis/measure.js";
import { type PlateausOptions, type PlateausResult, plateaus } from "../../src/analysis/plateaus.js";
import { PlateauError } from "../../src/errors.js";
import { box, chord, type Segment } from "../../src/targets/domain.js";
import { type BatchFunction, pointwise } from "../../src/targets/function.js";

const scalar = (name: string, value: (x: number) => number, slope?: (x: number) => number): BatchFunction =>
  pointwise({
    name,
    inputs: 1,
    value: (x) => value(x[0]),
    ...(slope && { jacobian: (x: Float64Array) => slope(x[0]) }),
  });

/** Middles of steps of width δ: what rounds a function off to a staircase. */
const rounded = (x: number, delta: number) => (Math.floor(x / delta) + 0.5) * delta;

const period = box([0], [2 * Math.PI]);
const sine = scalar("sine", Math.sin, Math.cos);
const unit = box([0], [1]);
const line = scalar(
  "line",
  (x) => x,
  () => 1,
);

const measured = (subject: Subject, options?: Parameters<typeof plateaus.measure>[1]) =>
  plateaus.measure(subject, options);

test("a sine and its staircase are told apart, with intervals that do not overlap", async (t) => {
  // A close model: 1% off, with derivative.
  const close = scalar(
    "close",
    (x) => Math.sin(x) + 0.01 * Math.sin(5 * x),
    (x) => Math.cos(x) + 0.05 * Math.cos(5 * x),
  );
  const delta = Math.PI / 15;
  const steps = scalar(
    "steps",
    (x) => Math.sin(rounded(x, delta)),
    () => 0,
  );
  const good = await measured({ model: close, target: sine, domain: period });
  const bad = await measured({ model: steps, target: sine, domain: period });
  t.is(good.plateaus, "no");
  t.is(bad.plateaus, "yes");
  t.true(good.flatBeyondTarget!.high < bad.flatBeyondTarget!.low);
  t.true(good.model.resolution.high < bad.model.resolution.low);
  t.true(good.model.flatShare.high < bad.model.flatShare.low);
  t.true(Math.abs(bad.model.resolution.value - delta) <= (2 * Math.PI) / bad.cells);
  // 29 borders inside, and one at the last point.
  t.is(bad.model.jumps.count, 30);
  t.true(good.effectivePieces!.constant.pieces > 3 * bad.effectivePieces!.constant.pieces);
  // Target is the same both times.
  t.deepEqual(good.target, bad.target);
});

test("K steps that round a line off are worth K constant pieces", async (t) => {
  for (const K of [4, 10, 32]) {
    const steps = scalar(
      "steps",
      (x) => rounded(Math.min(x, 1 - 1e-9), 1 / K),
      () => 0,
    );
    const found = await measured({ model: steps, target: line, domain: unit }, { samples: 40 * K });
    const { constant, linear } = found.effectivePieces!;
    t.is(constant.pieces, K);
    t.is(constant.width, 1 / K);
    t.is(linear.pieces, 1);
    // √(1 − 1/40²) for 40 samples a step.
    t.true(Math.abs(found.rmse! - (1 / K / Math.sqrt(12)) * Math.sqrt(1 - 1 / 1600)) < 1e-12);
    t.is(found.model.flatShare.value, 1);
    t.is(found.target!.flatShare.value, 0);
    t.is(found.plateaus, "yes");
  }
});

test("a K-step staircase that fits itself is K pieces, and has no plateaus of its own", async (t) => {
  const stairs = scalar("stairs", (x) => Math.floor(x * 12.5));
  const found = await measured({ model: stairs, target: stairs, domain: unit });
  t.is(found.effectivePieces?.constant.pieces, 13);
  t.false(found.effectivePieces?.constant.atLeast);
  t.is(found.rmse, 0);
  t.is(found.flatBeyondTarget?.value, 0);
  t.is(found.plateaus, "no");
  t.is(found.model.derivative, "increments");
});

test("a model better than the grid can show gets a lower bound, said so", async (t) => {
  const found = await measured({ model: sine, target: sine, domain: period }, { samples: 400 });
  const { constant, linear } = found.effectivePieces!;
  t.deepEqual(
    [constant.pieces, constant.limit, constant.atLeast, constant.high, constant.fitsAtLimit],
    [100, 100, true, null, 1],
  );
  t.deepEqual([linear.pieces, linear.atLeast, linear.high], [64, true, null]);
  t.regex(plateaus.describe(found), /more than 100 optimal constant pieces or more than 64 linear ones$/);
});

// 2·asin(2·0.05/π)/π = 2.03%, and four borders of half a cell in 2,048.
test("without a target the model's own flat share decides", async (t) => {
  const found = await measured({ model: sine, domain: period });
  t.deepEqual(
    [found.target, found.flatBeyondTarget, found.rmse, found.effectivePieces],
    [null, null, null, null],
  );
  t.is(found.plateaus, "no");
  t.is(
    plateaus.describe(found),
    "the model is flat over 2% of the segment; there is no target to compare with: no plateaus (flat on its own over 1.9% to 2.1%; above 10% would count)",
  );
});

test("a sentence says what was found", async (t) => {
  const model = scalar(
    "model",
    (x) => x + 0.01 * Math.sin(20 * x),
    (x) => 1 + 0.2 * Math.cos(20 * x),
  );
  t.is(
    plateaus.describe(await measured({ model, target: line, domain: unit })),
    "the model is flat over 0% of the segment, its target over 0%: no plateaus (flat on its own over 0% to 0%; above 10% would count); its error is that of 42 optimal constant pieces or 1 linear one",
  );
});

test("and where the plateaus are, how wide", async (t) => {
  const model = scalar(
    "model",
    (x) => rounded(x, 0.125),
    () => 0,
  );
  t.is(
    plateaus.describe(await measured({ model, target: line, domain: box([0], [0.99]) })),
    "the model is flat over 100% of the segment with 7 jumps, its target over 0%: plateaus (flat on its own over 100% to 100%, in runs of 0.12; above 10% counts); its error is that of 8 optimal constant pieces or 1 linear one",
  );
});

test("over several segments, intervals come from resampling them; one seed, one result", async (t) => {
  const model = pointwise({
    name: "ridge",
    inputs: 2,
    outputs: 2,
    value: (x) => [Math.floor(5 * x[0]), x[1]],
    jacobian: () => [0, 0, 0, 1],
  });
  const target = pointwise({
    name: "plane",
    inputs: 2,
    outputs: 2,
    value: (x) => [5 * x[0] - 0.5, x[1]],
    jacobian: () => [5, 0, 0, 1],
  });
  const subject = { model, target, domain: box([0, 0], [1, 1]) };
  const found = await measured(subject, { seed: 3, segments: 6, samples: 200 });
  t.deepEqual([found.segments, found.cells, found.intervals, found.along.length], [6, 200, "segments", 6]);
  const { value, low, high } = found.model.variation;
  t.true(low < high && low <= value && value <= high);
  t.is(found.effectivePieces?.constant.fits, 12);
  t.is(found.effectivePieces?.constant.perOutput.length, 2);
  // The second output is exact, so it needs more pieces than the grid shows.
  t.is(found.effectivePieces?.constant.perOutput[1], 50);
  t.deepEqual(await measured(subject, { seed: 3, segments: 6, samples: 200 }), found);
  t.notDeepEqual(await measured(subject, { seed: 4, segments: 6, samples: 200 }), found);
});

test("whatever the function, results are finite, ordered, and the same through JSON", async (t) => {
  const piece = fc.record({
    step: fc.constantFrom(0, 1, 5),
    slope: fc.constantFrom(0, 1e-9, 1),
    wave: fc.constantFrom(0, 0.1, 3),
    root: fc.constantFrom(0, 1),
    offset: fc.constantFrom(0, 1e6),
  });
  const build = (
    name: string,
    p: { step: number; slope: number; wave: number; root: number; offset: number },
    exact: boolean,
  ) =>
    scalar(
      name,
      (x) =>
        p.offset + Math.floor(p.step * x) + p.slope * x + p.wave * Math.sin(9 * x) + p.root * Math.cbrt(x),
      exact ? (x) => p.slope + 9 * p.wave * Math.cos(9 * x) + p.root / (3 * Math.cbrt(x) ** 2) : undefined,
    );
  await fc.assert(
    fc.asyncProperty(
      piece,
      piece,
      fc.boolean(),
      fc.integer({ min: 16, max: 99 }),
      async (a, b, exact, samples) => {
        const subject = {
          model: build("a", a, exact),
          target: build("b", b, !exact),
          domain: box([-1], [1]),
        };
        const found = await measured(subject, { samples });
        ordered(t, found);
        t.deepEqual(JSON.parse(JSON.stringify(found)), found);
        t.false(plateaus.describe(found).includes("NaN"));
      },
    ),
    { numRuns: 100, seed: 5 },
  );
});

function ordered(t: { true(value: boolean, message?: string): unknown }, value: unknown): void {
  if (typeof value === "number") t.true(Number.isFinite(value));
  if (typeof value !== "object" || value === null) return;
  if ("low" in value && "high" in value) {
    const { low, high } = value as { low: number; high: number | null };
    const middle = ("value" in value ? value.value : (value as { pieces?: number }).pieces) as number;
    t.true(low <= middle && (high === null || middle <= high), JSON.stringify(value));
  }
  for (const part of Object.values(value)) ordered(t, part);
}

test("progress runs to 1, and an abort stops", async (t) => {
  const shares: number[] = [];
  await measured(
    { model: sine, target: sine, domain: period },
    { onProgress: (share) => shares.push(share) },
  );
  t.is(shares.at(-1), 1);
  t.true(shares.every((share, i) => i === 0 || share >= shares[i - 1]));
  const controller = new AbortController();
  const stopped = measured(
    { model: sine, target: sine, domain: period },
    { signal: controller.signal, onProgress: (share) => share > 0.5 && controller.abort() },
  );
  t.is((await t.throwsAsync(stopped, { instanceOf: PlateauError }))?.code, "aborted");
});

const wrong: [string, PlateausOptions & { samples?: number }, RegExp][] = [
  ["tau", { tau: 0 }, /^plateaus: tau is 0: expected a number above 0$/],
  ["a sweep", { sweep: [0.1, -1] }, /^plateaus: sweep\.1 is -1: expected a number above 0$/],
  ["a count of segments", { segments: 0 }, /^plateaus: segments is 0: expected at least 1$/],
  ["no segments", { segments: [] }, /^plateaus: segments is empty/],
  [
    "a segment without length",
    { segments: [chord("dot", Float64Array.of(1), Float64Array.of(1))] },
    /segment "dot" has length 0/,
  ],
  ["few samples", { samples: 15 }, /^plateaus: samples is 15: expected at least 16$/],
];
for (const [what, options, message] of wrong) {
  test(`${what} that makes no sense is refused`, async (t) => {
    const error = await t.throwsAsync(measured({ model: sine, domain: period }, options), {
      instanceOf: PlateauError,
      message,
    });
    t.is((error as PlateauError).code, "usage");
  });
}

test("values that are not finite, and points that do not fit, are refused with their place", async (t) => {
  const pole = scalar("pole", (x) => 1 / x);
  await t.throwsAsync(measured({ model: pole, domain: unit }), {
    message: /^output 1 of "pole" is Infinity at \[0\] of segment "the domain"/,
  });
  const flat: Segment = chord("two", Float64Array.of(0, 0), Float64Array.of(1, 1));
  await t.throwsAsync(measured({ model: sine, domain: unit }, { segments: [flat] }), {
    message: /^points of segment "two" have 2 numbers, and "sine" takes 1$/,
  });
  const pair = pointwise({ name: "pair", inputs: 1, outputs: 2, value: () => [0, 0] });
  await t.throwsAsync(measured({ model: sine, target: pair, domain: unit }), {
    message: /^"sine" has 1 outputs, its target "pair" 2$/,
  });
});

test("the result is what its type says", async (t) => {
  const found: PlateausResult = await measured(
    { model: sine, target: sine, domain: period },
    { tau: 0.1, sweep: [0.2] },
  );
  t.is(found.tau, 0.1);
  t.deepEqual(
    found.model.sweep.map(({ tau }) => tau),
    [0.2],
  );
  t.deepEqual(
    found.model.jumpMass.map(({ length }) => length),
    [0.01, 0.05, 0.1],
  );
});
