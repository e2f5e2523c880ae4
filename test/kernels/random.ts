import { philox, streamWord } from "./philox.js";
import { type KernelSpec, lengths, type Sizes, type Source } from "./spec.js";

const key = [0x12345678, 0x9abcdef0] as const;
const stream = 7;
/** Counters, streams and keys are unsigned; a wasm i32 parameter takes either sign. */
const keys = [key[0], key[1]];

const uniform = (position: number, low: number, high: number): number =>
  Math.fround(
    low + Math.fround(Math.fround(high - low) * ((streamWord(position, stream, key) >>> 8) * 2 ** -24)),
  );

const longLengths: readonly Sizes[] = [...lengths, { n: 129 }, { n: 1000 }];

function dropout(x: Float32Array, threshold: number) {
  const n = x.length;
  const scale = Math.fround(1 / (1 - threshold / 65536));
  const half = (i: number): number =>
    (philox([i >> 3, stream, 3, 0], key)[(i & 7) >> 1] >>> ((i & 1) * 16)) & 0xffff;
  const kept = keptBits(n, (i) => half(i) >= threshold);
  return {
    buffers: {
      y: new Float32Array(n),
      kept: new Uint8Array(kept.length),
      x,
      rng: Uint32Array.of(...key, 3, 0),
    },
    args: ["y", "kept", "x", n, "rng", stream, threshold, scale],
    expected: { y: x.map((value, i) => (half(i) >= threshold ? Math.fround(value * scale) : 0)), kept },
  };
}

/** A bit an element, the first in the lowest bit of the first byte. */
function keptBits(n: number, keep: (i: number) => boolean): Uint8Array {
  const kept = new Uint8Array(Math.ceil(n / 8));
  for (let i = 0; i < n; i++) if (keep(i)) kept[i >> 3] |= 1 << (i & 7);
  return kept;
}

function dropoutBackward(n: number, source: Source, accumulate: 0 | 1) {
  const [dx, dy] = [source(n), source(n)];
  const keep = (i: number) => (i * 7) % 10 > 2;
  const masked = (i: number) => (keep(i) ? Math.fround(dy[i] * 1.25) : 0);
  return {
    buffers: { dx, dy, kept: keptBits(n, keep) },
    args: ["dx", "dy", "kept", n, 1.25, accumulate],
    expected: { dx: dx.map((before, i) => (accumulate ? before + masked(i) : masked(i))) },
  };
}

function permutation(n: number): number[] {
  const order = Array.from({ length: n }, (_, i) => i);
  let position = 0;
  for (let i = n; i > 1; i--) {
    let product: bigint;
    do product = BigInt(streamWord(position++, stream, key)) * BigInt(i);
    while ((product & 0xffffffffn) < 2n ** 32n % BigInt(i));
    const j = Number(product >> 32n);
    [order[i - 1], order[j]] = [order[j], order[i - 1]];
  }
  return order;
}

