// Panels of 4 columns with so few rows of B that all of B stays in registers; panel16.ts says what panels do.
import { One, Two } from "../counts";
import { madd } from "../simd";

/** Whether `panel4x4Held` takes them. */
// @ts-ignore: decorator
@inline
export function heldTakes(rows: i32, k: i32): bool {
  return (rows & 3) == 0 && (k == 4 || k == 8);
}

/** As panel4x4 of A as its owner stores it; rows a multiple of 4, k 4 or 8. */
export function panel4x4Held(
  c: usize, a: usize, b: usize, bias: usize, rows: i32, k: i32, lda: usize, ldc: usize, load: bool,
): void {
  if (k == 4) held<One>(c, a, b, bias, rows, lda, ldc, load);
  else held<Two>(c, a, b, bias, rows, lda, ldc, load);
}

/** Fours counts fours of k. */
function held<Fours>(
  c: usize, a: usize, b: usize, bias: usize, rows: i32, lda: usize, ldc: usize, load: bool,
): void {
  const b0 = v128.load(b), b1 = v128.load(b, 16), b2 = v128.load(b, 32), b3 = v128.load(b, 48);
  let b4 = b0, b5 = b0, b6 = b0, b7 = b0;
  if (offsetof<Fours>() > 16) {
    b4 = v128.load(b, 64);
    b5 = v128.load(b, 80);
    b6 = v128.load(b, 96);
    b7 = v128.load(b, 112);
  }
  const lda2 = lda << 1, lda3 = lda2 + lda, ldc2 = ldc << 1, ldc3 = ldc2 + ldc;
  for (; rows > 0; rows -= 4, a += lda << 2, c += ldc << 2) {
    const a1 = a + lda, a2 = a + lda2, a3 = a + lda3;
    let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
    if (load) {
      s0 = v128.load(c);
      s1 = v128.load(c + ldc);
      s2 = v128.load(c + ldc2);
      s3 = v128.load(c + ldc3);
    }
    s0 = madd(b0, v128.load32_splat(a), s0);
    s1 = madd(b0, v128.load32_splat(a1), s1);
    s2 = madd(b0, v128.load32_splat(a2), s2);
    s3 = madd(b0, v128.load32_splat(a3), s3);
    s0 = madd(b1, v128.load32_splat(a, 4), s0);
    s1 = madd(b1, v128.load32_splat(a1, 4), s1);
    s2 = madd(b1, v128.load32_splat(a2, 4), s2);
    s3 = madd(b1, v128.load32_splat(a3, 4), s3);
    s0 = madd(b2, v128.load32_splat(a, 8), s0);
    s1 = madd(b2, v128.load32_splat(a1, 8), s1);
    s2 = madd(b2, v128.load32_splat(a2, 8), s2);
    s3 = madd(b2, v128.load32_splat(a3, 8), s3);
    s0 = madd(b3, v128.load32_splat(a, 12), s0);
    s1 = madd(b3, v128.load32_splat(a1, 12), s1);
    s2 = madd(b3, v128.load32_splat(a2, 12), s2);
    s3 = madd(b3, v128.load32_splat(a3, 12), s3);
    if (offsetof<Fours>() > 16) {
      s0 = madd(b4, v128.load32_splat(a, 16), s0);
      s1 = madd(b4, v128.load32_splat(a1, 16), s1);
      s2 = madd(b4, v128.load32_splat(a2, 16), s2);
      s3 = madd(b4, v128.load32_splat(a3, 16), s3);
      s0 = madd(b5, v128.load32_splat(a, 20), s0);
      s1 = madd(b5, v128.load32_splat(a1, 20), s1);
      s2 = madd(b5, v128.load32_splat(a2, 20), s2);
      s3 = madd(b5, v128.load32_splat(a3, 20), s3);
      s0 = madd(b6, v128.load32_splat(a, 24), s0);
      s1 = madd(b6, v128.load32_splat(a1, 24), s1);
      s2 = madd(b6, v128.load32_splat(a2, 24), s2);
      s3 = madd(b6, v128.load32_splat(a3, 24), s3);
      s0 = madd(b7, v128.load32_splat(a, 28), s0);
      s1 = madd(b7, v128.load32_splat(a1, 28), s1);
      s2 = madd(b7, v128.load32_splat(a2, 28), s2);
      s3 = madd(b7, v128.load32_splat(a3, 28), s3);
    }
    if (bias) {
      const addend = v128.load(bias);
      s0 = f32x4.add(s0, addend);
      s1 = f32x4.add(s1, addend);
      s2 = f32x4.add(s2, addend);
      s3 = f32x4.add(s3, addend);
    }
    v128.store(c, s0);
    v128.store(c + ldc, s1);
    v128.store(c + ldc2, s2);
    v128.store(c + ldc3, s3);
  }
}
