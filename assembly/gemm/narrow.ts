// The panels of 8 and of 4 columns; see panel16.ts.
import { madd } from "../simd";

/** Tile of 4 rows × 8 columns. */
export function panel4x8(
  c: usize, a: usize, b: usize, bias: usize, rows: i32, k: i32, lda: usize, ldc: usize, load: bool,
): void {
  const unrolled = (<usize>(k & ~3)) << 2;
  const whole = (<usize>k) << 2;
  for (let i = 0; i < rows; i += 4) {
    let a0 = a;
    let a1 = i + 1 < rows ? a0 + lda : a0;
    let a2 = i + 2 < rows ? a1 + lda : a1;
    let a3 = i + 3 < rows ? a2 + lda : a2;
    const c1 = i + 1 < rows ? c + ldc : c;
    const c2 = i + 2 < rows ? c1 + ldc : c1;
    const c3 = i + 3 < rows ? c2 + ldc : c2;
    let p = b;
    let s00 = f32x4.splat(0), s01 = f32x4.splat(0);
    let s10 = f32x4.splat(0), s11 = f32x4.splat(0);
    let s20 = f32x4.splat(0), s21 = f32x4.splat(0);
    let s30 = f32x4.splat(0), s31 = f32x4.splat(0);
    if (load) {
      s00 = v128.load(c);
      s01 = v128.load(c, 16);
      s10 = v128.load(c1);
      s11 = v128.load(c1, 16);
      s20 = v128.load(c2);
      s21 = v128.load(c2, 16);
      s30 = v128.load(c3);
      s31 = v128.load(c3, 16);
    }
    const end = a0 + unrolled;
    while (a0 < end) {
      const b0a = v128.load(p);
      const b1a = v128.load(p, 16);
      const x0a = v128.load32_splat(a0);
      s00 = madd(b0a, x0a, s00);
      s01 = madd(b1a, x0a, s01);
      const x1a = v128.load32_splat(a1);
      s10 = madd(b0a, x1a, s10);
      s11 = madd(b1a, x1a, s11);
      const x2a = v128.load32_splat(a2);
      s20 = madd(b0a, x2a, s20);
      s21 = madd(b1a, x2a, s21);
      const x3a = v128.load32_splat(a3);
      s30 = madd(b0a, x3a, s30);
      s31 = madd(b1a, x3a, s31);
      const b0b = v128.load(p, 32);
      const b1b = v128.load(p, 48);
      const x0b = v128.load32_splat(a0, 4);
      s00 = madd(b0b, x0b, s00);
      s01 = madd(b1b, x0b, s01);
      const x1b = v128.load32_splat(a1, 4);
      s10 = madd(b0b, x1b, s10);
      s11 = madd(b1b, x1b, s11);
      const x2b = v128.load32_splat(a2, 4);
      s20 = madd(b0b, x2b, s20);
      s21 = madd(b1b, x2b, s21);
      const x3b = v128.load32_splat(a3, 4);
      s30 = madd(b0b, x3b, s30);
      s31 = madd(b1b, x3b, s31);
      const b0c = v128.load(p, 64);
      const b1c = v128.load(p, 80);
      const x0c = v128.load32_splat(a0, 8);
      s00 = madd(b0c, x0c, s00);
      s01 = madd(b1c, x0c, s01);
      const x1c = v128.load32_splat(a1, 8);
      s10 = madd(b0c, x1c, s10);
      s11 = madd(b1c, x1c, s11);
      const x2c = v128.load32_splat(a2, 8);
      s20 = madd(b0c, x2c, s20);
      s21 = madd(b1c, x2c, s21);
      const x3c = v128.load32_splat(a3, 8);
      s30 = madd(b0c, x3c, s30);
      s31 = madd(b1c, x3c, s31);
      const b0d = v128.load(p, 96);
      const b1d = v128.load(p, 112);
      const x0d = v128.load32_splat(a0, 12);
      s00 = madd(b0d, x0d, s00);
      s01 = madd(b1d, x0d, s01);
      const x1d = v128.load32_splat(a1, 12);
      s10 = madd(b0d, x1d, s10);
      s11 = madd(b1d, x1d, s11);
      const x2d = v128.load32_splat(a2, 12);
      s20 = madd(b0d, x2d, s20);
      s21 = madd(b1d, x2d, s21);
      const x3d = v128.load32_splat(a3, 12);
      s30 = madd(b0d, x3d, s30);
      s31 = madd(b1d, x3d, s31);
      a0 += 16;
      a1 += 16;
      a2 += 16;
      a3 += 16;
      p += 128;
    }
    const last = a + whole;
    while (a0 < last) {
      const b0a = v128.load(p);
      const b1a = v128.load(p, 16);
      const x0a = v128.load32_splat(a0);
      s00 = madd(b0a, x0a, s00);
      s01 = madd(b1a, x0a, s01);
      const x1a = v128.load32_splat(a1);
      s10 = madd(b0a, x1a, s10);
      s11 = madd(b1a, x1a, s11);
      const x2a = v128.load32_splat(a2);
      s20 = madd(b0a, x2a, s20);
      s21 = madd(b1a, x2a, s21);
      const x3a = v128.load32_splat(a3);
      s30 = madd(b0a, x3a, s30);
      s31 = madd(b1a, x3a, s31);
      a0 += 4;
      a1 += 4;
      a2 += 4;
      a3 += 4;
      p += 32;
    }
    if (bias) {
      const b0 = v128.load(bias);
      const b1 = v128.load(bias, 16);
      s00 = f32x4.add(s00, b0);
      s01 = f32x4.add(s01, b1);
      s10 = f32x4.add(s10, b0);
      s11 = f32x4.add(s11, b1);
      s20 = f32x4.add(s20, b0);
      s21 = f32x4.add(s21, b1);
      s30 = f32x4.add(s30, b0);
      s31 = f32x4.add(s31, b1);
    }
    v128.store(c, s00);
    v128.store(c, s01, 16);
    v128.store(c1, s10);
    v128.store(c1, s11, 16);
    v128.store(c2, s20);
    v128.store(c2, s21, 16);
    v128.store(c3, s30);
    v128.store(c3, s31, 16);
    a += 4 * lda;
    c += 4 * ldc;
  }
}

