// What an engine reaches with multiplications and additions alone: the yardstick of the benchmarks, no part of any model.
import { madd } from "../simd";

/** A step of a chain: a multiplication, or the build's fused multiply-add. */
// @ts-ignore: decorator
@inline
function times(x: v128, factor: v128, term: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? madd(x, factor, term) : f32x4.mul(x, factor);
}

/** A step of a chain: an addition, or the build's fused multiply-add. */
// @ts-ignore: decorator
@inline
function plus(x: v128, factor: v128, term: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? madd(x, factor, term) : f32x4.add(x, term);
}

/**
 * out [50]: of each sixteen floats up to 48 the first eight become x·out[48], the others x + out[49], all of them
 * x·out[48] + out[49] in a build that fuses; `turns` times, in registers. The twelve chains do not wait for each
 * other, as a product's multiplications do not for its additions. 48 operations a turn, 96 where they are fused.
 */
export function maddLoop(out: usize, turns: i32): void {
  // From memory: V8 would build a constant anew at every use.
  const factor = v128.load32_splat(out, 192), first = v128.load32_splat(out, 196);
  let s0 = v128.load(out);
  let s1 = v128.load(out, 16);
  let s2 = v128.load(out, 32);
  let s3 = v128.load(out, 48);
  let s4 = v128.load(out, 64);
  let s5 = v128.load(out, 80);
  let s6 = v128.load(out, 96);
  let s7 = v128.load(out, 112);
  let s8 = v128.load(out, 128);
  let s9 = v128.load(out, 144);
  let s10 = v128.load(out, 160);
  let s11 = v128.load(out, 176);
  for (let i = 0; i < turns; ++i) {
    s0 = times(s0, factor, first);
    s1 = times(s1, factor, first);
    s2 = plus(s2, factor, first);
    s3 = plus(s3, factor, first);
    s4 = times(s4, factor, first);
    s5 = times(s5, factor, first);
    s6 = plus(s6, factor, first);
    s7 = plus(s7, factor, first);
    s8 = times(s8, factor, first);
    s9 = times(s9, factor, first);
    s10 = plus(s10, factor, first);
    s11 = plus(s11, factor, first);
  }
  v128.store(out, s0);
  v128.store(out, s1, 16);
  v128.store(out, s2, 32);
  v128.store(out, s3, 48);
  v128.store(out, s4, 64);
  v128.store(out, s5, 80);
  v128.store(out, s6, 96);
  v128.store(out, s7, 112);
  v128.store(out, s8, 128);
  v128.store(out, s9, 144);
  v128.store(out, s10, 160);
  v128.store(out, s11, 176);
}

/** The same of 24 chains, out [98], for widened code, whose registers hold two of them: twice the operations. */
export function maddLoopWide(out: usize, turns: i32): void {
  const factor = v128.load32_splat(out, 384), first = v128.load32_splat(out, 388);
  let s0 = v128.load(out);
  let s1 = v128.load(out, 16);
  let s2 = v128.load(out, 32);
  let s3 = v128.load(out, 48);
  let s4 = v128.load(out, 64);
  let s5 = v128.load(out, 80);
  let s6 = v128.load(out, 96);
  let s7 = v128.load(out, 112);
  let s8 = v128.load(out, 128);
  let s9 = v128.load(out, 144);
  let s10 = v128.load(out, 160);
  let s11 = v128.load(out, 176);
  let s12 = v128.load(out, 192);
  let s13 = v128.load(out, 208);
  let s14 = v128.load(out, 224);
  let s15 = v128.load(out, 240);
  let s16 = v128.load(out, 256);
  let s17 = v128.load(out, 272);
  let s18 = v128.load(out, 288);
  let s19 = v128.load(out, 304);
  let s20 = v128.load(out, 320);
  let s21 = v128.load(out, 336);
  let s22 = v128.load(out, 352);
  let s23 = v128.load(out, 368);
  for (let i = 0; i < turns; ++i) {
    s0 = times(s0, factor, first);
    s1 = times(s1, factor, first);
    s2 = plus(s2, factor, first);
    s3 = plus(s3, factor, first);
    s4 = times(s4, factor, first);
    s5 = times(s5, factor, first);
    s6 = plus(s6, factor, first);
    s7 = plus(s7, factor, first);
    s8 = times(s8, factor, first);
    s9 = times(s9, factor, first);
    s10 = plus(s10, factor, first);
    s11 = plus(s11, factor, first);
    s12 = times(s12, factor, first);
    s13 = times(s13, factor, first);
    s14 = plus(s14, factor, first);
    s15 = plus(s15, factor, first);
    s16 = times(s16, factor, first);
    s17 = times(s17, factor, first);
    s18 = plus(s18, factor, first);
    s19 = plus(s19, factor, first);
    s20 = times(s20, factor, first);
    s21 = times(s21, factor, first);
    s22 = plus(s22, factor, first);
    s23 = plus(s23, factor, first);
  }
  v128.store(out, s0);
  v128.store(out, s1, 16);
  v128.store(out, s2, 32);
  v128.store(out, s3, 48);
  v128.store(out, s4, 64);
  v128.store(out, s5, 80);
  v128.store(out, s6, 96);
  v128.store(out, s7, 112);
  v128.store(out, s8, 128);
  v128.store(out, s9, 144);
  v128.store(out, s10, 160);
  v128.store(out, s11, 176);
  v128.store(out, s12, 192);
  v128.store(out, s13, 208);
  v128.store(out, s14, 224);
  v128.store(out, s15, 240);
  v128.store(out, s16, 256);
  v128.store(out, s17, 272);
  v128.store(out, s18, 288);
  v128.store(out, s19, 304);
  v128.store(out, s20, 320);
  v128.store(out, s21, 336);
  v128.store(out, s22, 352);
  v128.store(out, s23, 368);
}
