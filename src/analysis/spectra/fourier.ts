import FFT from "fft.js";
import { PlateauError, quote } from "../../errors.js";
import { sharedEngine } from "../../runtime/engine.js";

/** How samples are faded out at the ends of an interval on which a function is not periodic. */
export const windows = ["hann", "none"] as const;
export type Window = (typeof windows)[number];

const transforms = new Map<number, FFT>();

/** A transform of N numbers, N a power of two from 4. Kept: a table of N sines is all that it holds. */
function transform(N: number): FFT {
  if (!(Number.isInteger(N) && N >= 4 && N <= 2 ** 24 && (N & (N - 1)) === 0)) {
    throw new PlateauError("usage", `${quote(N)} samples have no transform here: give a power of two from 4`);
  }
  let found = transforms.get(N);
  if (!found) {
    found = new FFT(N);
    // The library fills its table by Math.cos and Math.sin, whose last bits differ between engines. All
    // else that it does is to add and to multiply.
    const { cos64, sin64 } = sharedEngine().kernels;
    for (let i = 0; i < N; i++) {
      found.table[2 * i] = cos64((2 * Math.PI * i) / N);
      found.table[2 * i + 1] = -sin64((2 * Math.PI * i) / N);
    }
    transforms.set(N, found);
  }
  return found;
}

/** Weights [N] of samples at the middles of N equal parts: Hann's is sin²(π(j + ½)/N). */
export function windowWeights(N: number, window: Window): Float64Array<ArrayBuffer> {
  if (window === "none") return new Float64Array(N).fill(1);
  const { sin64 } = sharedEngine().kernels;
  return Float64Array.from({ length: N }, (_, j) => {
    const s = sin64((Math.PI * (j + 0.5)) / N);
    return s * s;
  });
}

/** Where the mean square of samples lies, by frequency. */
export interface Power {
  /** Square of the mean (weighted by the window), which is taken away first. */
  readonly constant: number;
  /**
   * In one dimension [N/2 + 1], by whole cycles k = 0 … N/2; in two [N, N/2 + 1], by k₀ = 0 … N/2−1,
   * −N/2 … −1 and k₁ = 0 … N/2.
   */
  readonly power: Float64Array<ArrayBuffer>;
}

/**
 * Power of N real samples y with mean c = Σwy/Σw. With Y the discrete Fourier transform of w·(y − c),
 *   power[k] = (2 for 0 < k < N/2, else 1) · |Y_k|² / (N·Σw²),
 * so by Parseval's theorem the powers add up to the windowed mean square, Σw²(y − c)²/Σw². A sine of
 * amplitude A and of k whole cycles, 2 ≤ k ≤ N/2 − 2, so has A²/2, within k ± 1 under Hann's window.
 * @throws PlateauError `usage` where N is no power of two from 4
 */
export function powerSpectrum(y: Float64Array, window: Window): Power {
  const N = y.length;
  const fft = transform(N);
  const w = windowWeights(N, window);
  const { centred, mean, squares } = faded(y, (j) => w[j]);
  const Y = new Float64Array(2 * N);
  fft.realTransform(Y, centred);
  const half = N / 2;
  const power = new Float64Array(half + 1);
  for (let k = 0; k <= half; k++) {
    power[k] = (sides(k, half) * (Y[2 * k] * Y[2 * k] + Y[2 * k + 1] * Y[2 * k + 1])) / (N * squares);
  }
  return { constant: mean * mean, power };
}

/** The same of N×N real samples of a square grid, faded out along both axes. */
export function powerSpectrum2(y: Float64Array, N: number, window: Window): Power {
  const fft = transform(N);
  const w = windowWeights(N, window);
  const { centred, mean, squares } = faded(y, (i) => w[Math.floor(i / N)] * w[i % N]);
  const half = N / 2;
  // Rows first; their transforms become columns [N/2 + 1] of N complex numbers.
  const columns = Array.from({ length: half + 1 }, () => new Float64Array(2 * N));
  const Y = new Float64Array(2 * N);
  for (let i = 0; i < N; i++) {
    fft.realTransform(Y, centred.subarray(i * N, (i + 1) * N));
    for (let k = 0; k <= half; k++) {
      columns[k][2 * i] = Y[2 * k];
      columns[k][2 * i + 1] = Y[2 * k + 1];
    }
  }
  const power = new Float64Array(N * (half + 1));
  for (let k = 0; k <= half; k++) {
    fft.transform(Y, columns[k]);
    for (let i = 0; i < N; i++) {
      const square = Y[2 * i] * Y[2 * i] + Y[2 * i + 1] * Y[2 * i + 1];
      power[i * (half + 1) + k] = (sides(k, half) * square) / (N * N * squares);
    }
  }
  return { constant: mean * mean, power };
}

/** A frequency and its negative are one, but 0 and N/2 have no other side. */
function sides(k: number, half: number): number {
  return k > 0 && k < half ? 2 : 1;
}

function faded(y: Float64Array, weight: (i: number) => number) {
  let sum = 0;
  let weights = 0;
  let squares = 0;
  for (let i = 0; i < y.length; i++) {
    const w = weight(i);
    sum += w * y[i];
    weights += w;
    squares += w * w;
  }
  const mean = sum / weights;
  return { mean, squares, centred: y.map((value, i) => weight(i) * (value - mean)) };
}
