/**
 * The lower Cholesky factor of a symmetric positive definite A [p,p], float64; only A's lower triangle is
 * read. Null where A is not positive definite to working precision.
 */
export function cholesky(A: Float64Array, p: number): Float64Array | null {
  const L = new Float64Array(p * p);
  for (let i = 0; i < p; i++) {
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
export function choleskySolve(L: Float64Array, B: Float64Array, p: number, q: number): void {
  for (let i = 0; i < p; i++) {
    for (let k = 0; k < i; k++) subtractRow(B, i * q, k * q, L[i * p + k], q);
    divideRow(B, i * q, L[i * p + i], q);
  }
  for (let i = p - 1; i >= 0; i--) {
    for (let k = i + 1; k < p; k++) subtractRow(B, i * q, k * q, L[k * p + i], q);
    divideRow(B, i * q, L[i * p + i], q);
  }
}

function subtractRow(B: Float64Array, to: number, from: number, factor: number, q: number): void {
  for (let j = 0; j < q; j++) B[to + j] -= factor * B[from + j];
}

function divideRow(B: Float64Array, at: number, divisor: number, q: number): void {
  for (let j = 0; j < q; j++) B[at + j] /= divisor;
}
