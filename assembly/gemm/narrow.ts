// Panels of 8 and of 4 columns; panel16.ts says how they work.
import { madd } from "../simd";

const ZEROS = memory.data(32, 64);

/** Tile of 4 rows × 8 columns. */
export function panel4x8(
  c: usize, a: usize, b: usize, bias: usize, rows: i32, k: i32, lda: usize, ldc: usize, load: bool,
): void {
  for (let i = 0; i < rows; i += 4) {
    let a0 = a;
    let a1 = i + 1 < rows ? a0 + lda : a0;
    let a2 = i + 2 < rows ? a1 + lda : a1;
    let a3 = i + 3 < rows ? a2 + lda : a2;
    const c1 = i + 1 < rows ? c + ldc : c;
    const c2 = i + 2 < rows ? c1 + ldc : c1;
    const c3 = i + 3 < rows ? c2 + ldc : c2;
    const from0 = load ? c : ZEROS;
    const from1 = load ? c1 : ZEROS;
    const from2 = load ? c2 : ZEROS;
    const from3 = load ? c3 : ZEROS;
    let s00 = v128.load(from0), s01 = v128.load(from0, 16);
    let s10 = v128.load(from1), s11 = v128.load(from1, 16);
    let s20 = v128.load(from2), s21 = v128.load(from2, 16);
    let s30 = v128.load(from3), s31 = v128.load(from3, 16);
    let p = b;
    let j = k;
    while (j) {
      {
        const b0 = v128.load(p), b1 = v128.load(p, 16);
        const x0 = v128.load32_splat(a0), x1 = v128.load32_splat(a1);
        const x2 = v128.load32_splat(a2), x3 = v128.load32_splat(a3);
        s00 = madd(b0, x0, s00); s01 = madd(b1, x0, s01);
        s10 = madd(b0, x1, s10); s11 = madd(b1, x1, s11);
        s20 = madd(b0, x2, s20); s21 = madd(b1, x2, s21);
        s30 = madd(b0, x3, s30); s31 = madd(b1, x3, s31);
      }
      if (j == 1) break;
      {
        const b0 = v128.load(p, 32), b1 = v128.load(p, 48);
        const x0 = v128.load32_splat(a0, 4), x1 = v128.load32_splat(a1, 4);
        const x2 = v128.load32_splat(a2, 4), x3 = v128.load32_splat(a3, 4);
        s00 = madd(b0, x0, s00); s01 = madd(b1, x0, s01);
        s10 = madd(b0, x1, s10); s11 = madd(b1, x1, s11);
        s20 = madd(b0, x2, s20); s21 = madd(b1, x2, s21);
        s30 = madd(b0, x3, s30); s31 = madd(b1, x3, s31);
      }
      if (j == 2) break;
      {
        const b0 = v128.load(p, 64), b1 = v128.load(p, 80);
        const x0 = v128.load32_splat(a0, 8), x1 = v128.load32_splat(a1, 8);
        const x2 = v128.load32_splat(a2, 8), x3 = v128.load32_splat(a3, 8);
        s00 = madd(b0, x0, s00); s01 = madd(b1, x0, s01);
        s10 = madd(b0, x1, s10); s11 = madd(b1, x1, s11);
        s20 = madd(b0, x2, s20); s21 = madd(b1, x2, s21);
        s30 = madd(b0, x3, s30); s31 = madd(b1, x3, s31);
      }
      if (j == 3) break;
      {
        const b0 = v128.load(p, 96), b1 = v128.load(p, 112);
        const x0 = v128.load32_splat(a0, 12), x1 = v128.load32_splat(a1, 12);
        const x2 = v128.load32_splat(a2, 12), x3 = v128.load32_splat(a3, 12);
        s00 = madd(b0, x0, s00); s01 = madd(b1, x0, s01);
        s10 = madd(b0, x1, s10); s11 = madd(b1, x1, s11);
        s20 = madd(b0, x2, s20); s21 = madd(b1, x2, s21);
        s30 = madd(b0, x3, s30); s31 = madd(b1, x3, s31);
      }
      if (j == 4) break;
      {
        const b0 = v128.load(p, 128), b1 = v128.load(p, 144);
        const x0 = v128.load32_splat(a0, 16), x1 = v128.load32_splat(a1, 16);
        const x2 = v128.load32_splat(a2, 16), x3 = v128.load32_splat(a3, 16);
        s00 = madd(b0, x0, s00); s01 = madd(b1, x0, s01);
        s10 = madd(b0, x1, s10); s11 = madd(b1, x1, s11);
        s20 = madd(b0, x2, s20); s21 = madd(b1, x2, s21);
        s30 = madd(b0, x3, s30); s31 = madd(b1, x3, s31);
      }
      if (j == 5) break;
      {
        const b0 = v128.load(p, 160), b1 = v128.load(p, 176);
        const x0 = v128.load32_splat(a0, 20), x1 = v128.load32_splat(a1, 20);
        const x2 = v128.load32_splat(a2, 20), x3 = v128.load32_splat(a3, 20);
        s00 = madd(b0, x0, s00); s01 = madd(b1, x0, s01);
        s10 = madd(b0, x1, s10); s11 = madd(b1, x1, s11);
        s20 = madd(b0, x2, s20); s21 = madd(b1, x2, s21);
        s30 = madd(b0, x3, s30); s31 = madd(b1, x3, s31);
      }
      if (j == 6) break;
      {
        const b0 = v128.load(p, 192), b1 = v128.load(p, 208);
        const x0 = v128.load32_splat(a0, 24), x1 = v128.load32_splat(a1, 24);
        const x2 = v128.load32_splat(a2, 24), x3 = v128.load32_splat(a3, 24);
        s00 = madd(b0, x0, s00); s01 = madd(b1, x0, s01);
        s10 = madd(b0, x1, s10); s11 = madd(b1, x1, s11);
        s20 = madd(b0, x2, s20); s21 = madd(b1, x2, s21);
        s30 = madd(b0, x3, s30); s31 = madd(b1, x3, s31);
      }
      if (j == 7) break;
      {
        const b0 = v128.load(p, 224), b1 = v128.load(p, 240);
        const x0 = v128.load32_splat(a0, 28), x1 = v128.load32_splat(a1, 28);
        const x2 = v128.load32_splat(a2, 28), x3 = v128.load32_splat(a3, 28);
        s00 = madd(b0, x0, s00); s01 = madd(b1, x0, s01);
        s10 = madd(b0, x1, s10); s11 = madd(b1, x1, s11);
        s20 = madd(b0, x2, s20); s21 = madd(b1, x2, s21);
        s30 = madd(b0, x3, s30); s31 = madd(b1, x3, s31);
      }
      a0 += 32;
      a1 += 32;
      a2 += 32;
      a3 += 32;
      p += 256;
      j -= 8;
    }
    if (bias) {
      const b0 = v128.load(bias), b1 = v128.load(bias, 16);
      s00 = f32x4.add(s00, b0); s01 = f32x4.add(s01, b1);
      s10 = f32x4.add(s10, b0); s11 = f32x4.add(s11, b1);
      s20 = f32x4.add(s20, b0); s21 = f32x4.add(s21, b1);
      s30 = f32x4.add(s30, b0); s31 = f32x4.add(s31, b1);
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
  for (let i = 0; i < rows; i += 4) {
    let a0 = a;
    let a1 = i + 1 < rows ? a0 + lda : a0;
    let a2 = i + 2 < rows ? a1 + lda : a1;
    let a3 = i + 3 < rows ? a2 + lda : a2;
    const c1 = i + 1 < rows ? c + ldc : c;
    const c2 = i + 2 < rows ? c1 + ldc : c1;
    const c3 = i + 3 < rows ? c2 + ldc : c2;
    const from0 = load ? c : ZEROS;
    const from1 = load ? c1 : ZEROS;
    const from2 = load ? c2 : ZEROS;
    const from3 = load ? c3 : ZEROS;
    let s00 = v128.load(from0);
    let s10 = v128.load(from1);
    let s20 = v128.load(from2);
    let s30 = v128.load(from3);
    let p = b;
    let j = k;
    while (j) {
      {
        const b0 = v128.load(p);
        const x0 = v128.load32_splat(a0), x1 = v128.load32_splat(a1);
        const x2 = v128.load32_splat(a2), x3 = v128.load32_splat(a3);
        s00 = madd(b0, x0, s00); s10 = madd(b0, x1, s10); s20 = madd(b0, x2, s20); s30 = madd(b0, x3, s30);
      }
      if (j == 1) break;
      {
        const b0 = v128.load(p, 16);
        const x0 = v128.load32_splat(a0, 4), x1 = v128.load32_splat(a1, 4);
        const x2 = v128.load32_splat(a2, 4), x3 = v128.load32_splat(a3, 4);
        s00 = madd(b0, x0, s00); s10 = madd(b0, x1, s10); s20 = madd(b0, x2, s20); s30 = madd(b0, x3, s30);
      }
      if (j == 2) break;
      {
        const b0 = v128.load(p, 32);
        const x0 = v128.load32_splat(a0, 8), x1 = v128.load32_splat(a1, 8);
        const x2 = v128.load32_splat(a2, 8), x3 = v128.load32_splat(a3, 8);
        s00 = madd(b0, x0, s00); s10 = madd(b0, x1, s10); s20 = madd(b0, x2, s20); s30 = madd(b0, x3, s30);
      }
      if (j == 3) break;
      {
        const b0 = v128.load(p, 48);
        const x0 = v128.load32_splat(a0, 12), x1 = v128.load32_splat(a1, 12);
        const x2 = v128.load32_splat(a2, 12), x3 = v128.load32_splat(a3, 12);
        s00 = madd(b0, x0, s00); s10 = madd(b0, x1, s10); s20 = madd(b0, x2, s20); s30 = madd(b0, x3, s30);
      }
      a0 += 16;
      a1 += 16;
      a2 += 16;
      a3 += 16;
      p += 64;
      j -= 4;
    }
    if (bias) {
      const b0 = v128.load(bias);
      s00 = f32x4.add(s00, b0); s10 = f32x4.add(s10, b0); s20 = f32x4.add(s20, b0); s30 = f32x4.add(s30, b0);
    }
    v128.store(c, s00);
    v128.store(c1, s10);
    v128.store(c2, s20);
    v128.store(c3, s30);
    a += 4 * lda;
    c += 4 * ldc;
  }
}
