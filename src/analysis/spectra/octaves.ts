import { PlateauError } from "../../errors.js";
import type { Domain, Segment } from "../../targets/domain.js";
import { powerSpectrum, powerSpectrum2, type Window } from "./fourier.js";

/** Mean square of a function's values, by octave. */
export interface Octaves {
  /** Of frequency 0. */
  readonly constant: number;
  /** Octave b holds base·2^b ≤ frequency < base·2^(b+1); the last one all above. */
  readonly power: Float64Array<ArrayBuffer>;
}

/** Points at which functions are looked at, and how values there divide into octaves. */
export interface View {
  readonly name: string;
  /** Share in averages over several views. */
  readonly weight: number;
  /** [count, inputs]: made when asked for, as many segments of many inputs are large. */
  points(): Float64Array<ArrayBuffer>;
  readonly count: number;
  /** Octaves of values [count, outputs], summed over the outputs. */
  octaves(values: Float64Array, outputs: number): Octaves;
}

/** Octaves that N samples of an interval tell apart: 1, 2, 4, … N/4 cycles, the last up to N/2. */
export function octaveCount(N: number): number {
  return 30 - Math.clz32(N);
}

/** The octave of a frequency r ≥ 1, in units of the lowest. */
function octaveOf(r: number, count: number): number {
  return Math.min(31 - Math.clz32(Math.min(r, 2 ** 31)), count - 1);
}

/** N samples at the middles of equal parts of a segment; octaves from one cycle in `longest` up. */
export function lineView(segment: Segment, N: number, longest: number, window: Window): View {
  const { name, length } = segment;
  if (!(length > 0)) throw new PlateauError("usage", `segment ${name} has no length: there is no spectrum`);
  const points = () =>
    segment.at(Float64Array.from({ length: N }, (_, j) => ((j + 0.5) * length) / N)).points;
  const stretch = longest / length;
  const count = octaveCount(N);
  return {
    name,
    weight: length,
    points,
    count: N,
    octaves: (values, outputs) =>
      perOutput(values, outputs, N, count, (one) => {
        const { constant, power } = powerSpectrum(one, window);
        return { constant: constant + power[0], power, octave: (k) => octaveOf(k * stretch, count) };
      }),
  };
}

/** N×N samples of a two-dimensional box; octaves of |frequency|, from one cycle in the longer side up. */
export function gridView({ low, high }: Domain, N: number, window: Window): View {
  const sides = [0, 1].map((k) => high[k] - low[k]);
  const [stretch0, stretch1] = sides.map((side) => Math.max(...sides) / side);
  const points = () => {
    const x = new Float64Array(2 * N * N);
    for (let i = 0; i < N * N; i++) {
      x[2 * i] = low[0] + ((Math.floor(i / N) + 0.5) * sides[0]) / N;
      x[2 * i + 1] = low[1] + (((i % N) + 0.5) * sides[1]) / N;
    }
    return x;
  };
  const count = octaveCount(N);
  const width = N / 2 + 1;
  return {
    name: "the grid",
    weight: 1,
    points,
    count: N * N,
    octaves: (values, outputs) =>
      perOutput(values, outputs, N * N, count, (one) => {
        const { constant, power } = powerSpectrum2(one, N, window);
        const octave = (i: number) => {
          const row = Math.floor(i / width);
          const k0 = (row < N / 2 ? row : row - N) * stretch0;
          const k1 = (i % width) * stretch1;
          return octaveOf(Math.sqrt(k0 * k0 + k1 * k1), count);
        };
        return { constant: constant + power[0], power, octave };
      }),
  };
}

/** Whether at least half of 8 × 8 cells hold one of 256 points: uniform ones miss one cell in 55. */
export function fillsItsBox(domain: Domain, seed: number): boolean {
  const { low, high } = domain;
  const x = domain.sample(seed, 0, 256);
  const cell = (i: number, k: number) => Math.floor((8 * (x[2 * i + k] - low[k])) / (high[k] - low[k]));
  const cells = new Set(Array.from({ length: 256 }, (_, i) => 8 * cell(i, 0) + cell(i, 1)));
  return cells.size >= 32;
}

interface Lines {
  readonly constant: number;
  readonly power: Float64Array;
  /** The octave of every entry of `power` but the first. */
  readonly octave: (i: number) => number;
}

function perOutput(
  values: Float64Array,
  outputs: number,
  samples: number,
  count: number,
  analyse: (one: Float64Array) => Lines,
): Octaves {
  const power = new Float64Array(count);
  let constant = 0;
  const one = new Float64Array(samples);
  for (let j = 0; j < outputs; j++) {
    for (let i = 0; i < samples; i++) one[i] = values[i * outputs + j];
    const lines = analyse(one);
    constant += lines.constant;
    for (let i = 1; i < lines.power.length; i++) power[lines.octave(i)] += lines.power[i];
  }
  return { constant, power };
}