/** Tile of 4 rows × 4 columns. */
export function panel4x4(
  c: usize, a: usize, b: usize, bias: usize, rows: i32, k: i32, lda: usize, ldc: usize, load: bool,
): void {
  const unrolled = (<usize>(k & ~3)) << 2;
  const whole = (<usize>k) << 2;
  for (let i = 0; i < rows; i += 4) {
    let a0 = a;
    let a1 = i + 1 < rows ? a0 + lda : a0;
    let a2 = i + 2 < rows ? a1 + lda : a1;
    let a3 = i + 3 < rows ? a2 + lda : a2;
    const c1 = i + 1 < rows ? c + ldc : c;
    const c2 = i + 2 < rows ? c1 + ldc : c1;
    const c3 = i + 3 < rows ? c2 + ldc : c2;
    let p = b;
    let s00 = f32x4.splat(0);
    let s10 = f32x4.splat(0);
    let s20 = f32x4.splat(0);
    let s30 = f32x4.splat(0);
    if (load) {
      s00 = v128.load(c);
      s10 = v128.load(c1);
      s20 = v128.load(c2);
      s30 = v128.load(c3);
    }
    const end = a0 + unrolled;
    while (a0 < end) {
      const b0a = v128.load(p);
      const x0a = v128.load32_splat(a0);
      s00 = madd(b0a, x0a, s00);
      const x1a = v128.load32_splat(a1);
      s10 = madd(b0a, x1a, s10);
      const x2a = v128.load32_splat(a2);
      s20 = madd(b0a, x2a, s20);
      const x3a = v128.load32_splat(a3);
      s30 = madd(b0a, x3a, s30);
      const b0b = v128.load(p, 16);
      const x0b = v128.load32_splat(a0, 4);
      s00 = madd(b0b, x0b, s00);
      const x1b = v128.load32_splat(a1, 4);
      s10 = madd(b0b, x1b, s10);
      const x2b = v128.load32_splat(a2, 4);
      s20 = madd(b0b, x2b, s20);
      const x3b = v128.load32_splat(a3, 4);
      s30 = madd(b0b, x3b, s30);
      const b0c = v128.load(p, 32);
      const x0c = v128.load32_splat(a0, 8);
      s00 = madd(b0c, x0c, s00);
      const x1c = v128.load32_splat(a1, 8);
      s10 = madd(b0c, x1c, s10);
      const x2c = v128.load32_splat(a2, 8);
      s20 = madd(b0c, x2c, s20);
      const x3c = v128.load32_splat(a3, 8);
      s30 = madd(b0c, x3c, s30);
      const b0d = v128.load(p, 48);
      const x0d = v128.load32_splat(a0, 12);
      s00 = madd(b0d, x0d, s00);
      const x1d = v128.load32_splat(a1, 12);
      s10 = madd(b0d, x1d, s10);
      const x2d = v128.load32_splat(a2, 12);
      s20 = madd(b0d, x2d, s20);
      const x3d = v128.load32_splat(a3, 12);
      s30 = madd(b0d, x3d, s30);
      a0 += 16;
      a1 += 16;
      a2 += 16;
      a3 += 16;
      p += 64;
    }
    const last = a + whole;
    while (a0 < last) {
      const b0a = v128.load(p);
      const x0a = v128.load32_splat(a0);
      s00 = madd(b0a, x0a, s00);
      const x1a = v128.load32_splat(a1);
      s10 = madd(b0a, x1a, s10);
      const x2a = v128.load32_splat(a2);
      s20 = madd(b0a, x2a, s20);
      const x3a = v128.load32_splat(a3);
      s30 = madd(b0a, x3a, s30);
      a0 += 4;
      a1 += 4;
      a2 += 4;
      a3 += 4;
      p += 16;
    }
    if (bias) {
      const b0 = v128.load(bias);
      s00 = f32x4.add(s00, b0);
      s10 = f32x4.add(s10, b0);
      s20 = f32x4.add(s20, b0);
      s30 = f32x4.add(s30, b0);
    }
    v128.store(c, s00);
    v128.store(c1, s10);
    v128.store(c2, s20);
    v128.store(c3, s30);
    a += 4 * lda;
    c += 4 * ldc;
  }
}
