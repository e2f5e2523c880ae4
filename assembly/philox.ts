// Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", 2011),
// four counters side by side: word w of counters i … i+3 is one vector, so no round shuffles words
// between counters.

const M0: u32 = 0xd2511f53;
const M1: u32 = 0xcd9e8d57;
const W0: u32 = 0x9e3779b9;
const W1: u32 = 0xbb67ae85;

/** The multipliers, the key's increments and the counters' distances: V8 would build constants at every use. */
// @ts-ignore: decorator
@lazy const WORDS: usize = memory.data<u32>([M0, M1, W0, W1, 0, 1, 2, 3], 16);

/** Low words of the products of 32-bit lanes, from their two halves of 64-bit products. */
// @ts-ignore: decorator
@inline
function lowWords(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(a, b, 0, 2, 4, 6);
}

// @ts-ignore: decorator
@inline
function highWords(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(a, b, 1, 3, 5, 7);
}

/** Stores word vectors transposed: 4 words of the first counter, then of the second, … */
// @ts-ignore: decorator
@inline
function storeCounters(out: usize, c0: v128, c1: v128, c2: v128, c3: v128): void {
  const a = v128.shuffle<i32>(c0, c1, 0, 4, 1, 5), b = v128.shuffle<i32>(c2, c3, 0, 4, 1, 5);
  const c = v128.shuffle<i32>(c0, c1, 2, 6, 3, 7), d = v128.shuffle<i32>(c2, c3, 2, 6, 3, 7);
  v128.store(out, v128.shuffle<i64>(a, b, 0, 2));
  v128.store(out, v128.shuffle<i64>(a, b, 1, 3), 16);
  v128.store(out, v128.shuffle<i64>(c, d, 0, 2), 32);
  v128.store(out, v128.shuffle<i64>(c, d, 1, 3), 48);
}

/**
 * out u32[8][4]: the words of counters (first … first + 7, c1, c2, c3), counter by counter. Two
 * independent groups of four hide the multiplications' latency. In the first two rounds all counters
 * share half the products.
 */
export function philox8(
  out: usize, first: u32, c1: u32, c2: u32, c3: u32, key0: u32, key1: u32,
): void {
  const m0 = v128.load32_splat(WORDS), m1 = v128.load32_splat(WORDS, 4);
  const w0 = v128.load32_splat(WORDS, 8), w1 = v128.load32_splat(WORDS, 12);
  const p0 = i32x4.add(i32x4.splat(first), v128.load(WORDS, 16));
  const q0 = i32x4.add(p0, i32x4.splat(4));
  const shared1 = <u64>M1 * c2;
  const x0 = <u32>(shared1 >> 32) ^ c1 ^ key0;
  const shared0 = <u64>M0 * x0;
  let pa = i64x2.extmul_low_i32x4_u(p0, m0), pb = i64x2.extmul_high_i32x4_u(p0, m0);
  let qa = i64x2.extmul_low_i32x4_u(q0, m0), qb = i64x2.extmul_high_i32x4_u(q0, m0);
  let mix = i32x4.splat(c3 ^ key1);
  // After round 1: word 0 is x0, word 1 the low half of shared1, for all.
  const px2 = v128.xor(highWords(pa, pb), mix), px3 = lowWords(pa, pb);
  const qx2 = v128.xor(highWords(qa, qb), mix), qx3 = lowWords(qa, qb);
  pa = i64x2.extmul_low_i32x4_u(px2, m1);
  pb = i64x2.extmul_high_i32x4_u(px2, m1);
  qa = i64x2.extmul_low_i32x4_u(qx2, m1);
  qb = i64x2.extmul_high_i32x4_u(qx2, m1);
  mix = i32x4.splat(<u32>shared1 ^ (key0 + W0));
  let u0 = v128.xor(highWords(pa, pb), mix), v0 = v128.xor(highWords(qa, qb), mix);
  let u1 = lowWords(pa, pb), v1 = lowWords(qa, qb);
  mix = i32x4.splat(<u32>(shared0 >> 32) ^ (key1 + W1));
  let u2 = v128.xor(px3, mix), v2 = v128.xor(qx3, mix);
  let u3 = i32x4.splat(<u32>shared0), v3 = u3;
  let k0 = i32x4.splat(key0 + 2 * W0), k1 = i32x4.splat(key1 + 2 * W1);
  for (let round = 2; round < 10; round++) {
    const ua = i64x2.extmul_low_i32x4_u(u0, m0), ub = i64x2.extmul_high_i32x4_u(u0, m0);
    const uc = i64x2.extmul_low_i32x4_u(u2, m1), ud = i64x2.extmul_high_i32x4_u(u2, m1);
    const va = i64x2.extmul_low_i32x4_u(v0, m0), vb = i64x2.extmul_high_i32x4_u(v0, m0);
    const vc = i64x2.extmul_low_i32x4_u(v2, m1), vd = i64x2.extmul_high_i32x4_u(v2, m1);
    u0 = v128.xor(v128.xor(highWords(uc, ud), u1), k0);
    v0 = v128.xor(v128.xor(highWords(vc, vd), v1), k0);
    u2 = v128.xor(v128.xor(highWords(ua, ub), u3), k1);
    v2 = v128.xor(v128.xor(highWords(va, vb), v3), k1);
    u1 = lowWords(uc, ud);
    v1 = lowWords(vc, vd);
    u3 = lowWords(ua, ub);
    v3 = lowWords(va, vb);
    k0 = i32x4.add(k0, w0);
    k1 = i32x4.add(k1, w1);
  }
  storeCounters(out, u0, u1, u2, u3);
  storeCounters(out + 64, v0, v1, v2, v3);
}