export const specs: KernelSpec[] = [
  {
    kernel: "philoxFill",
    sizes: longLengths,
    make: ({ n }) => ({
      buffers: { out: new Uint32Array(n) },
      args: ["out", n, ...keys, 11, 12, 13, 0xfffffffe],
      expected: {
        out: Array.from({ length: n }, (_, i) => philox([0xfffffffe + (i >> 2), 11, 12, 13], key)[i & 3]),
      },
    }),
    tolerance: 0,
    bench: [{ sizes: { n: 16384 }, bytes: 16384 * 4 }],
  },
  {
    kernel: "randomUniform",
    sizes: longLengths,
    make: ({ n }) => ({
      buffers: { out: new Float32Array(n) },
      args: ["out", n, -0.3, 1.7, ...keys, stream, 5],
      expected: {
        out: Array.from({ length: n }, (_, i) => uniform(20 + i, Math.fround(-0.3), Math.fround(1.7))),
      },
    }),
    tolerance: 0,
    bench: [{ sizes: { n: 16384 }, bytes: 16384 * 4 }],
  },
  {
    kernel: "randomNormal",
    sizes: longLengths,
    make: ({ n }) => ({
      buffers: { out: new Float32Array(n) },
      args: ["out", n, 0.5, 2, ...keys, stream, 5],
      expected: {
        out: Array.from({ length: n }, (_, i) => {
          const pair = 20 + i - (i % 2);
          const u = ((streamWord(pair, stream, key) >>> 8) + 1) * 2 ** -24;
          const angle = 2 * Math.PI * (streamWord(pair + 1, stream, key) >>> 8) * 2 ** -24;
          return 0.5 + 2 * Math.sqrt(-2 * Math.log(u)) * (i % 2 ? Math.sin(angle) : Math.cos(angle));
        }),
      },
    }),
    // The angle is rounded to float32, up to 2^-22 off, times radii up to 5.77 over magnitudes near 6.
    tolerance: 5e-7,
    bench: [{ sizes: { n: 16384 }, bytes: 16384 * 4 }],
  },
  {
    kernel: "randomPermutation",
    sizes: longLengths,
    make: ({ n }) => ({
      buffers: { out: new Uint32Array(n) },
      args: ["out", n, ...keys, stream],
      expected: { out: permutation(n) },
    }),
    tolerance: 0,
    bench: [{ sizes: { n: 16384 }, bytes: 16384 * 4 }],
  },
  ...[false, true].map(
    (listed): KernelSpec => ({
      kernel: "sampleRows",
      variant: listed ? "listed rows" : "consecutive rows",
      sizes: [1, 3, 4, 5].flatMap((B) => [1, 3, 4, 7, 33].map((d) => ({ B, d }))),
      make: ({ B, d }) => {
        // Rows about the place where d = 4 makes the 32-bit counter carry, and the largest row.
        const start = 2 ** 31 - 5;
        const rows = Int32Array.from({ length: B }, (_, b) => [2 ** 31 - 1, 0, 12345678, 3, 2][b]);
        return {
          buffers: { u: new Float32Array(B * d), rows },
          args: ["u", listed ? "rows" : null, start, B, d, ...keys, stream, 0, 1],
          expected: {
            u: Array.from({ length: B * d }, (_, e) => {
              const b = Math.floor(e / d);
              return uniform((listed ? rows[b] : start + b) * d + (e % d), 0, 1);
            }),
          },
        };
      },
      tolerance: 0,
      bench: [{ sizes: { B: 256, d: 8 }, bytes: 256 * 8 * 4 }],
    }),
  ),
  {
    kernel: "dropoutForward",
    sizes: [...longLengths, { n: 63 }, { n: 65 }],
    make: ({ n }, source) => dropout(source(n), 6554),
    tolerance: 0,
    inPlace: [["y", "x"]],
    specials: (source) => [dropout(source(100), 0), dropout(source(100), 65535), all(source(100))],
    bench: [{ sizes: { n: 16384 }, bytes: 2 * 16384 * 4 }],
  },
  ...([0, 1] as const).map(
    (accumulate): KernelSpec => ({
      kernel: "dropoutBackward",
      variant: accumulate ? "accumulating" : undefined,
      sizes: [...longLengths, { n: 63 }, { n: 65 }],
      make: ({ n }, source) => dropoutBackward(n, source, accumulate),
      tolerance: 0,
      ...(accumulate ? {} : { inPlace: [["dx", "dy"]] as const }),
      bench: accumulate ? [] : [{ sizes: { n: 16384 }, bytes: 2 * 16384 * 4 }],
    }),
  ),
];

/** Probability 1: everything is dropped, also what is no number. */
function all(x: Float32Array) {
  x[3] = Number.NaN;
  x[80] = Number.POSITIVE_INFINITY;
  return {
    buffers: {
      y: new Float32Array(x.length),
      kept: new Uint8Array(Math.ceil(x.length / 8)).fill(255),
      x,
      rng: Uint32Array.of(...key, 3, 0),
    },
    args: ["y", "kept", "x", x.length, "rng", stream, 65536, 1],
    expected: { y: new Float32Array(x.length), kept: new Uint8Array(Math.ceil(x.length / 8)) },
  };
}
