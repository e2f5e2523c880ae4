// One panel of C (+)= A·B: `rows` rows of A times one packed panel of B. Shapes: c [rows × width] with rows
// ldc bytes apart, a [rows × k] lda bytes apart, b packed [k × width], bias [width] or 0. `load`: the sum starts
// from C, else from 0; then k products in order; then the bias. Rows past the end are computed as copies of the
// last row, which they overwrite with the same value: tails need no loop of their own.
import { madd } from "../simd";

/** Tile of 2 rows × 16 columns. */
export function panel2x16(
  c: usize, a: usize, b: usize, bias: usize, rows: i32, k: i32, lda: usize, ldc: usize, load: bool,
): void {
  const unrolled = (<usize>(k & ~3)) << 2;
  const whole = (<usize>k) << 2;
  for (let i = 0; i < rows; i += 2) {
    let a0 = a;
    let a1 = i + 1 < rows ? a0 + lda : a0;
    const c1 = i + 1 < rows ? c + ldc : c;
    let p = b;
    let s00 = f32x4.splat(0), s01 = f32x4.splat(0), s02 = f32x4.splat(0), s03 = f32x4.splat(0);
    let s10 = f32x4.splat(0), s11 = f32x4.splat(0), s12 = f32x4.splat(0), s13 = f32x4.splat(0);
    if (load) {
      s00 = v128.load(c);
      s01 = v128.load(c, 16);
      s02 = v128.load(c, 32);
      s03 = v128.load(c, 48);
      s10 = v128.load(c1);
      s11 = v128.load(c1, 16);
      s12 = v128.load(c1, 32);
      s13 = v128.load(c1, 48);
    }
    const end = a0 + unrolled;
    while (a0 < end) {
      const b0a = v128.load(p);
      const b1a = v128.load(p, 16);
      const b2a = v128.load(p, 32);
      const b3a = v128.load(p, 48);
      const x0a = v128.load32_splat(a0);
      s00 = madd(b0a, x0a, s00);
      s01 = madd(b1a, x0a, s01);
      s02 = madd(b2a, x0a, s02);
      s03 = madd(b3a, x0a, s03);
      const x1a = v128.load32_splat(a1);
      s10 = madd(b0a, x1a, s10);
      s11 = madd(b1a, x1a, s11);
      s12 = madd(b2a, x1a, s12);
      s13 = madd(b3a, x1a, s13);
      const b0b = v128.load(p, 64);
      const b1b = v128.load(p, 80);
      const b2b = v128.load(p, 96);
      const b3b = v128.load(p, 112);
      const x0b = v128.load32_splat(a0, 4);
      s00 = madd(b0b, x0b, s00);
      s01 = madd(b1b, x0b, s01);
      s02 = madd(b2b, x0b, s02);
      s03 = madd(b3b, x0b, s03);
      const x1b = v128.load32_splat(a1, 4);
      s10 = madd(b0b, x1b, s10);
      s11 = madd(b1b, x1b, s11);
      s12 = madd(b2b, x1b, s12);
      s13 = madd(b3b, x1b, s13);
      const b0c = v128.load(p, 128);
      const b1c = v128.load(p, 144);
      const b2c = v128.load(p, 160);
      const b3c = v128.load(p, 176);
      const x0c = v128.load32_splat(a0, 8);
      s00 = madd(b0c, x0c, s00);
      s01 = madd(b1c, x0c, s01);
      s02 = madd(b2c, x0c, s02);
      s03 = madd(b3c, x0c, s03);
      const x1c = v128.load32_splat(a1, 8);
      s10 = madd(b0c, x1c, s10);
      s11 = madd(b1c, x1c, s11);
      s12 = madd(b2c, x1c, s12);
      s13 = madd(b3c, x1c, s13);
      const b0d = v128.load(p, 192);
      const b1d = v128.load(p, 208);
      const b2d = v128.load(p, 224);
      const b3d = v128.load(p, 240);
      const x0d = v128.load32_splat(a0, 12);
      s00 = madd(b0d, x0d, s00);
      s01 = madd(b1d, x0d, s01);
      s02 = madd(b2d, x0d, s02);
      s03 = madd(b3d, x0d, s03);
      const x1d = v128.load32_splat(a1, 12);
      s10 = madd(b0d, x1d, s10);
      s11 = madd(b1d, x1d, s11);
      s12 = madd(b2d, x1d, s12);
      s13 = madd(b3d, x1d, s13);
      a0 += 16;
      a1 += 16;
      p += 256;
    }
    const last = a + whole;
    while (a0 < last) {
      const b0a = v128.load(p);
      const b1a = v128.load(p, 16);
      const b2a = v128.load(p, 32);
      const b3a = v128.load(p, 48);
      const x0a = v128.load32_splat(a0);
      s00 = madd(b0a, x0a, s00);
      s01 = madd(b1a, x0a, s01);
      s02 = madd(b2a, x0a, s02);
      s03 = madd(b3a, x0a, s03);
      const x1a = v128.load32_splat(a1);
      s10 = madd(b0a, x1a, s10);
      s11 = madd(b1a, x1a, s11);
      s12 = madd(b2a, x1a, s12);
      s13 = madd(b3a, x1a, s13);
      a0 += 4;
      a1 += 4;
      p += 64;
    }
    if (bias) {
      const b0 = v128.load(bias);
      const b1 = v128.load(bias, 16);
      const b2 = v128.load(bias, 32);
      const b3 = v128.load(bias, 48);
      s00 = f32x4.add(s00, b0);
      s01 = f32x4.add(s01, b1);
      s02 = f32x4.add(s02, b2);
      s03 = f32x4.add(s03, b3);
      s10 = f32x4.add(s10, b0);
      s11 = f32x4.add(s11, b1);
      s12 = f32x4.add(s12, b2);
      s13 = f32x4.add(s13, b3);
    }
    v128.store(c, s00);
    v128.store(c, s01, 16);
    v128.store(c, s02, 32);
    v128.store(c, s03, 48);
    v128.store(c1, s10);
    v128.store(c1, s11, 16);
    v128.store(c1, s12, 32);
    v128.store(c1, s13, 48);
    a += 2 * lda;
    c += 2 * ldc;
  }
}

