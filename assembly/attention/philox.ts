// Stand-in until assembly/random.ts has it.

/** out[4][4] u32: words 0 … 3 of Philox4x32-10 for the counters (first + i, stream, step, 0), i = 0 … 3. */
// @ts-ignore: decorator
@inline
export function philox4(out: usize, first: u32, stream: u32, rng: usize): void {
  let c0 = i32x4.add(i32x4.splat(first), i32x4(0, 1, 2, 3)), c1 = i32x4.splat(stream);
  let c2 = v128.load32_splat(rng, 8), c3 = i32x4.splat(0);
  let k0 = v128.load32_splat(rng), k1 = v128.load32_splat(rng, 4);
  const m0 = i32x4.splat(0xd2511f53), m1 = i32x4.splat(0xcd9e8d57);
  const w0 = i32x4.splat(0x9e3779b9), w1 = i32x4.splat(0xbb67ae85);
  for (let round: i32 = 0; round < 10; round++) {
    const a = i64x2.extmul_low_i32x4_u(c0, m0), ah = i64x2.extmul_high_i32x4_u(c0, m0);
    const b = i64x2.extmul_low_i32x4_u(c2, m1), bh = i64x2.extmul_high_i32x4_u(c2, m1);
    c0 = v128.xor(v128.xor(v128.shuffle<i32>(b, bh, 1, 3, 5, 7), c1), k0);
    c1 = v128.shuffle<i32>(b, bh, 0, 2, 4, 6);
    c2 = v128.xor(v128.xor(v128.shuffle<i32>(a, ah, 1, 3, 5, 7), c3), k1);
    c3 = v128.shuffle<i32>(a, ah, 0, 2, 4, 6);
    k0 = i32x4.add(k0, w0);
    k1 = i32x4.add(k1, w1);
  }
  v128.store(out, c0);
  v128.store(out, c1, 16);
  v128.store(out, c2, 32);
  v128.store(out, c3, 48);
}
