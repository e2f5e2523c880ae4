import test from "ava";
import fc from "fast-check";
import { checkPageRuns, checkRuns } from "../../src/formats/parquet-runs.js";

const varint = (value: number): number[] =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
const repeated = (count: number, width: number) => [
  ...varint(count << 1),
  ...Array((width + 7) >> 3).fill(0),
];
const packed = (groups: number, width: number) => [
  ...varint((groups << 1) | 1),
  ...Array(Math.max(1, groups * width)).fill(0xff),
];
const ahead = (bytes: readonly number[]) => [
  ...new Uint8Array(Uint32Array.of(bytes.length).buffer),
  ...bytes,
];

const runs = fc.array(
  fc.oneof(
    fc.record({ count: fc.integer({ min: 1, max: 3000 }) }),
    fc.record({ groups: fc.integer({ min: 1, max: 80 }) }),
  ),
  { minLength: 1, maxLength: 8 },
);
const widths = fc.integer({ min: 1, max: 20 });

test("runs that are as long as there are values are taken; one that is longer than all is not", (t) => {
  fc.assert(
    fc.property(runs, widths, fc.integer({ min: 1, max: 1e9 }), (all, width, more) => {
      const bytes = all.flatMap((run) =>
        "count" in run ? repeated(run.count, width) : packed(run.groups, width),
      );
      const values = all.reduce((sum, run) => sum + ("count" in run ? run.count : 8 * run.groups), 0);
      checkRuns(Uint8Array.from(bytes), width, values);
      const longer = Uint8Array.from([...bytes, ...repeated(values + 1 + more, width)]);
      // Behind the values nothing is looked at.
      checkRuns(longer, width, values);
      t.throws(() => checkRuns(longer, width, values + 1), {
        code: "format",
        message: /a run of \d+ values/,
      });
    }),
  );
});

test("a packed run may be filled up, as writers do, and not without end", (t) => {
  t.notThrows(() => checkRuns(Uint8Array.from(packed(63, 3)), 3, 1));
  t.throws(() => checkRuns(Uint8Array.from(varint((10_000 << 1) | 1)), 0, 40), { code: "format" });
  // Its sign is lost in 32 bits.
  t.throws(() => checkRuns(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f), 0, 40), { code: "format" });
});

test("of a page its levels and its values are held to their number", (t) => {
  const levels = ahead(repeated(40, 1));
  const long = repeated(1 << 29, 1);
  const page = (...parts: number[][]) => Uint8Array.from(parts.flat());
  const check = (bytes: Uint8Array, width: 1 | "ahead" | null, there: boolean) =>
    checkPageRuns(bytes, { values: 40, levels: there, width });
  t.notThrows(() => check(page(levels, ahead(repeated(40, 1))), 1, true));
  t.notThrows(() => check(page(levels, [5], repeated(40, 5)), "ahead", true));
  t.notThrows(() => check(page(levels, long), null, true), "values of another encoding");
  t.notThrows(() => check(Uint8Array.of(), "ahead", true));
  for (const [bytes, width] of [
    [page(ahead(long), [5], repeated(40, 5)), "ahead"],
    [page(levels, ahead(long)), 1],
    [page(levels, [1], long), "ahead"],
  ] as const) {
    t.throws(() => check(bytes, width, true), { code: "format" });
  }
});
