import test from "ava";
import { PlateauError } from "../../../src/errors.js";
import { streamKey } from "../../../src/random/keys.js";
import { uniform64 } from "../../../src/random/uniform.js";
import {
  FEWEST_TRIALS,
  type Importance,
  importance,
  MOST_TRIALS,
} from "../../../src/sweep/insight/importance.js";
import type { InsightInput } from "../../../src/sweep/insight/insight.js";
import type { Parameters } from "../../../src/sweep/space/parameter.js";
import { Space, type SpaceInput } from "../../../src/sweep/space/space.js";

const unit = { type: "uniform", low: 0, high: 1 } as const;

/** Random trials of a function of the parameters. */
function study(
  parameters: SpaceInput["parameters"],
  value: (parameters: never, noise: number) => number,
  count: number,
  seed = 1,
): InsightInput {
  const space = new Space({ parameters });
  const d = space.parameters.length + 1;
  const u = uniform64(streamKey(seed, "study"), 0, count * d);
  const trials = Array.from({ length: count }, (_, number) => {
    const found: Parameters = space.decode(u.subarray(number * d, (number + 1) * d));
    const noise = u[(number + 1) * d - 1] - 0.5;
    return { number, parameters: found, state: "complete" as const, value: value(found as never, noise) };
  });
  return { space, direction: "minimize", trials };
}

const shareOf = ({ parameters }: Importance, name: string) =>
  parameters.find((one) => one.name === name)!.share.value;
const pairOf = ({ pairs }: Importance, a: string, b: string) =>
  pairs.find(({ names }) => names[0] === a && names[1] === b)!.share.value;

function near(t: { true(ok: boolean, message: string): void }, found: number, known: number, by: number) {
  t.true(Math.abs(found - known) <= by, `${found}, known: ${known}`);
}

test("3x + y: nine tenths and one tenth, and nothing for what has no influence", (t) => {
  const input = study({ x: unit, y: unit, z: unit }, ({ x, y }: { x: number; y: number }) => 3 * x + y, 500);
  const found = importance.see(input);
  near(t, shareOf(found, "x"), 0.9, 0.02);
  near(t, shareOf(found, "y"), 0.1, 0.02);
  near(t, shareOf(found, "z"), 0, 0.002);
  near(t, found.rest.value, 0, 0.01);
  for (const { share } of found.pairs) near(t, share.value, 0, 0.01);
  t.true(found.explained > 0.98);
  t.deepEqual(
    found.parameters.map(({ name }) => name),
    ["x", "y", "z"],
  );
  t.deepEqual([found.trials, found.of], [500, 500]);
});

test("(x − ½)(y − ½): all of it is x and y together", (t) => {
  const value = ({ x, y }: { x: number; y: number }) => (x - 0.5) * (y - 0.5);
  const found = importance.see(study({ x: unit, y: unit, z: unit }, value, 600));
  near(t, pairOf(found, "x", "y"), 1, 0.02);
  for (const name of "xyz") near(t, shareOf(found, name), 0, 0.01);
});

test("the parity of three switches: neither alone nor in pairs", (t) => {
  const flip = [false, true];
  const value = ({ a, b, c }: { a: boolean; b: boolean; c: boolean }) => Number(a !== (b !== c));
  const found = importance.see(study({ a: flip, b: flip, c: flip, d: flip }, value, 200));
  near(t, found.rest.value, 1, 0.02);
});

test("a choice and a number that matter alike; a choice that does not", (t) => {
  const known = { a: 0, b: 3, c: 0, d: 3 };
  const found = importance.see(
    study(
      { kind: ["a", "b", "c", "d"], x: unit, other: [1, 2, null], fixed: 7 },
      ({ kind, x }: { kind: keyof typeof known; x: number }) => known[kind] + Math.sqrt(27) * x,
      400,
    ),
  );
  near(t, shareOf(found, "kind"), 0.5, 0.02);
  near(t, shareOf(found, "x"), 0.5, 0.02);
  near(t, shareOf(found, "other"), 0, 0.002);
  t.is(found.parameters.length, 3, "constants have no importance");
});

