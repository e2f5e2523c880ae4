// Panels of 8 and of 4 columns; panel16.ts says how they work.
import { madd } from "../simd";
import { rowAt, ZEROS } from "./layout";

/** Tile of 4 rows × 8 columns. */
export function panel4x8<A>(
  c: usize, a: usize, b: usize, bias: usize, rows: i32, k: i32, lda: usize, ldc: usize, load: bool,
): void {
  const last = rows - 1;
  for (let i = 0; i < rows; i += 4) {
    let a0 = rowAt<A>(a, i, lda);
    let a1 = rowAt<A>(a, min(i + 1, last), lda);
    let a2 = rowAt<A>(a, min(i + 2, last), lda);
    let a3 = rowAt<A>(a, min(i + 3, last), lda);
    const c0 = c + <usize>i * ldc;
    const c1 = c + <usize>min(i + 1, last) * ldc;
    const c2 = c + <usize>min(i + 2, last) * ldc;
    const c3 = c + <usize>min(i + 3, last) * ldc;
    const from0 = load ? c0 : ZEROS;
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
        const x0 = v128.load32_splat(a0, offsetof<A>()), x1 = v128.load32_splat(a1, offsetof<A>());
        const x2 = v128.load32_splat(a2, offsetof<A>()), x3 = v128.load32_splat(a3, offsetof<A>());
        s00 = madd(b0, x0, s00); s01 = madd(b1, x0, s01);
        s10 = madd(b0, x1, s10); s11 = madd(b1, x1, s11);
        s20 = madd(b0, x2, s20); s21 = madd(b1, x2, s21);
        s30 = madd(b0, x3, s30); s31 = madd(b1, x3, s31);
      }
      if (j == 2) break;
      {
        const b0 = v128.load(p, 64), b1 = v128.load(p, 80);
        const x0 = v128.load32_splat(a0, 2 * offsetof<A>()), x1 = v128.load32_splat(a1, 2 * offsetof<A>());
        const x2 = v128.load32_splat(a2, 2 * offsetof<A>()), x3 = v128.load32_splat(a3, 2 * offsetof<A>());
        s00 = madd(b0, x0, s00); s01 = madd(b1, x0, s01);
        s10 = madd(b0, x1, s10); s11 = madd(b1, x1, s11);
        s20 = madd(b0, x2, s20); s21 = madd(b1, x2, s21);
        s30 = madd(b0, x3, s30); s31 = madd(b1, x3, s31);
      }
      if (j == 3) break;
      {
        const b0 = v128.load(p, 96), b1 = v128.load(p, 112);
        const x0 = v128.load32_splat(a0, 3 * offsetof<A>()), x1 = v128.load32_splat(a1, 3 * offsetof<A>());
        const x2 = v128.load32_splat(a2, 3 * offsetof<A>()), x3 = v128.load32_splat(a3, 3 * offsetof<A>());
        s00 = madd(b0, x0, s00); s01 = madd(b1, x0, s01);
        s10 = madd(b0, x1, s10); s11 = madd(b1, x1, s11);
        s20 = madd(b0, x2, s20); s21 = madd(b1, x2, s21);
        s30 = madd(b0, x3, s30); s31 = madd(b1, x3, s31);
      }
      if (j == 4) break;
      {
        const b0 = v128.load(p, 128), b1 = v128.load(p, 144);
        const x0 = v128.load32_splat(a0, 4 * offsetof<A>()), x1 = v128.load32_splat(a1, 4 * offsetof<A>());
        const x2 = v128.load32_splat(a2, 4 * offsetof<A>()), x3 = v128.load32_splat(a3, 4 * offsetof<A>());
        s00 = madd(b0, x0, s00); s01 = madd(b1, x0, s01);
        s10 = madd(b0, x1, s10); s11 = madd(b1, x1, s11);
        s20 = madd(b0, x2, s20); s21 = madd(b1, x2, s21);
        s30 = madd(b0, x3, s30); s31 = madd(b1, x3, s31);
      }
      if (j == 5) break;
      {
        const b0 = v128.load(p, 160), b1 = v128.load(p, 176);
        const x0 = v128.load32_splat(a0, 5 * offsetof<A>()), x1 = v128.load32_splat(a1, 5 * offsetof<A>());
        const x2 = v128.load32_splat(a2, 5 * offsetof<A>()), x3 = v128.load32_splat(a3, 5 * offsetof<A>());
        s00 = madd(b0, x0, s00); s01 = madd(b1, x0, s01);
        s10 = madd(b0, x1, s10); s11 = madd(b1, x1, s11);
        s20 = madd(b0, x2, s20); s21 = madd(b1, x2, s21);
        s30 = madd(b0, x3, s30); s31 = madd(b1, x3, s31);
      }
      if (j == 6) break;
      {
        const b0 = v128.load(p, 192), b1 = v128.load(p, 208);
        const x0 = v128.load32_splat(a0, 6 * offsetof<A>()), x1 = v128.load32_splat(a1, 6 * offsetof<A>());
        const x2 = v128.load32_splat(a2, 6 * offsetof<A>()), x3 = v128.load32_splat(a3, 6 * offsetof<A>());
        s00 = madd(b0, x0, s00); s01 = madd(b1, x0, s01);
        s10 = madd(b0, x1, s10); s11 = madd(b1, x1, s11);
        s20 = madd(b0, x2, s20); s21 = madd(b1, x2, s21);
        s30 = madd(b0, x3, s30); s31 = madd(b1, x3, s31);
      }
      if (j == 7) break;
      {
        const b0 = v128.load(p, 224), b1 = v128.load(p, 240);
        const x0 = v128.load32_splat(a0, 7 * offsetof<A>()), x1 = v128.load32_splat(a1, 7 * offsetof<A>());
        const x2 = v128.load32_splat(a2, 7 * offsetof<A>()), x3 = v128.load32_splat(a3, 7 * offsetof<A>());
        s00 = madd(b0, x0, s00); s01 = madd(b1, x0, s01);
        s10 = madd(b0, x1, s10); s11 = madd(b1, x1, s11);
        s20 = madd(b0, x2, s20); s21 = madd(b1, x2, s21);
        s30 = madd(b0, x3, s30); s31 = madd(b1, x3, s31);
      }
      a0 += 8 * offsetof<A>();
      a1 += 8 * offsetof<A>();
      a2 += 8 * offsetof<A>();
      a3 += 8 * offsetof<A>();
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
    v128.store(c0, s00);
    v128.store(c0, s01, 16);
    v128.store(c1, s10);
    v128.store(c1, s11, 16);
    v128.store(c2, s20);
    v128.store(c2, s21, 16);
    v128.store(c3, s30);
    v128.store(c3, s31, 16);
  }
}

