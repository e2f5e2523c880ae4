// What an engine reaches with multiply-adds alone: the yardstick of the benchmarks, no part of any model.
import { madd } from "../simd";

/**
 * x ← x·factor + out[0 … 3] for the first 48 floats of out [49], whose last is the factor, `turns` times, all
 * in registers: twelve independent chains of a multiply and an add, as many as cover the latency of both.
 * 96 operations a turn.
 */
export function maddLoop(out: usize, turns: i32): void {
  // From memory: V8 would build a constant anew at every use.
  const factor = v128.load32_splat(out, 192);
  const first = v128.load(out);
  let s0 = v128.load(out, 0);
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
    s0 = madd(s0, factor, first);
    s1 = madd(s1, factor, first);
    s2 = madd(s2, factor, first);
    s3 = madd(s3, factor, first);
    s4 = madd(s4, factor, first);
    s5 = madd(s5, factor, first);
    s6 = madd(s6, factor, first);
    s7 = madd(s7, factor, first);
    s8 = madd(s8, factor, first);
    s9 = madd(s9, factor, first);
    s10 = madd(s10, factor, first);
    s11 = madd(s11, factor, first);
  }
  v128.store(out, s0, 0);
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
