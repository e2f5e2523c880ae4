import test from "ava";
import { type ErrorCode, PlateauError } from "../../src/errors.js";
import { createSchedule, type ScheduleOptions } from "../../src/training/schedule.js";

const base: ScheduleOptions = { lr: 0.5, steps: 8, warmup: 4 };
const rates = (options: ScheduleOptions) => {
  const schedule = createSchedule(options, Math.cos);
  return Array.from({ length: options.steps }, (_, i) => schedule(i + 1));
};

/** Equal up to the last bits. */
function near(t: { true(a: boolean, message?: string): void }, got: number[], want: number[]): void {
  t.true(
    got.length === want.length && got.every((x, i) => Math.abs(x - want[i]) <= 1e-15),
    `${got} is not ${want}`,
  );
}

test("cosine rises linearly to lr and falls to 0 along half a cosine", (t) => {
  // cos of 0, π/4, π/2, 3π/4, π.
  const h = Math.SQRT1_2;
  near(t, rates(base), [0.125, 0.25, 0.375, 0.5, 0.25 * (1 + h), 0.25, 0.25 * (1 - h), 0]);
});

test("the floor holds after the warm-up only", (t) => {
  const h = Math.SQRT1_2;
  const got = rates({ ...base, minFactor: 0.3 });
  near(t, got, [0.125, 0.25, 0.375, 0.5, 0.25 * (1 + h), 0.25, 0.15, 0.15]);
  t.is(rates({ ...base, steps: 20, warmup: 10, minFactor: 1 })[0], 0.05);
});

test("the reference vectors' schedule: lr 0.001, 3 of 10 updates of warm-up, floor 0.1", (t) => {
  const got = rates({ lr: 0.001, steps: 10, warmup: 3, minFactor: 0.1 });
  // ½(1 + cos kπ/7) for k = 0 … 7 from a table of cosines.
  const factors = [1, 0.9504844339512095, 0.8117449009293668, 0.6112604669781572];
  const late = [0.3887395330218429, 0.1882550990706332, 0.1, 0.1];
  near(t, got, [0.001 / 3, 0.002 / 3, ...[...factors, ...late].map((f) => f * 0.001)]);
});

test("linear falls to 0, constant stays", (t) => {
  near(t, rates({ ...base, kind: "linear" }), [0.125, 0.25, 0.375, 0.5, 0.375, 0.25, 0.125, 0]);
  near(
    t,
    rates({ ...base, kind: "linear", minFactor: 0.6 }),
    [0.125, 0.25, 0.375, 0.5, 0.375, 0.3, 0.3, 0.3],
  );
  near(t, rates({ ...base, kind: "constant" }), [0.125, 0.25, 0.375, 0.5, 0.5, 0.5, 0.5, 0.5]);
});

test("without warm-up the first update is past the peak already", (t) => {
  near(t, rates({ kind: "linear", lr: 1, steps: 4 }), [0.75, 0.5, 0.25, 0]);
  near(t, rates({ lr: 1, steps: 2 }), [0.5, 0]);
  near(t, rates({ lr: 1, steps: 1 }), [0]);
  near(t, rates({ lr: 1, steps: 2, warmup: 1 }), [1, 0]);
});

test("the cosine is the one handed in, at the argument of the formula", (t) => {
  const seen: number[] = [];
  const schedule = createSchedule({ lr: 1, steps: 10, warmup: 3 }, (x) => {
    seen.push(x);
    return 0;
  });
  t.is(schedule(2), 2 / 3);
  t.is(schedule(5), 0.5);
  t.deepEqual(seen, [(Math.PI * 2) / 7]);
});

test("numbers out of range are refused with their value", (t) => {
  const refuses = (options: Partial<ScheduleOptions>, code: ErrorCode, message: string) => {
    const error = t.throws(() => createSchedule({ ...base, ...options }, Math.cos), {
      instanceOf: PlateauError,
    });
    t.is(error?.code, code);
    t.is(error?.message, message);
  };
  const prefix = "learning-rate schedule:";
  for (const lr of [Number.NaN, -1, Infinity])
    refuses({ lr }, "usage", `${prefix} lr is ${lr}, must be a finite number, 0 or more`);
  for (const steps of [0, 1.5, -3, Number.NaN])
    refuses({ steps }, "usage", `${prefix} steps is ${steps}, must be a whole number, 1 or more`);
  for (const warmup of [8, 9, -1, 0.5, Number.NaN])
    refuses(
      { warmup },
      "usage",
      `${prefix} warmup is ${warmup}, must be a whole number of updates from 0 to steps − 1 = 7`,
    );
  for (const minFactor of [-0.1, 1.1, Number.NaN])
    refuses({ minFactor }, "usage", `${prefix} minFactor is ${minFactor}, must be a number from 0 to 1`);
  for (const kind of ["step", "__proto__", "toString"])
    refuses(
      { kind: kind as "linear" },
      "unknown-name",
      `unknown schedule: "${kind}" (known: cosine, linear, constant)`,
    );
  const schedule = createSchedule(base, Math.cos);
  for (const update of [0, 9, 1.5, Number.NaN])
    t.throws(() => schedule(update), { instanceOf: PlateauError });
});
