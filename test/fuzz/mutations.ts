import fc, { type Arbitrary } from "fast-check";

/** What valid files are turned into, and back into bytes. */
type Mutation = (bytes: Uint8Array, corpus: readonly Uint8Array[]) => Uint8Array;

const most = 2 ** 20;
/** Lengths, counts and offsets that readers trip over. */
const edges = [0, 1, 2, 3, 7, 8, 9, 63, 64, 127, 128, 255, 256, 32767, 32768, 65535, 65536];
const large = [
  2 ** 24,
  2 ** 28,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 53 - 1,
  2 ** 53,
  2 ** 63,
  2 ** 64 - 1,
];

const splice = (bytes: Uint8Array, at: number, drop: number, put: Uint8Array): Uint8Array => {
  const head = bytes.subarray(0, at);
  const tail = bytes.subarray(Math.min(bytes.length, at + drop));
  const out = new Uint8Array(Math.min(most, head.length + put.length + tail.length));
  out.set(head);
  out.set(put.subarray(0, out.length - head.length), head.length);
  out.set(
    tail.subarray(0, Math.max(0, out.length - head.length - put.length)),
    Math.min(out.length, head.length + put.length),
  );
  return out;
};

const place = (at: number, length: number) => Math.floor(at * (length + 1));
/**
 * A share of something, below 1, every one as likely. fc.double would not do: it takes any bits for as likely as any
 * others, so that nine of ten are as good as 0.
 */
export const anyShare = fc.integer({ min: 0, max: 2 ** 30 - 1 }).map((part) => part / 2 ** 30);
/** A place in a file: anywhere, or near either end, where lengths and descriptions are. */
const where = fc.oneof(
  anyShare,
  anyShare.map((share) => share / 20),
  anyShare.map((share) => 0.9 + share / 10),
);
const size = fc.oneof(fc.nat(16), fc.nat(300), fc.nat(5000));

const flip = fc.record({ at: where, bit: fc.nat(7) }).map(
  ({ at, bit }): Mutation =>
    (bytes) => {
      const out = bytes.slice();
      if (out.length > 0) out[place(at, out.length - 1)] ^= 1 << bit;
      return out;
    },
);
const overwrite = fc.record({ at: where, byte: fc.nat(255), run: fc.oneof(fc.constant(1), fc.nat(64)) }).map(
  ({ at, byte, run }): Mutation =>
    (bytes) =>
      bytes.slice().fill(byte, place(at, bytes.length), place(at, bytes.length) + run),
);
const truncate = where.map(
  (at): Mutation =>
    (bytes) =>
      bytes.slice(0, place(at, bytes.length)),
);
const remove = fc.record({ at: where, length: size }).map(
  ({ at, length }): Mutation =>
    (bytes) =>
      splice(bytes, place(at, bytes.length), length, new Uint8Array(0)),
);
const repeat = fc.record({ at: where, length: size, times: fc.integer({ min: 1, max: 40 }) }).map(
  ({ at, length, times }): Mutation =>
    (bytes) => {
      const from = place(at, bytes.length);
      const piece = bytes.subarray(from, from + length);
      const all = new Uint8Array(piece.length * times);
      for (let i = 0; i < times; i++) all.set(piece, i * piece.length);
      return splice(bytes, from, 0, all);
    },
);
const insert = fc.record({ at: where, drop: fc.nat(16), put: fc.uint8Array({ maxLength: 64 }) }).map(
  ({ at, drop, put }): Mutation =>
    (bytes) =>
      splice(bytes, place(at, bytes.length), drop, put),
);
/** A length field: a whole number of 1 to 8 bytes in either order, or as a varint. */
const number = fc
  .record({
    at: where,
    value: fc.oneof(fc.constantFrom(...edges, ...large), fc.nat(1000)),
    width: fc.constantFrom(1, 2, 4, 8, 0),
    little: fc.boolean(),
  })
  .map(
    ({ at, value, width, little }): Mutation =>
      (bytes) => {
        let left = BigInt(value);
        const digits: number[] = [];
        if (width > 0) {
          for (let i = 0; i < width; i++, left >>= 8n) digits.push(Number(left & 255n));
          if (!little) digits.reverse();
        } else {
          for (; left >= 128n; left >>= 7n) digits.push(Number(left & 127n) | 128);
          digits.push(Number(left));
        }
        return splice(bytes, place(at, bytes.length), digits.length, Uint8Array.from(digits));
      },
  );
/** The head of one file and the tail of another. */
const cross = fc.record({ other: fc.nat(1000), at: where, from: where, length: size }).map(
  ({ other, at, from, length }): Mutation =>
    (bytes, corpus) => {
      const donor = corpus[other % corpus.length];
      const begin = place(from, donor.length);
      return splice(bytes, place(at, bytes.length), length, donor.subarray(begin, begin + length));
    },
);
const token = (dictionary: readonly string[]) =>
  fc.record({ at: where, drop: fc.nat(12), word: fc.constantFrom(...dictionary) }).map(
    ({ at, drop, word }): Mutation =>
      (bytes) =>
        splice(bytes, place(at, bytes.length), drop, latin(word)),
  );

const latin = (text: string) => new TextEncoder().encode(text);

/**
 * Files that are nearly valid: one of a corpus with up to eight bit flips, truncations, splices with another,
 * corrupted lengths and words of a dictionary; one in twenty is noise.
 */
export function mutated(
  files: readonly Uint8Array[],
  dictionary: readonly string[] = ["\0"],
): Arbitrary<Uint8Array> {
  // Copies: slices of a Buffer are none.
  const corpus = files.map((file) => new Uint8Array(file));
  const words = token(dictionary);
  const one = fc.oneof(
    flip,
    overwrite,
    truncate,
    remove,
    repeat,
    insert,
    number,
    number,
    cross,
    words,
    words,
  );
  const changed = fc
    .record({ base: fc.nat(corpus.length - 1), changes: fc.array(one, { maxLength: 8 }) })
    .map(({ base, changes }) =>
      changes.reduce<Uint8Array>((bytes, change) => change(bytes, corpus), corpus[base]),
    );
  return fc.oneof(
    { weight: 19, arbitrary: changed },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 400 }) },
  );
}

/** The same for texts, some of them made by an arbitrary. */
export function mutatedTexts(
  corpus: readonly string[],
  dictionary: readonly string[],
  made?: Arbitrary<string>,
): Arbitrary<Uint8Array> {
  const files = mutated(corpus.map(latin), dictionary);
  if (!made) return files;
  return fc.oneof({ weight: 1, arbitrary: files }, { weight: 1, arbitrary: made.map(latin) });
}

/** A byte that says what the rest is, before it. */
export function prefixed(byte: number, rest: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(1 + rest.length);
  bytes[0] = byte;
  bytes.set(rest, 1);
  return bytes;
}
