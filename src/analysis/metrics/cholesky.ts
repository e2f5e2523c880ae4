import type { Pace } from "../../pause.js";

/**
 * The lower Cholesky factor of a symmetric positive definite A [p,p], float64; only A's lower triangle is
 * read. Null where A is not positive definite to working precision.
 */
export async function cholesky(A: Float64Array, p: number, pace: Pace): Promise<Float64Array | null> {
  const L = new Float64Array(p * p);
  for (let i = 0; i < p; i++) {
    await pace(1);
    for (let j = 0; j <= i; j++) {
      const rest = A[i * p + j] - dot(L, i * p, j * p, j);
      if (i !== j) L[i * p + j] = rest / L[j * p + j];
      else if (rest > 0 && Number.isFinite(rest)) L[i * p + i] = Math.sqrt(rest);
      else return null;
    }
  }
  return L;
}

/** Four running sums, so that additions do not wait for each other; their order is fixed. */
function dot(L: Float64Array, a: number, b: number, length: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let k = 0;
  for (; k + 4 <= length; k += 4) {
    s0 += L[a + k] * L[b + k];
    s1 += L[a + k + 1] * L[b + k + 1];
    s2 += L[a + k + 2] * L[b + k + 2];
    s3 += L[a + k + 3] * L[b + k + 3];
  }
  for (; k < length; k++) s0 += L[a + k] * L[b + k];
  return s0 + s1 + (s2 + s3);
}

/** Solves L·Lᵀ·X = B in place of B [p,q]. */
export async function choleskySolve(
  L: Float64Array,
  B: Float64Array,
  p: number,
  q: number,
  pace: Pace,
): Promise<void> {
  for (let i = 0; i < p; i++) {
    await pace(1);
    let k = 0;
    for (; k + 4 <= i; k += 4) subtractFour(B, i, k, L, i * p + k, 1, q);
    for (; k < i; k++) subtractRow(B, i * q, k * q, L[i * p + k], q);
    divideRow(B, i * q, L[i * p + i], q);
  }
  for (let i = p - 1; i >= 0; i--) {
    await pace(1);
    let k = i + 1;
    for (; k + 4 <= p; k += 4) subtractFour(B, i, k, L, k * p + i, p, q);
    for (; k < p; k++) subtractRow(B, i * q, k * q, L[k * p + i], q);
    divideRow(B, i * q, L[i * p + i], q);
  }
}

/** Row i less four rows from k on, with factors L[at], L[at + stride], …: one pass over row i, not four. */
function subtractFour(
  B: Float64Array,
  i: number,
  k: number,
  L: Float64Array,
  at: number,
  stride: number,
  q: number,
): void {
  const f0 = L[at];
  const f1 = L[at + stride];
  const f2 = L[at + 2 * stride];
  const f3 = L[at + 3 * stride];
  const to = i * q;
  const from = k * q;
  for (let j = 0; j < q; j++) {
    B[to + j] -=
      f0 * B[from + j] + f1 * B[from + q + j] + (f2 * B[from + 2 * q + j] + f3 * B[from + 3 * q + j]);
  }
}

function subtractRow(B: Float64Array, to: number, from: number, factor: number, q: number): void {
  for (let j = 0; j < q; j++) B[to + j] -= factor * B[from + j];
}

function divideRow(B: Float64Array, at: number, divisor: number, q: number): void {
  for (let j = 0; j < q; j++) B[at + j] /= divisor;
}
