import { type Case, type KernelSpec, lengths, type Sizes, type Source, specialValues } from "./spec.js";

/** One special value against all of them, for every one. */
function pairs(make: (a: Float32Array, b: Float32Array) => Case): () => Case[] {
  return () =>
    [...specialValues].map((value) =>
      make(specialValues, new Float32Array(specialValues.length).fill(value)),
    );
}

function add(a: Float32Array, b: Float32Array): Case {
  return {
    buffers: { y: new Float32Array(a.length), a, b },
    args: ["y", "a", "b", a.length],
    expected: { y: a.map((value, i) => value + b[i]) },
  };
}

function addInto(y: Float32Array, x: Float32Array): Case {
  return {
    buffers: { y, x },
    args: ["y", "x", x.length],
    expected: { y: y.map((value, i) => value + x[i]) },
  };
}

function addRows({ N, D }: Sizes, source: Source): Case {
  const [ldy, ldx] = [D + 3, D + 1];
  const y = source((N - 1) * ldy + D);
  const x = source((N - 1) * ldx + D);
  const expected = y.slice();
  for (let n = 0; n < N; n++) for (let i = 0; i < D; i++) expected[n * ldy + i] += x[n * ldx + i];
  return { buffers: { y, x }, args: ["y", "x", N, D, ldy, ldx], expected: { y: expected } };
}

function scale(x: Float32Array, factor: number): Case {
  return {
    buffers: { y: new Float32Array(x.length), x },
    args: ["y", "x", factor, x.length],
    expected: { y: x.map((value) => value * factor) },
  };
}

function gatherRows({ N, D }: Sizes, source: Source): Case {
  const x = source(7 * D);
  const rows = Int32Array.from({ length: N }, (_, i) => (i * 5 + 6) % 7);
  return {
    buffers: { y: new Float32Array(N * D), x, rows },
    args: ["y", "x", "rows", N, D],
    expected: { y: Float32Array.from({ length: N * D }, (_, i) => x[rows[Math.floor(i / D)] * D + (i % D)]) },
  };
}

export const specs: KernelSpec[] = [
  {
    kernel: "add",
    sizes: lengths,
    make: ({ n }, source) => add(source(n), source(n)),
    tolerance: 0,
    inPlace: [
      ["y", "a"],
      ["y", "b"],
    ],
    specials: pairs(add),
    bench: [{ sizes: { n: 16384 }, bytes: 3 * 16384 * 4 }],
  },
  {
    kernel: "addInto",
    sizes: lengths,
    make: ({ n }, source) => addInto(source(n), source(n)),
    tolerance: 0,
    specials: pairs(addInto),
    bench: [{ sizes: { n: 16384 }, bytes: 3 * 16384 * 4 }],
  },
  {
    kernel: "addRows",
    sizes: lengths.flatMap(({ n }) => [1, 2, 7].map((N) => ({ N, D: n }))),
    make: addRows,
    tolerance: 0,
    bench: [{ sizes: { N: 128, D: 32 }, bytes: 3 * 128 * 32 * 4 }],
  },
  {
    kernel: "scale",
    sizes: lengths,
    make: ({ n }, source) => scale(source(n), 0.375),
    tolerance: 0,
    inPlace: [["y", "x"]],
    specials: () => [...specialValues].map((factor) => scale(specialValues, factor)),
    bench: [{ sizes: { n: 16384 }, bytes: 2 * 16384 * 4 }],
  },
  {
    kernel: "copyFloats",
    sizes: lengths,
    make({ n }, source) {
      const x = source(n);
      return { buffers: { y: new Float32Array(n), x }, args: ["y", "x", n], expected: { y: x } };
    },
    tolerance: 0,
    specials: () => [
      {
        buffers: { y: new Float32Array(specialValues.length), x: specialValues },
        args: ["y", "x", specialValues.length],
        expected: { y: specialValues },
      },
    ],
    bench: [{ sizes: { n: 16384 }, bytes: 2 * 16384 * 4 }],
  },
  {
    kernel: "fillFloats",
    sizes: lengths,
    make: ({ n }) => ({
      buffers: { y: new Float32Array(n) },
      args: ["y", 1.25, n],
      expected: { y: new Float32Array(n).fill(1.25) },
    }),
    tolerance: 0,
    specials: () =>
      [...specialValues].map((value) => ({
        buffers: { y: new Float32Array(11) },
        args: ["y", value, 11],
        expected: { y: new Float32Array(11).fill(value) },
      })),
    bench: [{ sizes: { n: 16384 }, bytes: 16384 * 4 }],
  },
  {
    kernel: "gatherRows",
    sizes: [1, 3, 4, 5, 8, 33].flatMap((D) => [1, 2, 9].map((N) => ({ N, D }))),
    make: gatherRows,
    tolerance: 0,
    bench: [{ sizes: { N: 256, D: 16 }, bytes: 2 * 256 * 16 * 4 }],
  },
];
