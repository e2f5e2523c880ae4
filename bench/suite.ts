import type { Build } from "../src/runtime/compile.js";
import type { Timing } from "./statistics.js";

export interface BenchOptions {
  /** Build of the kernels. */
  build: Build;
  /** Time to sample each call for. */
  seconds: number;
}

/**
 * What was measured, by name; the names carry the units: gflops, gbps, us, ms, share. What is a time is there
 * with its spread: `--against` compares those.
 */
export type Values = Record<string, number | Timing>;

/** One line of the output. Nothing is allocated or timed before `run`. */
export interface BenchCase {
  /** Words joined by colons, the suite's first, e.g. `gemm:512x64x64`. `--only` picks by leading words. */
  name: string;
  run(options: BenchOptions): Values | Promise<Values>;
}

/** A file of benchmarks. A new one gets one line in `registry.ts`. */
export interface Suite {
  name: string;
  cases(): Iterable<BenchCase>;
}
