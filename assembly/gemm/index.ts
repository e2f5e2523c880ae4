// Single-precision matrix products. Every element of C is the float32 sum over k in order (from 0, or from C
// where `accumulate`), bias last: tiles, blocks and panels change no bits of the strict build.
// Leading dimensions in floats. C must not overlap A or B.
import { multiply } from "./multiply";

export { setGemmTile } from "./multiply";
export { maddLoop, maddLoopWide } from "./limit";

/** C [M × N] (+)= A [M × K] · B [K × N] + bias [N], bias 0 where absent. */
export function gemmNN(
  c: usize, a: usize, b: usize, bias: usize, M: i32, N: i32, K: i32,
  lda: i32, ldb: i32, ldc: i32, accumulate: i32,
): void {
  multiply(c, a, b, bias, M, N, K, lda, ldb, ldc, accumulate, false, false);
}

/** C [M × N] (+)= A [M × K] · Bᵀ + bias [N], B stored [N × K]. */
export function gemmNT(
  c: usize, a: usize, b: usize, bias: usize, M: i32, N: i32, K: i32,
  lda: i32, ldb: i32, ldc: i32, accumulate: i32,
): void {
  multiply(c, a, b, bias, M, N, K, lda, ldb, ldc, accumulate, false, true);
}

/** C [M × N] (+)= Aᵀ · B [K × N] + bias [N], A stored [K × M]. */
export function gemmTN(
  c: usize, a: usize, b: usize, bias: usize, M: i32, N: i32, K: i32,
  lda: i32, ldb: i32, ldc: i32, accumulate: i32,
): void {
  multiply(c, a, b, bias, M, N, K, lda, ldb, ldc, accumulate, true, false);
}