/** Tile of 3 rows × 16 columns. */
export function panel3x16(
  c: usize, a: usize, b: usize, bias: usize, rows: i32, k: i32, lda: usize, ldc: usize, load: bool,
): void {
  const unrolled = (<usize>(k & ~1)) << 2;
  const whole = (<usize>k) << 2;
  for (let i = 0; i < rows; i += 3) {
    let a0 = a;
    let a1 = i + 1 < rows ? a0 + lda : a0;
    let a2 = i + 2 < rows ? a1 + lda : a1;
    const c1 = i + 1 < rows ? c + ldc : c;
    const c2 = i + 2 < rows ? c1 + ldc : c1;
    let p = b;
    let s00 = f32x4.splat(0), s01 = f32x4.splat(0), s02 = f32x4.splat(0), s03 = f32x4.splat(0);
    let s10 = f32x4.splat(0), s11 = f32x4.splat(0), s12 = f32x4.splat(0), s13 = f32x4.splat(0);
    let s20 = f32x4.splat(0), s21 = f32x4.splat(0), s22 = f32x4.splat(0), s23 = f32x4.splat(0);
    if (load) {
      s00 = v128.load(c);
      s01 = v128.load(c, 16);
      s02 = v128.load(c, 32);
      s03 = v128.load(c, 48);
      s10 = v128.load(c1);
      s11 = v128.load(c1, 16);
      s12 = v128.load(c1, 32);
      s13 = v128.load(c1, 48);
      s20 = v128.load(c2);
      s21 = v128.load(c2, 16);
      s22 = v128.load(c2, 32);
      s23 = v128.load(c2, 48);
    }
    const end = a0 + unrolled;
    while (a0 < end) {
      const b0a = v128.load(p);
      const b1a = v128.load(p, 16);
      const b2a = v128.load(p, 32);
      const b3a = v128.load(p, 48);
      const x0a = v128.load32_splat(a0);
      s00 = madd(b0a, x0a, s00);
      s01 = madd(b1a, x0a, s01);
      s02 = madd(b2a, x0a, s02);
      s03 = madd(b3a, x0a, s03);
      const x1a = v128.load32_splat(a1);
      s10 = madd(b0a, x1a, s10);
      s11 = madd(b1a, x1a, s11);
      s12 = madd(b2a, x1a, s12);
      s13 = madd(b3a, x1a, s13);
      const x2a = v128.load32_splat(a2);
      s20 = madd(b0a, x2a, s20);
      s21 = madd(b1a, x2a, s21);
      s22 = madd(b2a, x2a, s22);
      s23 = madd(b3a, x2a, s23);
      const b0b = v128.load(p, 64);
      const b1b = v128.load(p, 80);
      const b2b = v128.load(p, 96);
      const b3b = v128.load(p, 112);
      const x0b = v128.load32_splat(a0, 4);
      s00 = madd(b0b, x0b, s00);
      s01 = madd(b1b, x0b, s01);
      s02 = madd(b2b, x0b, s02);
      s03 = madd(b3b, x0b, s03);
      const x1b = v128.load32_splat(a1, 4);
      s10 = madd(b0b, x1b, s10);
      s11 = madd(b1b, x1b, s11);
      s12 = madd(b2b, x1b, s12);
      s13 = madd(b3b, x1b, s13);
      const x2b = v128.load32_splat(a2, 4);
      s20 = madd(b0b, x2b, s20);
      s21 = madd(b1b, x2b, s21);
      s22 = madd(b2b, x2b, s22);
      s23 = madd(b3b, x2b, s23);
      a0 += 8;
      a1 += 8;
      a2 += 8;
      p += 128;
    }
    const last = a + whole;
    while (a0 < last) {
      const b0a = v128.load(p);
      const b1a = v128.load(p, 16);
      const b2a = v128.load(p, 32);
      const b3a = v128.load(p, 48);
      const x0a = v128.load32_splat(a0);
      s00 = madd(b0a, x0a, s00);
      s01 = madd(b1a, x0a, s01);
      s02 = madd(b2a, x0a, s02);
      s03 = madd(b3a, x0a, s03);
      const x1a = v128.load32_splat(a1);
      s10 = madd(b0a, x1a, s10);
      s11 = madd(b1a, x1a, s11);
      s12 = madd(b2a, x1a, s12);
      s13 = madd(b3a, x1a, s13);
      const x2a = v128.load32_splat(a2);
      s20 = madd(b0a, x2a, s20);
      s21 = madd(b1a, x2a, s21);
      s22 = madd(b2a, x2a, s22);
      s23 = madd(b3a, x2a, s23);
      a0 += 4;
      a1 += 4;
      a2 += 4;
      p += 64;
    }
    if (bias) {
      const b0 = v128.load(bias);
      const b1 = v128.load(bias, 16);
      const b2 = v128.load(bias, 32);
      const b3 = v128.load(bias, 48);
      s00 = f32x4.add(s00, b0);
      s01 = f32x4.add(s01, b1);
      s02 = f32x4.add(s02, b2);
      s03 = f32x4.add(s03, b3);
      s10 = f32x4.add(s10, b0);
      s11 = f32x4.add(s11, b1);
      s12 = f32x4.add(s12, b2);
      s13 = f32x4.add(s13, b3);
      s20 = f32x4.add(s20, b0);
      s21 = f32x4.add(s21, b1);
      s22 = f32x4.add(s22, b2);
      s23 = f32x4.add(s23, b3);
    }
    v128.store(c, s00);
    v128.store(c, s01, 16);
    v128.store(c, s02, 32);
    v128.store(c, s03, 48);
    v128.store(c1, s10);
    v128.store(c1, s11, 16);
    v128.store(c1, s12, 32);
    v128.store(c1, s13, 48);
    v128.store(c2, s20);
    v128.store(c2, s21, 16);
    v128.store(c2, s22, 32);
    v128.store(c2, s23, 48);
    a += 3 * lda;
    c += 3 * ldc;
  }
}
