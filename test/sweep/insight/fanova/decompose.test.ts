import test from "ava";
import fc from "fast-check";
import { streamKey } from "../../../../src/random/keys.js";
import type { Bins } from "../../../../src/sweep/insight/fanova/bins.js";
import { decompose } from "../../../../src/sweep/insight/fanova/decompose.js";
import { Tree } from "../../../../src/sweep/insight/fanova/tree.js";

const key = streamKey(3, "test");
const pairs = [
  [0, 1],
  [0, 2],
  [1, 2],
] as const;

/** The same by brute force: the forest at every cell of the grid, and means over its rows and columns. */
function bruteForce(forest: readonly Tree[], axes: readonly Bins[]) {
  const [a, b, c] = axes.map(({ widths }) => widths);
  const cells: { at: number[]; weight: number; value: number }[] = [];
  const places = axes.map(() => Int32Array.of(0));
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < b.length; j++) {
      for (let k = 0; k < c.length; k++) {
        const at = [i, j, k];
        for (const [axis, bin] of at.entries()) places[axis][0] = bin;
        const value = forest.reduce((sum, tree) => sum + tree.predict(places, 0), 0) / forest.length;
        cells.push({ at, weight: a[i] * b[j] * c[k], value });
      }
    }
  }
  /** Variance of the mean over all axes but some. */
  const variance = (kept: readonly number[]) => {
    const sums = new Map<string, [number, number]>();
    let mean = 0;
    for (const { at, weight, value } of cells) {
      const name = kept.map((axis) => at[axis]).join();
      const [sum, all] = sums.get(name) ?? [0, 0];
      sums.set(name, [sum + weight * value, all + weight]);
      mean += weight * value;
    }
    let squares = 0;
    for (const [sum, all] of sums.values()) squares += (sum * sum) / all;
    return squares - mean * mean;
  };
  const alone = [0, 1, 2].map((axis) => variance([axis]));
  const together = pairs.map(([i, j]) => variance([i, j]) - alone[i] - alone[j]);
  const total = variance([0, 1, 2]);
  const rest = [...alone, ...together].reduce((left, part) => left - part, total);
  return { alone, together, rest, total };
}

const axis = (rows: number, ordered: boolean) =>
  fc
    .tuple(
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 2, maxLength: 6 }),
      fc.array(fc.nat(1e6), { minLength: rows, maxLength: rows }),
    )
    .map(([sizes, of]): Bins => {
      const total = sizes.reduce((a, b) => a + b, 0);
      const widths = Float64Array.from(sizes, (size) => size / total);
      return { ordered, widths, of: Int32Array.from(of, (at) => at % sizes.length) };
    });

test("property: effects of one and two coordinates are those of every cell; the rest, within its scatter", (t) => {
  const rows = 40;
  fc.assert(
    fc.property(
      fc.tuple(axis(rows, true), axis(rows, false), axis(rows, true)),
      fc.array(fc.integer({ min: -9, max: 9 }), { minLength: rows, maxLength: rows }),
      fc.array(fc.array(fc.nat(rows - 1), { minLength: rows, maxLength: rows }), {
        minLength: 1,
        maxLength: 3,
      }),
      (axes, values, draws) => {
        const forest = draws.map(
          (drawn) => new Tree(axes, Float64Array.from(values), Int32Array.from(drawn), 1),
        );
        for (const { leaves } of forest) {
          const volume = leaves.reduce(
            (sum, { covers }) => sum + covers.reduce((product, { width }) => product * width, 1),
            0,
          );
          t.true(Math.abs(volume - 1) < 1e-12, "leaves fill the cube");
        }
        const known = bruteForce(forest, axes);
        const found = decompose(forest, axes, pairs, key);
        if (known.total < 1e-9) return;
        const all = [...found!.alone, ...found!.together, found!.rest];
        const sum = all.reduce((a, { share }) => a + share, 0);
        t.true(Math.abs(sum - 1) < 1e-12);
        // Shares are of a total of which only the rest has scatter: the exact parts have exact ratios.
        const exact = known.total - known.rest;
        const low = 1 - found!.rest.share;
        const parts = [...known.alone, ...known.together];
        for (const [i, part] of parts.entries()) {
          t.true(Math.abs(all[i].share / low - part / exact) < 1e-9, `part ${i}`);
        }
        t.true(Math.abs(found!.rest.share - known.rest / known.total) < 0.05);
      },
    ),
    // Shrinking trees takes minutes.
    { numRuns: 40, endOnFailure: true },
  );
});

test("a tree finds the best set of categories, and the best threshold", (t) => {
  const widths = new Float64Array(4).fill(0.25);
  const of = Int32Array.of(0, 0, 1, 1, 2, 2, 3, 3);
  const y = Float64Array.of(1, 1, 5, 5, 1, 1, 5, 5);
  const rows = () => Int32Array.from({ length: 8 }, (_, i) => i);
  const sets = new Tree([{ ordered: false, widths, of }], y, rows(), 1);
  t.deepEqual(
    sets.leaves.map(({ value, covers: [{ runs }] }) => [value, runs]),
    [
      [1, [0, 1, 2, 3]],
      [5, [1, 2, 3, 4]],
    ],
  );
  const line = new Tree([{ ordered: true, widths, of }], y, rows(), 1);
  t.deepEqual(
    line.leaves.map(({ value, covers: [{ runs }] }) => [value, ...runs]),
    [
      [1, 0, 1],
      [5, 1, 2],
      [1, 2, 3],
      [5, 3, 4],
    ],
  );
  t.is(
    new Tree([{ ordered: true, widths, of }], y, rows(), 5).leaves.length,
    1,
    "no leaf of fewer than five",
  );
  t.is(
    decompose(
      [new Tree([{ ordered: true, widths, of }], y, rows(), 5)],
      [{ ordered: true, widths, of }],
      [],
      key,
    ),
    undefined,
  );
});
