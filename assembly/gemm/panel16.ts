// One panel of C (+)= A·B: `rows` rows of A times one packed panel of B. Shapes: c [rows × width] with rows
// ldc bytes apart, a [rows × k] laid out as <A> says (layout.ts), b packed [k × width], bias [width] or 0.
// The sum starts from C where `load`, else from 0; then k products in order; then the bias. Rows past the end
// are computed as copies of the last row, which they overwrite with the same values: tails need no own loop.
//
// Why the odd loop: without its breaks the optimizers (Binaryen's and V8's) see the unrolled steps of k as
// one expression, reorder it by accumulator, and spill half of the registers. A break each step keeps the
// steps apart, and takes any k besides. Sums start from memory, 0 too, so that V8 finds neighbours to widen.
import { madd } from "../simd";
import { rowAt, ZEROS } from "./layout";

/** Tile of 2 rows × 16 columns. */
export function panel2x16<A>(
  c: usize, a: usize, b: usize, bias: usize, rows: i32, k: i32, lda: usize, ldc: usize, load: bool,
): void {
  const last = rows - 1;
  for (let i = 0; i < rows; i += 2) {
    let a0 = rowAt<A>(a, i, lda);
    let a1 = rowAt<A>(a, min(i + 1, last), lda);
    const c0 = c + <usize>i * ldc;
    const c1 = c + <usize>min(i + 1, last) * ldc;
    const from0 = load ? c0 : ZEROS;
    const from1 = load ? c1 : ZEROS;
    let s00 = v128.load(from0), s01 = v128.load(from0, 16);
    let s02 = v128.load(from0, 32), s03 = v128.load(from0, 48);
    let s10 = v128.load(from1), s11 = v128.load(from1, 16);
    let s12 = v128.load(from1, 32), s13 = v128.load(from1, 48);
    let p = b;
    let j = k;
    while (j) {
      {
        const b0 = v128.load(p), b1 = v128.load(p, 16), b2 = v128.load(p, 32), b3 = v128.load(p, 48);
        const x0 = v128.load32_splat(a0), x1 = v128.load32_splat(a1);
        s00 = madd(b0, x0, s00); s01 = madd(b1, x0, s01); s02 = madd(b2, x0, s02); s03 = madd(b3, x0, s03);
        s10 = madd(b0, x1, s10); s11 = madd(b1, x1, s11); s12 = madd(b2, x1, s12); s13 = madd(b3, x1, s13);
      }
      if (j == 1) break;
      {
        const b0 = v128.load(p, 64), b1 = v128.load(p, 80), b2 = v128.load(p, 96), b3 = v128.load(p, 112);
        const x0 = v128.load32_splat(a0, offsetof<A>()), x1 = v128.load32_splat(a1, offsetof<A>());
        s00 = madd(b0, x0, s00); s01 = madd(b1, x0, s01); s02 = madd(b2, x0, s02); s03 = madd(b3, x0, s03);
        s10 = madd(b0, x1, s10); s11 = madd(b1, x1, s11); s12 = madd(b2, x1, s12); s13 = madd(b3, x1, s13);
      }
      if (j == 2) break;
      {
        const b0 = v128.load(p, 128), b1 = v128.load(p, 144), b2 = v128.load(p, 160), b3 = v128.load(p, 176);
        const x0 = v128.load32_splat(a0, 2 * offsetof<A>()), x1 = v128.load32_splat(a1, 2 * offsetof<A>());
        s00 = madd(b0, x0, s00); s01 = madd(b1, x0, s01); s02 = madd(b2, x0, s02); s03 = madd(b3, x0, s03);
        s10 = madd(b0, x1, s10); s11 = madd(b1, x1, s11); s12 = madd(b2, x1, s12); s13 = madd(b3, x1, s13);
      }
      if (j == 3) break;
      {
        const b0 = v128.load(p, 192), b1 = v128.load(p, 208), b2 = v128.load(p, 224), b3 = v128.load(p, 240);
        const x0 = v128.load32_splat(a0, 3 * offsetof<A>()), x1 = v128.load32_splat(a1, 3 * offsetof<A>());
        s00 = madd(b0, x0, s00); s01 = madd(b1, x0, s01); s02 = madd(b2, x0, s02); s03 = madd(b3, x0, s03);
        s10 = madd(b0, x1, s10); s11 = madd(b1, x1, s11); s12 = madd(b2, x1, s12); s13 = madd(b3, x1, s13);
      }
      if (j == 4) break;
      {
        const b0 = v128.load(p, 256), b1 = v128.load(p, 272), b2 = v128.load(p, 288), b3 = v128.load(p, 304);
        const x0 = v128.load32_splat(a0, 4 * offsetof<A>()), x1 = v128.load32_splat(a1, 4 * offsetof<A>());
        s00 = madd(b0, x0, s00); s01 = madd(b1, x0, s01); s02 = madd(b2, x0, s02); s03 = madd(b3, x0, s03);
        s10 = madd(b0, x1, s10); s11 = madd(b1, x1, s11); s12 = madd(b2, x1, s12); s13 = madd(b3, x1, s13);
      }
      if (j == 5) break;
      {
        const b0 = v128.load(p, 320), b1 = v128.load(p, 336), b2 = v128.load(p, 352), b3 = v128.load(p, 368);
        const x0 = v128.load32_splat(a0, 5 * offsetof<A>()), x1 = v128.load32_splat(a1, 5 * offsetof<A>());
        s00 = madd(b0, x0, s00); s01 = madd(b1, x0, s01); s02 = madd(b2, x0, s02); s03 = madd(b3, x0, s03);
        s10 = madd(b0, x1, s10); s11 = madd(b1, x1, s11); s12 = madd(b2, x1, s12); s13 = madd(b3, x1, s13);
      }
      if (j == 6) break;
      {
        const b0 = v128.load(p, 384), b1 = v128.load(p, 400), b2 = v128.load(p, 416), b3 = v128.load(p, 432);
        const x0 = v128.load32_splat(a0, 6 * offsetof<A>()), x1 = v128.load32_splat(a1, 6 * offsetof<A>());
        s00 = madd(b0, x0, s00); s01 = madd(b1, x0, s01); s02 = madd(b2, x0, s02); s03 = madd(b3, x0, s03);
        s10 = madd(b0, x1, s10); s11 = madd(b1, x1, s11); s12 = madd(b2, x1, s12); s13 = madd(b3, x1, s13);
      }
      if (j == 7) break;
      {
        const b0 = v128.load(p, 448), b1 = v128.load(p, 464), b2 = v128.load(p, 480), b3 = v128.load(p, 496);
        const x0 = v128.load32_splat(a0, 7 * offsetof<A>()), x1 = v128.load32_splat(a1, 7 * offsetof<A>());
        s00 = madd(b0, x0, s00); s01 = madd(b1, x0, s01); s02 = madd(b2, x0, s02); s03 = madd(b3, x0, s03);
        s10 = madd(b0, x1, s10); s11 = madd(b1, x1, s11); s12 = madd(b2, x1, s12); s13 = madd(b3, x1, s13);
      }
      a0 += 8 * offsetof<A>();
      a1 += 8 * offsetof<A>();
      p += 512;
      j -= 8;
    }
    if (bias) {
      const b0 = v128.load(bias), b1 = v128.load(bias, 16);
      const b2 = v128.load(bias, 32), b3 = v128.load(bias, 48);
      s00 = f32x4.add(s00, b0); s01 = f32x4.add(s01, b1); s02 = f32x4.add(s02, b2); s03 = f32x4.add(s03, b3);
      s10 = f32x4.add(s10, b0); s11 = f32x4.add(s11, b1); s12 = f32x4.add(s12, b2); s13 = f32x4.add(s13, b3);
    }
    v128.store(c0, s00);
    v128.store(c0, s01, 16);
    v128.store(c0, s02, 32);
    v128.store(c0, s03, 48);
    v128.store(c1, s10);
    v128.store(c1, s11, 16);
    v128.store(c1, s12, 32);
    v128.store(c1, s13, 48);
  }
}

