import type { Build } from "../../src/runtime/compile.js";
import type { Kernels } from "../../src/runtime/generated/kernels.js";

/** Named integer sizes of one case, e.g. `{ N: 7, D: 5 }`. */
export type Sizes = Readonly<Record<string, number>>;
export type Data = Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array;
/** Seeded inputs for tests: uniform in [low, high), the same at every run. */
export type Source = (length: number, low?: number, high?: number) => Float32Array<ArrayBuffer>;

/** What one kernel is called with. Buffers are copied into wasm memory between canaries. */
export interface Case {
  /** Every buffer by name with its contents before the call. */
  buffers: Record<string, Data>;
  /** The kernel's arguments in order: a buffer's name stands for its address, `null` for address 0. */
  args: readonly (string | number | null)[];
  /** Buffers the call may write, with what they must hold after it, in float64. Others must stay as they were. */
  expected: Record<string, ArrayLike<number>>;
}

/**
 * One kernel with its plain reference. An entry of `registry.ts` is all a kernel needs to be run by
 * the conformance test (`test/assembly/conformance.test.ts`) and by the benchmark (`bench/kernels.ts`).
 */
export interface KernelSpec {
  kernel: keyof Kernels;
  /** Set where a kernel has several specs, e.g. "causal". */
  variant?: string;
  /** Sizes that meet every tail: 1, lane count −1, =, +1, and multiples. */
  sizes: readonly Sizes[];
  /** Inputs and the plain reference's outputs at one size. What a build is to give differs for the benchmarks' yardsticks alone. */
  make(sizes: Sizes, source: Source, build?: Build): Case;
  /** Largest allowed |got − expected| relative to the largest magnitude of that expected buffer. 0: exact. */
  tolerance: number;
  /** Pairs [output, input] that may be the same buffer. Run again with the input's address as the output's. */
  inPlace?: readonly (readonly [output: string, input: string])[];
  /** Extra cases with special values: ±0, ±Inf, NaN, subnormals. NaN must meet NaN and infinity the same infinity. */
  specials?: (source: Source) => Case[];
  /** Sizes to time, with the arithmetic or traffic of one call. */
  bench: readonly { sizes: Sizes; flops?: number; bytes?: number }[];
}

/** ±0, ±Inf, NaN, the smallest and largest subnormals, the smallest normal, the largest finite. */
export const specialValues = Float32Array.of(
  0,
  -0,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.NaN,
  2 ** -149,
  -(2 ** -149),
  2 ** -126 - 2 ** -149,
  2 ** -126,
  3.4028234663852886e38,
  -3.4028234663852886e38,
  1,
  -1,
);

/** Lengths that meet every tail of a loop of two vectors of four lanes. */
export const lengths: readonly Sizes[] = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 100].map(
  (n) => ({ n }),
);
