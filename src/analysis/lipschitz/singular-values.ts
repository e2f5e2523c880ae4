/** Brackets are halved until they are this share of the largest singular value. */
const WIDTH = 2 ** -52;

/**
 * Singular values of A [rows, columns], row-major, largest first: min(rows, columns) of them, each within
 * about 1e-15 times the largest times the root of the size. NaN where A holds one. Householder reflections
 * make A bidiagonal (Golub & Kahan 1965); its singular values are the positive eigenvalues of a tridiagonal
 * matrix with zero diagonal, which Sturm sequences count and bisection finds.
 */
export function singularValues(
  A: ArrayLike<number>,
  rows: number,
  columns: number,
): Float64Array<ArrayBuffer> {
  return largest(A, rows, columns, Math.min(rows, columns));
}

/** ‖A‖₂, the largest singular value. */
export function spectralNorm(A: ArrayLike<number>, rows: number, columns: number): number {
  return largest(A, rows, columns, 1)[0];
}

function largest(
  A: ArrayLike<number>,
  rows: number,
  columns: number,
  count: number,
): Float64Array<ArrayBuffer> {
  const values = new Float64Array(count);
  let scale = 0;
  // Written so that a NaN stays.
  for (let i = 0; i < rows * columns; i++) if (!(Math.abs(A[i]) <= scale)) scale = Math.abs(A[i]);
  if (!Number.isFinite(scale)) return values.fill(Number.NaN);
  if (scale === 0) return values;
  const n = Math.min(rows, columns);
  const length = Math.max(rows, columns);
  const tall = new Float64Array(length * n);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      tall[rows >= columns ? i * n + j : j * n + i] = A[i * columns + j] / scale;
    }
  }
  const between = bidiagonal(tall, length, n);
  // Gershgorin: no eigenvalue of the tridiagonal matrix is larger.
  let limit = 0;
  for (let i = 0; i <= between.length; i++) {
    limit = Math.max(limit, Math.abs(between[i - 1] ?? 0) + Math.abs(between[i] ?? 0));
  }
  const squares = between.map((z) => z * z);
  let found = 0;
  // Largest first, so the upper half of a bracket before the lower.
  const search = (low: number, high: number, belowLow: number, belowHigh: number): void => {
    if (belowLow === belowHigh || found === count) return;
    const middle = 0.5 * (low + high);
    if (high - low <= WIDTH * limit || middle <= low || middle >= high) {
      for (let i = belowLow; i < belowHigh && found < count; i++) values[found++] = scale * middle;
      return;
    }
    const belowMiddle = below(squares, middle) - n;
    search(middle, high, belowMiddle, belowHigh);
    search(low, middle, belowLow, belowMiddle);
  };
  search(0, limit * (1 + 1e-12), 0, n);
  return values;
}

/** How many eigenvalues of the tridiagonal matrix with zero diagonal are less than μ. */
function below(squares: Float64Array, μ: number): number {
  let q = -μ;
  let count = q < 0 ? 1 : 0;
  for (let i = 0; i < squares.length; i++) {
    if (q === 0) q = 1e-300;
    q = -μ - squares[i] / q;
    if (q < 0) count++;
  }
  return count;
}

/**
 * d₀, e₀, d₁, e₁ … d₍ₙ₋₁₎: diagonal and superdiagonal of a bidiagonal matrix with the singular values of
 * A [rows, n], rows ≥ n, which is overwritten.
 */
function bidiagonal(A: Float64Array, rows: number, n: number): Float64Array {
  const out = new Float64Array(2 * n - 1);
  const v = new Float64Array(rows);
  const w = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    for (let i = k; i < rows; i++) v[i] = A[i * n + k];
    const left = reflector(v, k, rows);
    out[2 * k] = left.value;
    w.fill(0);
    for (let i = k; i < rows; i++) {
      for (let j = k + 1; j < n; j++) w[j] += v[i] * A[i * n + j];
    }
    for (let i = k; i < rows; i++) {
      const factor = left.factor * v[i];
      for (let j = k + 1; j < n; j++) A[i * n + j] -= factor * w[j];
    }
    if (k + 1 === n) break;
    for (let j = k + 1; j < n; j++) w[j] = A[k * n + j];
    const right = reflector(w, k + 1, n);
    out[2 * k + 1] = right.value;
    for (let i = k + 1; i < rows; i++) {
      let sum = 0;
      for (let j = k + 1; j < n; j++) sum += A[i * n + j] * w[j];
      sum *= right.factor;
      for (let j = k + 1; j < n; j++) A[i * n + j] -= sum * w[j];
    }
  }
  return out;
}

/** Turns x[from, to) into the vector v of the reflection I − factor·v·vᵀ that maps it to value·e₁. */
function reflector(x: Float64Array, from: number, to: number): { value: number; factor: number } {
  let squares = 0;
  for (let i = from; i < to; i++) squares += x[i] * x[i];
  if (squares === 0) return { value: 0, factor: 0 };
  const value = x[from] > 0 ? -Math.sqrt(squares) : Math.sqrt(squares);
  x[from] -= value;
  // vᵀv = 2(‖x‖² + |x₁|‖x‖) = −2·value·v₁.
  return { value, factor: -1 / (value * x[from]) };
}
