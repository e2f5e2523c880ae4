import { PlateauError, quote } from "../errors.js";

/** A Philox4x32-10 key: two unsigned 32-bit words. */
export interface StreamKey {
  readonly key0: number;
  readonly key1: number;
}

/**
 * The key of one named stream of random numbers under a seed. Streams are independent of the order in
 * which they are asked for, and of what other streams exist.
 *
 * key = mix(mix(seed) xor FNV-1a₆₄(UTF-8 of name)), mix being SplitMix64's output function (Steele,
 * Lea, Flood 2014); key0 is its low word. For a given name the map from 64-bit seeds to keys is one to
 * one, and for a given seed two names share a key only where their 64-bit hashes collide.
 *
 * @param seed any integer; taken modulo 2⁶⁴
 * @throws PlateauError `usage` where seed is not a whole number or, as a number, is not exact
 */
export function streamKey(seed: number | bigint, name: string): StreamKey {
  const key = splitMix64(splitMix64(seed64(seed)) ^ fnv1a64(name));
  return { key0: Number(key & 0xffffffffn), key1: Number(key >> 32n) };
}

function seed64(seed: number | bigint): bigint {
  if (typeof seed === "number" && !Number.isSafeInteger(seed)) {
    throw new PlateauError(
      "usage",
      `seed ${quote(seed)} is not a whole number below 2^53: give an integer (a bigint for larger ones)`,
    );
  }
  return BigInt.asUintN(64, BigInt(seed));
}

/** FNV-1a, 64 bits, over the UTF-8 bytes of a text. */
export function fnv1a64(text: string): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash;
}

/** The first output of SplitMix64 from a state: a one-to-one scrambling of 64 bits. */
export function splitMix64(state: bigint): bigint {
  let z = BigInt.asUintN(64, state + 0x9e3779b97f4a7c15n);
  z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
  z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
  return z ^ (z >> 31n);
}