test("logarithmic ranges count by their logarithm, whole numbers by their value", (t) => {
  const found = importance.see(
    study(
      {
        rate: { type: "log-uniform", low: 1e-4, high: 1 },
        width: { type: "integer", low: 0, high: 10, step: 5 },
      },
      // Variances 1/12 and 2/3: 1 to 8.
      ({ rate, width }: { rate: number; width: number }) => Math.log10(rate) / 4 + width / 5,
      400,
    ),
  );
  near(t, shareOf(found, "rate"), 1 / 9, 0.02);
  near(t, shareOf(found, "width"), 8 / 9, 0.02);
});

test("a parameter that applies half of the time: half alone, half with what it depends on", (t) => {
  const found = importance.see(
    study(
      { kind: ["a", "b"], x: { ...unit, when: { kind: "a" } } },
      ({ kind, x }: { kind: string; x: number }) => (kind === "a" ? x : 0.5),
      500,
    ),
  );
  near(t, shareOf(found, "x"), 0.5, 0.02);
  near(t, shareOf(found, "kind"), 0, 0.02);
  near(t, pairOf(found, "kind", "x"), 0.5, 0.02);
});

test("noise is not explained, and its importance is nobody's in particular", (t) => {
  const noise = importance.see(study({ x: unit, y: unit }, (_: never, e) => e, 400));
  t.true(noise.explained < 0.05);
  const half = importance.see(study({ x: unit, y: unit }, ({ x }: { x: number }, e) => x + e, 400));
  t.true(half.explained > 0.3 && half.explained < 0.6, `${half.explained}`);
  t.true(shareOf(half, "x") > 4 * shareOf(half, "y"));
});

test("the same trials, in whatever order and beside whatever others, give the same plain JSON", (t) => {
  const input = study({ x: unit, y: ["p", "q"] }, ({ x }: { x: number }) => x * x, 60);
  const found = importance.see(input);
  t.deepEqual(JSON.parse(JSON.stringify(found)), found);
  const others = (["failed", "diverged", "running", "waiting", "pruned"] as const).map((state, i) => ({
    number: 100 + i,
    parameters: { x: 0.5, y: "p" },
    state,
    value: state === "pruned" ? 99 : null,
  }));
  t.deepEqual(importance.see({ ...input, trials: [...others, ...input.trials.toReversed()] }), found);
  t.deepEqual(importance.see({ ...input, direction: "maximize" }), found);
  t.notDeepEqual(importance.see(input, { seed: 1 }), found);
  for (const { share } of [...found.parameters, ...found.pairs, { share: found.rest }]) {
    t.true(0 <= share.low && share.low <= share.value && share.value <= share.high && share.high <= 1);
  }
});

test("units do not matter, nor how large numbers are", (t) => {
  const input = study({ x: unit, y: unit }, ({ x, y }: { x: number; y: number }) => 3 * x + y, 100);
  const found = importance.see(input);
  for (const factor of [2 ** -900, 2 ** 1000]) {
    const trials = input.trials.map((trial) => ({ ...trial, value: trial.value! * factor }));
    t.deepEqual(importance.see({ ...input, trials }), found);
  }
});

test("of many trials some are drawn, and it says so", (t) => {
  const input = study({ x: unit, y: unit }, ({ x, y }: { x: number; y: number }) => 3 * x + y, 5000);
  const found = importance.see(input);
  t.deepEqual([found.trials, found.of], [MOST_TRIALS, 5000]);
  near(t, shareOf(found, "x"), 0.9, 0.02);
});

test("too few trials, values all the same, and nothing that varies are said", (t) => {
  const refused = (input: InsightInput, message: RegExp) =>
    t.throws(() => importance.see(input), { instanceOf: PlateauError, code: "usage", message });
  const linear = ({ x }: { x: number }) => x;
  refused(study({ x: unit }, linear, FEWEST_TRIALS - 1), /9 complete trials: at least 10 are needed/);
  t.notThrows(() => importance.see(study({ x: unit }, linear, FEWEST_TRIALS)));
  refused(
    study({ x: unit }, () => 0.1, 40),
    /all 40 trials have the value 0.1/,
  );
  refused(
    study({ x: 3 }, (_: never, e) => e, 40),
    /no parameter tells the 40 values apart/,
  );
});