/** Tile of 4 rows × 16 columns. */
export function panel4x16<A>(
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
    let s02 = v128.load(from0, 32), s03 = v128.load(from0, 48);
    let s10 = v128.load(from1), s11 = v128.load(from1, 16);
    let s12 = v128.load(from1, 32), s13 = v128.load(from1, 48);
    let s20 = v128.load(from2), s21 = v128.load(from2, 16);
    let s22 = v128.load(from2, 32), s23 = v128.load(from2, 48);
    let s30 = v128.load(from3), s31 = v128.load(from3, 16);
    let s32 = v128.load(from3, 32), s33 = v128.load(from3, 48);
    let p = b;
    let j = k;
    while (j) {
      {
        const b0 = v128.load(p), b1 = v128.load(p, 16), b2 = v128.load(p, 32), b3 = v128.load(p, 48);
        const x0 = v128.load32_splat(a0);
        const x1 = v128.load32_splat(a1);
        const x2 = v128.load32_splat(a2);
        const x3 = v128.load32_splat(a3);
        s00 = madd(b0, x0, s00); s01 = madd(b1, x0, s01); s02 = madd(b2, x0, s02); s03 = madd(b3, x0, s03);
        s10 = madd(b0, x1, s10); s11 = madd(b1, x1, s11); s12 = madd(b2, x1, s12); s13 = madd(b3, x1, s13);
        s20 = madd(b0, x2, s20); s21 = madd(b1, x2, s21); s22 = madd(b2, x2, s22); s23 = madd(b3, x2, s23);
        s30 = madd(b0, x3, s30); s31 = madd(b1, x3, s31); s32 = madd(b2, x3, s32); s33 = madd(b3, x3, s33);
      }
      if (j == 1) break;
      {
        const b0 = v128.load(p, 64), b1 = v128.load(p, 80), b2 = v128.load(p, 96), b3 = v128.load(p, 112);
        const x0 = v128.load32_splat(a0, offsetof<A>());
        const x1 = v128.load32_splat(a1, offsetof<A>());
        const x2 = v128.load32_splat(a2, offsetof<A>());
        const x3 = v128.load32_splat(a3, offsetof<A>());
        s00 = madd(b0, x0, s00); s01 = madd(b1, x0, s01); s02 = madd(b2, x0, s02); s03 = madd(b3, x0, s03);
        s10 = madd(b0, x1, s10); s11 = madd(b1, x1, s11); s12 = madd(b2, x1, s12); s13 = madd(b3, x1, s13);
        s20 = madd(b0, x2, s20); s21 = madd(b1, x2, s21); s22 = madd(b2, x2, s22); s23 = madd(b3, x2, s23);
        s30 = madd(b0, x3, s30); s31 = madd(b1, x3, s31); s32 = madd(b2, x3, s32); s33 = madd(b3, x3, s33);
      }
      if (j == 2) break;
      {
        const b0 = v128.load(p, 128), b1 = v128.load(p, 144), b2 = v128.load(p, 160), b3 = v128.load(p, 176);
        const x0 = v128.load32_splat(a0, 2 * offsetof<A>());
        const x1 = v128.load32_splat(a1, 2 * offsetof<A>());
        const x2 = v128.load32_splat(a2, 2 * offsetof<A>());
        const x3 = v128.load32_splat(a3, 2 * offsetof<A>());
        s00 = madd(b0, x0, s00); s01 = madd(b1, x0, s01); s02 = madd(b2, x0, s02); s03 = madd(b3, x0, s03);
        s10 = madd(b0, x1, s10); s11 = madd(b1, x1, s11); s12 = madd(b2, x1, s12); s13 = madd(b3, x1, s13);
        s20 = madd(b0, x2, s20); s21 = madd(b1, x2, s21); s22 = madd(b2, x2, s22); s23 = madd(b3, x2, s23);
        s30 = madd(b0, x3, s30); s31 = madd(b1, x3, s31); s32 = madd(b2, x3, s32); s33 = madd(b3, x3, s33);
      }
      if (j == 3) break;
      {
        const b0 = v128.load(p, 192), b1 = v128.load(p, 208), b2 = v128.load(p, 224), b3 = v128.load(p, 240);
        const x0 = v128.load32_splat(a0, 3 * offsetof<A>());
        const x1 = v128.load32_splat(a1, 3 * offsetof<A>());
        const x2 = v128.load32_splat(a2, 3 * offsetof<A>());
        const x3 = v128.load32_splat(a3, 3 * offsetof<A>());
        s00 = madd(b0, x0, s00); s01 = madd(b1, x0, s01); s02 = madd(b2, x0, s02); s03 = madd(b3, x0, s03);
        s10 = madd(b0, x1, s10); s11 = madd(b1, x1, s11); s12 = madd(b2, x1, s12); s13 = madd(b3, x1, s13);
        s20 = madd(b0, x2, s20); s21 = madd(b1, x2, s21); s22 = madd(b2, x2, s22); s23 = madd(b3, x2, s23);
        s30 = madd(b0, x3, s30); s31 = madd(b1, x3, s31); s32 = madd(b2, x3, s32); s33 = madd(b3, x3, s33);
      }
      a0 += 4 * offsetof<A>();
      a1 += 4 * offsetof<A>();
      a2 += 4 * offsetof<A>();
      a3 += 4 * offsetof<A>();
      p += 256;
      j -= 4;
    }
    if (bias) {
      const b0 = v128.load(bias), b1 = v128.load(bias, 16);
      const b2 = v128.load(bias, 32), b3 = v128.load(bias, 48);
      s00 = f32x4.add(s00, b0); s01 = f32x4.add(s01, b1); s02 = f32x4.add(s02, b2); s03 = f32x4.add(s03, b3);
      s10 = f32x4.add(s10, b0); s11 = f32x4.add(s11, b1); s12 = f32x4.add(s12, b2); s13 = f32x4.add(s13, b3);
      s20 = f32x4.add(s20, b0); s21 = f32x4.add(s21, b1); s22 = f32x4.add(s22, b2); s23 = f32x4.add(s23, b3);
      s30 = f32x4.add(s30, b0); s31 = f32x4.add(s31, b1); s32 = f32x4.add(s32, b2); s33 = f32x4.add(s33, b3);
    }
    v128.store(c0, s00);
    v128.store(c0, s01, 16);
    v128.store(c0, s02, 32);
    v128.store(c0, s03, 48);
    v128.store(c1, s10);
    v128.store(c1, s11, 16);
    v128.store(c1, s12, 32);
    v128.store(c1, s13, 48);
    v128.store(c2, s20);
    v128.store(c2, s21, 16);
    v128.store(c2, s22, 32);
    v128.store(c2, s23, 48);
    v128.store(c3, s30);
    v128.store(c3, s31, 16);
    v128.store(c3, s32, 32);
    v128.store(c3, s33, 48);
  }
}
