import Benchmark from "benchmark";
import { type Timing, timing } from "./statistics.js";

/** Before anything is timed: V8 compiles in the background, and a busy machine takes its time. */
const WARM_UP_SECONDS = 0.2;
/** Short samples: on a shared machine many of them then run undisturbed. */
const SAMPLE_SECONDS = 0.0005;

/** Runs a call until the optimizing compiler must have taken over. */
export function warmUp(call: () => void): void {
  const end = performance.now() + WARM_UP_SECONDS * 1000;
  do call();
  while (performance.now() < end);
}

/** Seconds a call, one number a sample, measured by benchmark.js for `seconds`. */
export function sample(call: () => void, seconds: number): number[] {
  const benchmark = new Benchmark({
    fn: call,
    minTime: SAMPLE_SECONDS,
    maxTime: seconds,
    minSamples: 5,
    initCount: 1,
  });
  benchmark.run({ async: false });
  if (benchmark.error) throw benchmark.error;
  return benchmark.stats.sample;
}

/** Seconds of each of several calls, sampled in turns so that all of them see the same machine. */
export function compare(calls: readonly (() => void)[], seconds: number, rounds = 7): Timing[] {
  calls.forEach(warmUp);
  const samples: number[][][] = calls.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, call] of calls.entries()) samples[i].push(sample(call, seconds / rounds));
  }
  return samples.map(timing);
}
