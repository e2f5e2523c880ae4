import test from "ava";
import { PlateauError } from "../../src/errors.js";
import { fnv1a64, splitMix64, streamKey } from "../../src/random/keys.js";

test("FNV-1a meets its published values", (t) => {
  t.is(fnv1a64(""), 0xcbf29ce484222325n);
  t.is(fnv1a64("a"), 0xaf63dc4c8601ec8cn);
  t.is(fnv1a64("foobar"), 0x85944171f73967e8n);
});

test("SplitMix64 meets its published values for seed 1234567", (t) => {
  const step = 0x9e3779b97f4a7c15n;
  t.is(splitMix64(1234567n), 6457827717110365317n);
  t.is(splitMix64(1234567n + step), 3203168211198807973n);
  t.is(splitMix64(1234567n + 2n * step), 9817491932198370423n);
});

test("seed, bigint seed and name alone decide the key; all three matter", (t) => {
  t.deepEqual(streamKey(7, "data/train"), streamKey(7n, "data/train"));
  const keys = [0, 1, 2, -1, 2 ** 53 - 1]
    .flatMap((seed) =>
      ["data/train", "data/test", "data/validation", ""].map((name) => streamKey(seed, name)),
    )
    .map(({ key0, key1 }) => `${key0} ${key1}`);
  t.is(new Set(keys).size, keys.length);
  for (const { key0, key1 } of [streamKey(7, "a"), streamKey(8, "b")]) {
    t.is(key0, key0 >>> 0);
    t.is(key1, key1 >>> 0);
  }
});

test("seeds that are no integers are refused", (t) => {
  for (const seed of [0.5, Number.NaN, 2 ** 53, Number.POSITIVE_INFINITY]) {
    t.true(t.throws(() => streamKey(seed, "x")) instanceof PlateauError);
  }
});
