import test from "ava";
import fc from "fast-check";
import { Engine } from "../../src/runtime/engine.js";
import { golden } from "../golden.js";
import { type Gemm, type GemmOptions, gemmCase, gemms } from "../kernels/gemm.js";
import { place, relativeError, testSource } from "../kernels/run.js";
import type { Case, Sizes } from "../kernels/spec.js";

const engine = new Engine();

/** What a case leaves in C, with tiles of `tile` rows. */
function run(kernel: Gemm, one: Case, tile: number): Float32Array {
  const mark = engine.mark();
  const placed = place(engine, kernel, one);
  engine.kernels.setGemmTile(tile);
  placed.call();
  const c = placed.read("c") as Float32Array;
  const overruns = placed.overruns();
  engine.release(mark);
  if (overruns.length > 0) throw new Error(`wrote outside ${overruns.join(", ")}`);
  return c;
}

const gap = fc.integer({ min: 0, max: 9 });
const calls = fc.record({
  kernel: fc.constantFrom(...gemms),
  tile: fc.constantFrom(2, 4),
  seed: fc.integer({ min: 0 }),
  sizes: fc.record({
    // Whole tiles as often as tails: products of columns then have a way of their own.
    M: fc.oneof(fc.integer({ min: 1, max: 24 }), fc.constantFrom(4, 8, 12, 20)),
    N: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(4, 8, 12, 16, 32)),
    K: fc.integer({ min: 0, max: 40 }),
  }),
  options: fc.record({ gaps: fc.tuple(gap, gap, gap), accumulate: fc.boolean(), bias: fc.boolean() }),
});

test("products of any size, leading dimension, accumulation and bias are within 2e-6 of float64", (t) => {
  fc.assert(
    fc.property(calls, ({ kernel, tile, seed, sizes, options }) => {
      const one = gemmCase(kernel, sizes, testSource(seed), options);
      return relativeError(run(kernel, one, tile), one.expected.c) <= 2e-6;
    }),
    { numRuns: 200 },
  );
  t.pass();
});

/** The same bits: unlike ===, tells −0 from 0. */
function sameBits(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return a.length === b.length;
}

test("strict: each element is the float32 sum over k in order, to the bit, whatever the tile", (t) => {
  fc.assert(
    fc.property(calls, ({ kernel, tile, seed, sizes, options }) => {
      const one = gemmCase(kernel, sizes, testSource(seed), { ...options, round: Math.fround });
      return sameBits(run(kernel, one, tile), one.expected.c);
    }),
    { numRuns: 200 },
  );
  t.pass();
});

/** Beyond one block of rows, of columns, of the inner size. */
const large: readonly [Sizes, GemmOptions][] = [
  [{ M: 521, N: 19, K: 5 }, { bias: true }],
  [
    { M: 5, N: 1045, K: 9 },
    { gaps: [1, 2, 3], accumulate: true },
  ],
  [
    { M: 5, N: 29, K: 777 },
    { bias: true, accumulate: true },
  ],
  [
    { M: 261, N: 1027, K: 258 },
    { gaps: [0, 0, 4], bias: true },
  ],
  [
    { M: 64, N: 48, K: 300 },
    { gaps: [3, 1, 2], accumulate: true },
  ],
];

for (const kernel of gemms) {
  test(`strict: ${kernel} keeps the order of the sum across blocks`, (t) => {
    for (const [sizes, options] of large) {
      const one = gemmCase(kernel, sizes, testSource(3), { ...options, round: Math.fround });
      for (const tile of [2, 4])
        t.true(sameBits(run(kernel, one, tile), one.expected.c), JSON.stringify(sizes));
    }
  });
}

for (const name of ["op.linear", "op.linear-odd"]) {
  test(`${name}: forward and both gradients are within 5e-7 of PyTorch`, (t) => {
    const file = golden(name);
    const [N, D] = file.shape("in.x");
    const [F] = file.shape("in.w");
    const x = file.tensor("in.x");
    const w = file.tensor("in.w");
    const dy = file.tensor("cotangent");
    const check = (kernel: Gemm, buffers: Case["buffers"], args: Case["args"], want: string) => {
      const c = new Float32Array(file.tensor(want).length).fill(kernel === "gemmTN" ? 0 : Number.NaN);
      const got = run(kernel, { buffers: { c, ...buffers }, args, expected: {} }, 2);
      const error = relativeError(got, file.tensor(want));
      t.true(error < 5e-7, `${want} off by ${error}`);
    };
    const bias = file.tensor("in.b");
    check("gemmNT", { x, w, bias }, ["c", "x", "w", "bias", N, F, D, D, D, F, 0], "out");
    check("gemmNN", { dy, w }, ["c", "dy", "w", null, N, D, F, F, D, D, 0], "grad.x");
    check("gemmTN", { dy, x }, ["c", "dy", "x", null, F, D, N, F, D, D, 1], "grad.w");
  });
}
