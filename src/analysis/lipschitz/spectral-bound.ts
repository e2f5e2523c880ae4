/** Covers the rounding of float64 sums and products below, whatever the sizes (at most 2²⁴ terms of 2⁻⁵³). */
const MARGIN = 1 + 1e-8;

/**
 * An upper bound of the spectral norm of A [rows, columns], at most 1.000002 times it where the
 * shorter side is at most 256. With G the Gram matrix of the shorter side, ‖A‖² = ‖G‖ = ‖G^N‖^{1/N} ≤ ‖G^N‖_F^{1/N} for
 * N = 2^k, by k squarings, scaled each time so that nothing overflows: a bound from above at every k,
 * not an estimate that converges from below as power iteration's.
 */
export function spectralNormBound(A: ArrayLike<number>, rows: number, columns: number): number {
  const n = Math.min(rows, columns);
  let G = gram(A, rows, columns);
  // ‖G^N‖_F ≤ √n‖G^N‖, so the bound of ‖A‖ is at most n^{1/(4N)} too large.
  const squarings = n === 1 ? 0 : n <= 256 ? 20 : 12;
  let norm = frobenius(G);
  if (norm === 0) return 0;
  let bound = norm;
  for (let k = 1; k <= squarings; k++) {
    G = square(G, norm, n);
    norm = frobenius(G);
    let root = norm;
    for (let i = 0; i < k; i++) root = Math.sqrt(root);
    bound *= root;
  }
  return Math.sqrt(bound) * MARGIN;
}

function frobenius(A: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < A.length; i++) sum += A[i] * A[i];
  return Math.sqrt(sum);
}

/** A·Aᵀ or Aᵀ·A, whichever is smaller. */
function gram(A: ArrayLike<number>, rows: number, columns: number): Float64Array {
  const n = Math.min(rows, columns);
  const length = Math.max(rows, columns);
  const [across, along] = rows <= columns ? [columns, 1] : [1, columns];
  const G = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < length; k++) sum += A[i * across + k * along] * A[j * across + k * along];
      G[i * n + j] = sum;
      G[j * n + i] = sum;
    }
  }
  return G;
}

/** (G/scale)² of a symmetric matrix. */
function square(G: Float64Array, scale: number, n: number): Float64Array {
  const S = G.map((value) => value / scale);
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += S[i * n + k] * S[j * n + k];
      out[i * n + j] = sum;
      out[j * n + i] = sum;
    }
  }
  return out;
}
