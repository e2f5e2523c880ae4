import type { Measured, Resource } from "./resources.js";
import { type Slope, theilSen } from "./slope.js";

/** What is left of warming up in the first quarter says nothing about the time after. */
const WARM = 0.25;
const MB = 1e6;
const GB = 1e9;
/** Fewer say nothing about a slope. */
export const LEAST_SAMPLES = 16;

/**
 * How much each may grow, for certain, over what is judged: counts by less than one; bytes by what one thread's heap
 * moves by (V8 grows it in steps); address space by one WebAssembly memory.
 */
const allowed: Readonly<Record<Resource, number>> = {
  rss: 16 * MB,
  heapUsed: 2 * MB,
  code: 2 * MB,
  external: 2 * MB,
  arrayBuffers: 2 * MB,
  addressSpace: 4 * GB,
  wasm: 2 * MB,
  descriptors: 0.9,
  modules: 0.9,
  threads: 0.9,
  handles: 0.9,
  temporaries: 0.9,
  usedMemory: 0.2 * MB,
  keys: 0.9,
  clients: 0.9,
};

export interface Sample {
  /** Trials that had ended. */
  readonly trials: number;
  readonly resources: Measured;
}

/** One resource over a soak. */
export interface Judgement {
  readonly resource: Resource;
  readonly first: number;
  readonly median: number;
  readonly last: number;
  /** Per 1,000 trials. */
  readonly slope: Slope;
  /** Of the whole time that is judged, by the slope's lower end: what it has grown by for certain. */
  readonly certain: number;
  readonly leaks: boolean;
}

/** @param samples `LEAST_SAMPLES` or more, all of the same resources */
export function judge(samples: readonly Sample[]): Judgement[] {
  const judged = samples.slice(Math.floor(WARM * samples.length));
  const x = judged.map(({ trials }) => trials / 1000);
  const span = x.at(-1)! - x[0];
  return (Object.keys(samples[0].resources) as Resource[]).map((resource) => {
    const y = judged.map(({ resources }) => resources[resource]!);
    const slope = theilSen(x, y);
    const certain = Math.max(0, slope.low * span);
    const median = [...y].sort((a, b) => a - b)[Math.floor(y.length / 2)];
    return {
      ...{ resource, first: y[0], median, last: y.at(-1)!, slope, certain },
      leaks: certain > allowed[resource],
    };
  });
}
