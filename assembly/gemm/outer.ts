// Aᵀ·B of matrices so narrow that packing them would cost more than it saves: both are read as they are stored,
// a row of each at every step of k. Sums start from C where `load`, else from 0, then k products in order, as in
// panel16.ts. Leading dimensions in bytes.
import { madd } from "../simd";
import { ZEROS } from "./layout";

/** C [M × N] (+)= Aᵀ·B, A stored [k × M], B [k × N]; M a multiple of 4, N of 16; tiles of 2 or 4 `rows`. */
export function outer(
  c: usize, a: usize, b: usize, M: i32, N: i32, k: i32, lda: usize, ldb: usize, ldc: usize, load: bool,
  rows: i32,
): void {
  for (let j = 0; j < N; j += 16) {
    const columns = b + (<usize>j << 2);
    let to = c + (<usize>j << 2);
    if (rows == 4) {
      for (let i = 0; i < M; i += 4, to += 4 * ldc) {
        outer4x16(to, a + (<usize>i << 2), columns, k, lda, ldb, ldc, load);
      }
    } else {
      for (let i = 0; i < M; i += 2, to += 2 * ldc) {
        outer2x16(to, a + (<usize>i << 2), columns, k, lda, ldb, ldc, load);
      }
    }
  }
}

/** Tile of 2 rows × 16 columns. */
// @ts-ignore: decorator
@inline
function outer2x16(
  c: usize, a: usize, b: usize, k: i32, lda: usize, ldb: usize, ldc: usize, load: bool,
): void {
  const c1 = c + 1 * ldc;
  const from0 = load ? c : ZEROS;
  const from1 = load ? c1 : ZEROS;
  let s00 = v128.load(from0), s01 = v128.load(from0, 16);
  let s02 = v128.load(from0, 32), s03 = v128.load(from0, 48);
  let s10 = v128.load(from1), s11 = v128.load(from1, 16);
  let s12 = v128.load(from1, 32), s13 = v128.load(from1, 48);
  for (; k; k--) {
    const b0 = v128.load(b), b1 = v128.load(b, 16), b2 = v128.load(b, 32), b3 = v128.load(b, 48);
    const x0 = v128.load32_splat(a);
    const x1 = v128.load32_splat(a, 4);
    s00 = madd(b0, x0, s00); s01 = madd(b1, x0, s01); s02 = madd(b2, x0, s02); s03 = madd(b3, x0, s03);
    s10 = madd(b0, x1, s10); s11 = madd(b1, x1, s11); s12 = madd(b2, x1, s12); s13 = madd(b3, x1, s13);
    a += lda;
    b += ldb;
  }
  v128.store(c, s00);
  v128.store(c, s01, 16);
  v128.store(c, s02, 32);
  v128.store(c, s03, 48);
  v128.store(c1, s10);
  v128.store(c1, s11, 16);
  v128.store(c1, s12, 32);
  v128.store(c1, s13, 48);
}

/** Tile of 4 rows × 16 columns. */
// @ts-ignore: decorator
@inline
function outer4x16(
  c: usize, a: usize, b: usize, k: i32, lda: usize, ldb: usize, ldc: usize, load: bool,
): void {
  const c1 = c + 1 * ldc;
  const c2 = c + 2 * ldc;
  const c3 = c + 3 * ldc;
  const from0 = load ? c : ZEROS;
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
  for (; k; k--) {
    const b0 = v128.load(b), b1 = v128.load(b, 16), b2 = v128.load(b, 32), b3 = v128.load(b, 48);
    const x0 = v128.load32_splat(a);
    const x1 = v128.load32_splat(a, 4);
    const x2 = v128.load32_splat(a, 8);
    const x3 = v128.load32_splat(a, 12);
    s00 = madd(b0, x0, s00); s01 = madd(b1, x0, s01); s02 = madd(b2, x0, s02); s03 = madd(b3, x0, s03);
    s10 = madd(b0, x1, s10); s11 = madd(b1, x1, s11); s12 = madd(b2, x1, s12); s13 = madd(b3, x1, s13);
    s20 = madd(b0, x2, s20); s21 = madd(b1, x2, s21); s22 = madd(b2, x2, s22); s23 = madd(b3, x2, s23);
    s30 = madd(b0, x3, s30); s31 = madd(b1, x3, s31); s32 = madd(b2, x3, s32); s33 = madd(b3, x3, s33);
    a += lda;
    b += ldb;
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
  v128.store(c3, s30);
  v128.store(c3, s31, 16);
  v128.store(c3, s32, 32);
  v128.store(c3, s33, 48);
}