/** Tile of 4 rows × 4 columns. */
export function panel4x4<A>(
  c: usize, a: usize, b: usize, bias: usize, rows: i32, k: i32, lda: usize, ldc: usize, load: bool,
): void {
  const last = rows - 1;
  for (let i = 0; i < rows; i += 4) {
    let a0 = rowAt<A>(a, i, lda);
    let a1 = rowAt<A>(a, min(i + 1, last), lda);
    let a2 = rowAt<A>(a, min(i + 2, last), lda);
    let a3 = rowAt<A>(a, min(i + 3, last), lda);
    const c0 = c + <usize>i * ldc;
    const c1 = c + <usize>min(i + 1, last) * ldc;
    const c2 = c + <usize>min(i + 2, last) * ldc;
    const c3 = c + <usize>min(i + 3, last) * ldc;
    const from0 = load ? c0 : ZEROS;
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
        const x0 = v128.load32_splat(a0, offsetof<A>()), x1 = v128.load32_splat(a1, offsetof<A>());
        const x2 = v128.load32_splat(a2, offsetof<A>()), x3 = v128.load32_splat(a3, offsetof<A>());
        s00 = madd(b0, x0, s00); s10 = madd(b0, x1, s10); s20 = madd(b0, x2, s20); s30 = madd(b0, x3, s30);
      }
      if (j == 2) break;
      {
        const b0 = v128.load(p, 32);
        const x0 = v128.load32_splat(a0, 2 * offsetof<A>()), x1 = v128.load32_splat(a1, 2 * offsetof<A>());
        const x2 = v128.load32_splat(a2, 2 * offsetof<A>()), x3 = v128.load32_splat(a3, 2 * offsetof<A>());
        s00 = madd(b0, x0, s00); s10 = madd(b0, x1, s10); s20 = madd(b0, x2, s20); s30 = madd(b0, x3, s30);
      }
      if (j == 3) break;
      {
        const b0 = v128.load(p, 48);
        const x0 = v128.load32_splat(a0, 3 * offsetof<A>()), x1 = v128.load32_splat(a1, 3 * offsetof<A>());
        const x2 = v128.load32_splat(a2, 3 * offsetof<A>()), x3 = v128.load32_splat(a3, 3 * offsetof<A>());
        s00 = madd(b0, x0, s00); s10 = madd(b0, x1, s10); s20 = madd(b0, x2, s20); s30 = madd(b0, x3, s30);
      }
      a0 += 4 * offsetof<A>();
      a1 += 4 * offsetof<A>();
      a2 += 4 * offsetof<A>();
      a3 += 4 * offsetof<A>();
      p += 64;
      j -= 4;
    }
    if (bias) {
      const b0 = v128.load(bias);
      s00 = f32x4.add(s00, b0); s10 = f32x4.add(s10, b0); s20 = f32x4.add(s20, b0); s30 = f32x4.add(s30, b0);
    }
    v128.store(c0, s00);
    v128.store(c1, s10);
    v128.store(c2, s20);
    v128.store(c3, s30);
  }
}
