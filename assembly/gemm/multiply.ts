// The one driver of the three products: blocks, packs, and walks the panels.
import { scratch, SCRATCH_BYTES } from "../scratch";
import { heldTakes, panel4x4Held } from "./held";
import { Rows, Strips } from "./layout";
import { panel4x4, panel4x8 } from "./narrow";
import { copyRows, packColumns, packRows, packStrips } from "./pack";
import { panel2x16, panel4x16 } from "./panel16";
import { outer } from "./outer";
import { outerNarrow } from "./outer-narrow";
import { BIAS, EDGE, GEMM_SCRATCH, KC, MC, NARROW, NC, OUTER, OUTER_KC, PANELS, STRIPS } from "./sizes";

export let tileRows: i32 = 2;

/**
 * Rows of the widest tile, in attention too: 2 (default) for engines that keep v128 at 128 bits, 4 where pairs
 * of them are widened to 256. Speed alone depends on it, no bit of any result.
 */
export function setGemmTile(rows: i32): void {
  tileRows = rows;
}

/** Width of the panel that takes the next columns of `rest`. */
// @ts-ignore: decorator
@inline
function panelWidth(rest: i32): i32 {
  return rest > 12 ? 16 : rest > 4 ? 8 : 4;
}

/** C (+)= A·B + bias, A stored [K × M] where `transposeA`, B stored [N × K] where `transposeB`. */
export function multiply(
  c: usize, a: usize, b: usize, bias: usize, M: i32, N: i32, K: i32,
  ldaFloats: i32, ldbFloats: i32, ldcFloats: i32, accumulate: i32, transposeA: bool, transposeB: bool,
): void {
  if (GEMM_SCRATCH > SCRATCH_BYTES) ERROR("gemm needs more scratch");
  // Everything below counts in bytes.
  const lda = <usize>ldaFloats << 2;
  const ldb = <usize>ldbFloats << 2;
  const ldc = <usize>ldcFloats << 2;
  const narrow = M <= NARROW && N < 16 && (N & 3) == 0;
  if (transposeA && !bias && K > 0 && M * N <= OUTER && (M & 3) == 0 && ((N & 15) == 0 || narrow)) {
    for (let k0 = 0; k0 < K; k0 += OUTER_KC) {
      const load = accumulate != 0 || k0 > 0;
      const from = <usize>k0;
      const kc = min(K - k0, OUTER_KC), at = a + from * lda, bt = b + from * ldb;
      if (narrow) outerNarrow(c, at, bt, M, N, kc, lda, ldb, ldc, load);
      else outer(c, at, bt, M, N, kc, lda, ldb, ldc, load, tileRows);
    }
    return;
  }
  for (let n0 = 0; n0 < N; n0 += NC) {
    const nc = min(N - n0, NC);
    let k0 = 0;
    // At least once: with K = 0 there is still C to clear and bias to add.
    do {
      const kc = min(K - k0, KC);
      const lastBias = k0 + kc == K ? bias : 0;
      pack(b, n0, nc, k0, kc, ldb, transposeB);
      for (let m0 = 0; m0 < M; m0 += MC) {
        const mc = min(M - m0, MC);
        const to = c + <usize>m0 * ldc;
        const load = accumulate != 0 || k0 > 0;
        if (transposeA) {
          const stride = packedBytes(kc, 16);
          const strips = scratch + STRIPS;
          packStrips(strips, a + <usize>k0 * lda + (<usize>m0 << 2), kc, mc, stride, lda);
          walk<Strips>(to, strips, lastBias, mc, n0, nc, kc, stride, ldc, load);
        } else {
          const rows = a + <usize>m0 * lda + (<usize>k0 << 2);
          walk<Rows>(to, rows, lastBias, mc, n0, nc, kc, lda, ldc, load);
        }
      }
      k0 += kc;
    } while (k0 < K);
  }
}

/** Bytes of a packed panel or strip: an odd number of cache lines, so that neighbours meet different sets. */
// @ts-ignore: decorator
@inline
function packedBytes(kc: i32, width: i32): usize {
  return width == 16 ? <usize>(kc | 1) << 6 : <usize>(kc * width) << 2;
}

/** Panels of columns n0 … n0 + nc of B's rows k0 … k0 + kc. */
function pack(b: usize, n0: i32, nc: i32, k0: i32, kc: i32, ldb: usize, transposed: bool): void {
  let p = scratch + PANELS;
  let j = 0;
  if (!transposed) {
    const whole = nc & ~15;
    const stride = packedBytes(kc, 16);
    packStrips(p, b + <usize>k0 * ldb + (<usize>n0 << 2), kc, whole, stride, ldb);
    p += <usize>(whole >> 4) * stride;
    j = whole;
  }
  while (j < nc) {
    const width = panelWidth(nc - j);
    const n = min(width, nc - j);
    if (transposed) packColumns(p, b + <usize>(n0 + j) * ldb + (<usize>k0 << 2), kc, n, width, ldb);
    else packRows(p, b + <usize>k0 * ldb + (<usize>(n0 + j) << 2), kc, n, width, ldb);
    p += packedBytes(kc, width);
    j += width;
  }
}

/** One block of rows times every packed panel. */
function walk<A>(
  c: usize, a: usize, bias: usize, mc: i32, n0: i32, nc: i32, kc: i32, lda: usize, ldc: usize, load: bool,
): void {
  let p = scratch + PANELS;
  for (let j = 0; j < nc; ) {
    const width = panelWidth(nc - j);
    const n = min(width, nc - j);
    const to = c + (<usize>(n0 + j) << 2);
    const biasHere = bias ? bias + (<usize>(n0 + j) << 2) : 0;
    if (n == width) {
      panel<A>(to, a, p, biasHere, mc, kc, width, lda, ldc, load);
    } else {
      // Columns are missing: the panel writes beside C, and only what is C's is copied.
      const edge = scratch + EDGE;
      const ldEdge = <usize>width << 2;
      const padded = scratch + BIAS;
      if (load) copyRows(edge, to, mc, n, ldEdge, ldc);
      if (biasHere) copyRows(padded, biasHere, 1, n, 0, 0);
      panel<A>(edge, a, p, biasHere ? padded : 0, mc, kc, width, lda, ldEdge, load);
      copyRows(to, edge, mc, n, ldc, ldEdge);
    }
    p += packedBytes(kc, width);
    j += width;
  }
}

// @ts-ignore: decorator
@inline
function panel<A>(
  c: usize, a: usize, b: usize, bias: usize, rows: i32, k: i32, width: i32,
  lda: usize, ldc: usize, load: bool,
): void {
  if (width == 16) {
    if (tileRows == 4) panel4x16<A>(c, a, b, bias, rows, k, lda, ldc, load);
    else panel2x16<A>(c, a, b, bias, rows, k, lda, ldc, load);
  } else if (width == 8) {
    panel4x8<A>(c, a, b, bias, rows, k, lda, ldc, load);
  } else {
    if (offsetof<A>() == offsetof<Rows>()) {
      if (heldTakes(rows, k)) {
        panel4x4Held(c, a, b, bias, rows, k, lda, ldc, load);
        return;
      }
    }
    panel4x4<A>(c, a, b, bias, rows, k, lda, ldc, load);
  }
}
