import { type Case, type KernelSpec, lengths, type Sizes, type Source, specialValues } from "./spec.js";

const doubles = (values: Float32Array): Float64Array<ArrayBuffer> => Float64Array.from(values);
/** Some centers are missing. */
const holed = (values: Float64Array): Float64Array =>
  values.map((value, n) => (n % 5 === 3 ? Number.NaN : value));

function addNormalLogs(terms: Float64Array, centers: Float64Array, place: number, width: number): Case {
  const peaks = centers.map((_, n) => 1 - n / 7);
  const expected = terms.map((term, n) => {
    const z = (place - centers[n]) / width;
    return Number.isNaN(z) ? term : term + (peaks[n] - (z * z) / 2);
  });
  return {
    buffers: { terms, peaks, centers },
    args: ["terms", "peaks", "centers", place, width, terms.length],
    expected: { terms: expected },
  };
}

function addColumn({ n }: Sizes, source: Source): Case {
  const [terms, column] = [doubles(source(n)), doubles(source(5))];
  const which = Int32Array.from({ length: n }, (_, i) => ((i * 7) % 6) - 1);
  const expected = terms.map((term, i) => (which[i] < 0 ? term : term + column[which[i]]));
  return {
    buffers: { terms, column, which },
    args: ["terms", "column", "which", n],
    expected: { terms: expected },
  };
}

function logSumExp(terms: Float64Array): Case {
  const largest = Math.max(...terms);
  const sum = terms.reduce((total, term) => total + Math.exp(term - largest), 0);
  return {
    buffers: { out: new Float64Array(1), terms },
    args: ["out", "terms", terms.length],
    expected: { out: [largest + Math.log(sum)] },
  };
}

export const specs: KernelSpec[] = [
  {
    kernel: "addNormalLogs",
    sizes: lengths,
    make: ({ n }, source) => addNormalLogs(doubles(source(n)), holed(doubles(source(n))), 0.3, 0.07),
    // A sampler's suggestions are to be the same as those of the formula: to the bit.
    tolerance: 0,
    specials: (source) => [
      addNormalLogs(doubles(specialValues).fill(0.5), doubles(specialValues), 0.5, 1e-3),
      addNormalLogs(doubles(source(7)), doubles(source(7)), Number.NaN, 0.1),
      addNormalLogs(doubles(source(7)), doubles(source(7)), 1e200, 1e-200),
    ],
    bench: [{ sizes: { n: 600 } }],
  },
  { kernel: "addColumn", sizes: lengths, make: addColumn, tolerance: 0, bench: [{ sizes: { n: 600 } }] },
  {
    kernel: "logSumExp",
    sizes: lengths,
    make: ({ n }, source) => logSumExp(doubles(source(n, -60, 5))),
    tolerance: 1e-15,
    specials: () => [
      logSumExp(Float64Array.of(0, -39.9, -40.1, -1e300)),
      logSumExp(Float64Array.of(-800, -801)),
      logSumExp(Float64Array.of(700, 709, Number.NEGATIVE_INFINITY)),
    ],
    bench: [{ sizes: { n: 600 } }],
  },
];
