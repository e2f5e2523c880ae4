// outer.ts for few columns: tiles of 4, 8 or 12 rows × 4 columns and of 4 × 8, so that there are as many sums as
// cover the latency of an addition.
import { One, Three, Two } from "../counts";
import { madd } from "../simd";
import { ZEROS } from "./layout";

/** C [M × N] (+)= Aᵀ·B as `outer`, M and N multiples of 4. */
export function outerNarrow(
  c: usize, a: usize, b: usize, M: i32, N: i32, k: i32, lda: usize, ldb: usize, ldc: usize, load: bool,
): void {
  for (; N >= 8; N -= 8, b += 32, c += 32) {
    let to = c, from = a;
    for (let m = M; m > 0; m -= 4, to += ldc << 2, from += 16) outer4x8(to, from, b, k, lda, ldb, ldc, load);
  }
  if (!N) return;
  while (M > 0) {
    const rows = M == 12 ? 12 : min(M, 8);
    if (rows == 12) outerBy4<Three>(c, a, b, k, lda, ldb, ldc, load);
    else if (rows == 8) outerBy4<Two>(c, a, b, k, lda, ldb, ldc, load);
    else outerBy4<One>(c, a, b, k, lda, ldb, ldc, load);
    M -= rows;
    c += <usize>rows * ldc;
    a += <usize>rows << 2;
  }
}

/** Tile of 4 rows × 8 columns. */
function outer4x8(
  c: usize, a: usize, b: usize, k: i32, lda: usize, ldb: usize, ldc: usize, load: bool,
): void {
  const c1 = c + ldc, c2 = c1 + ldc, c3 = c2 + ldc;
  const from0 = load ? c : ZEROS, from1 = load ? c1 : ZEROS, from2 = load ? c2 : ZEROS, from3 = load ? c3 : ZEROS;
  let s00 = v128.load(from0), s01 = v128.load(from0, 16), s10 = v128.load(from1), s11 = v128.load(from1, 16);
  let s20 = v128.load(from2), s21 = v128.load(from2, 16), s30 = v128.load(from3), s31 = v128.load(from3, 16);
  for (; k; k--, a += lda, b += ldb) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    const x0 = v128.load32_splat(a), x1 = v128.load32_splat(a, 4);
    const x2 = v128.load32_splat(a, 8), x3 = v128.load32_splat(a, 12);
    s00 = madd(b0, x0, s00); s01 = madd(b1, x0, s01);
    s10 = madd(b0, x1, s10); s11 = madd(b1, x1, s11);
    s20 = madd(b0, x2, s20); s21 = madd(b1, x2, s21);
    s30 = madd(b0, x3, s30); s31 = madd(b1, x3, s31);
  }
  v128.store(c, s00);
  v128.store(c, s01, 16);
  v128.store(c1, s10);
  v128.store(c1, s11, 16);
  v128.store(c2, s20);
  v128.store(c2, s21, 16);
  v128.store(c3, s30);
  v128.store(c3, s31, 16);
}

/** Tile of 4, 8 or 12 rows (Fours counts them) × 4 columns. */
function outerBy4<Fours>(
  c: usize, a: usize, b: usize, k: i32, lda: usize, ldb: usize, ldc: usize, load: bool,
): void {
  const zero = v128.load(ZEROS), ld4 = ldc << 2, cc = c + ld4, ccc = cc + ld4, ld2 = ldc << 1, ld3 = ld2 + ldc;
  let s0 = zero, s1 = zero, s2 = zero, s3 = zero, s4 = zero, s5 = zero;
  let s6 = zero, s7 = zero, s8 = zero, s9 = zero, s10 = zero, s11 = zero;
  if (load) {
    s0 = v128.load(c); s1 = v128.load(c + ldc); s2 = v128.load(c + ld2); s3 = v128.load(c + ld3);
    if (offsetof<Fours>() > 16) {
      s4 = v128.load(cc); s5 = v128.load(cc + ldc); s6 = v128.load(cc + ld2); s7 = v128.load(cc + ld3);
    }
    if (offsetof<Fours>() > 32) {
      s8 = v128.load(ccc); s9 = v128.load(ccc + ldc); s10 = v128.load(ccc + ld2); s11 = v128.load(ccc + ld3);
    }
  }
  for (; k; k--, a += lda, b += ldb) {
    const y = v128.load(b);
    s0 = madd(y, v128.load32_splat(a), s0); s1 = madd(y, v128.load32_splat(a, 4), s1);
    s2 = madd(y, v128.load32_splat(a, 8), s2); s3 = madd(y, v128.load32_splat(a, 12), s3);
    if (offsetof<Fours>() > 16) {
      s4 = madd(y, v128.load32_splat(a, 16), s4); s5 = madd(y, v128.load32_splat(a, 20), s5);
      s6 = madd(y, v128.load32_splat(a, 24), s6); s7 = madd(y, v128.load32_splat(a, 28), s7);
    }
    if (offsetof<Fours>() > 32) {
      s8 = madd(y, v128.load32_splat(a, 32), s8); s9 = madd(y, v128.load32_splat(a, 36), s9);
      s10 = madd(y, v128.load32_splat(a, 40), s10); s11 = madd(y, v128.load32_splat(a, 44), s11);
    }
  }
  v128.store(c, s0); v128.store(c + ldc, s1); v128.store(c + ld2, s2); v128.store(c + ld3, s3);
  if (offsetof<Fours>() > 16) {
    v128.store(cc, s4); v128.store(cc + ldc, s5); v128.store(cc + ld2, s6); v128.store(cc + ld3, s7);
  }
  if (offsetof<Fours>() > 32) {
    v128.store(ccc, s8); v128.store(ccc + ldc, s9); v128.store(ccc + ld2, s10); v128.store(ccc + ld3, s11);
  }
}
