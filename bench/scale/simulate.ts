import { statSync } from "node:fs";
import { performance } from "node:perf_hooks";
import type { StudyInput } from "../../src/sweep/definition.js";
import type { StudyEvent } from "../../src/sweep/run/execution.js";
import { Study } from "../../src/sweep/study.js";
import { VirtualClock } from "./clock.js";
import { type Faults, type Happened, SimulatedExecutor } from "./executor.js";
import { space, type Work } from "./work.js";

export interface Simulation {
  /** The study's file, or ":memory:". */
  readonly file: string;
  readonly study: Partial<StudyInput>;
  readonly trials: number;
  readonly workers: number;
  readonly work: Work;
  readonly faults: Faults;
  /** Virtual seconds from checkpoint to checkpoint. Default 30, as of a sweep. */
  readonly checkpointEvery?: number;
  /** Virtual seconds in one of a real clock. Default: as fast as the driver can. */
  readonly pace?: number;
  /** Called after every so many trials. */
  readonly onProgress?: (ended: number, seconds: number) => void;
}

export interface Simulated {
  readonly trials: number;
  readonly states: Study["states"];
  readonly happened: Happened;
  /** Of a real clock, and virtual ones. */
  readonly seconds: number;
  readonly virtualSeconds: number;
  /**
   * Of the processor, and trials that ended in one of them: of all, and of the slowest thousand. As trials begin and end
   * in bursts, a thousand of these is a stretch in which 2,000 begin or end: a beginning is half of the work.
   */
  readonly cpuSeconds: number;
  readonly rate: number;
  readonly slowest: number;
  /** Milliseconds from a trial's end to its record, where time has a pace: median, 99th percentile, most. */
  readonly lag?: readonly [number, number, number];
  /** Share of the time in which the driver's thread was busy. */
  readonly busy: number;
  readonly rssMB: number;
  readonly fileMB: number;
}

const STRETCH = 1000;

/** Drives a study of simulated trials by everything that drives one of real trials but the executor. */
export async function simulate(options: Simulation): Promise<Simulated> {
  const { file, trials, workers, work, faults, checkpointEvery = 30, pace, onProgress } = options;
  const study = await Study.open(file, { name: "scale", space, retries: 100, ...options.study });
  const clock = new VirtualClock(pace);
  const executor = new SimulatedExecutor(clock, { workers, work, faults });
  const passing = clock.run();
  const begin = performance.now();
  const before = performance.eventLoopUtilization();
  // What others do on this machine does not count.
  const cpu = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  };
  const cpuBegin = cpu();
  const lags: number[] = [];
  const marks = [cpuBegin];
  let [ended, happened] = [0, 0];
  let rss = 0;
  try {
    // Memory of virtual workers is none.
    const onEvent = ({ kind }: StudyEvent) => {
      if ((kind === "started" || kind === "ended") && ++happened % (2 * STRETCH) === 0) marks.push(cpu());
    };
    const memory = Number.MAX_SAFE_INTEGER;
    for await (const _ of study.run({ trials, executor, checkpointEvery, memory, onEvent })) {
      if (pace !== undefined) lags.push(clock.lag);
      if (++ended % STRETCH !== 0) continue;
      const [last, now] = [marks.at(-2) ?? cpuBegin, marks.at(-1)!];
      onProgress?.(ended, now - last);
      rss = Math.max(rss, process.memoryUsage.rss());
    }
  } finally {
    clock.stop();
    await passing;
  }
  const seconds = (performance.now() - begin) / 1000;
  const cpuSeconds = cpu() - cpuBegin;
  const stretches = marks.slice(1).map((mark, i) => mark - marks[i]);
  const { states } = study;
  study.close();
  lags.sort((a, b) => a - b);
  const at = (share: number) => lags[Math.min(lags.length - 1, Math.floor(share * lags.length))];
  return {
    ...{ trials: ended, states, happened: executor.happened, seconds, virtualSeconds: clock.now },
    cpuSeconds,
    rate: ended / cpuSeconds,
    slowest: stretches.length > 0 ? STRETCH / Math.max(...stretches) : ended / cpuSeconds,
    ...(pace === undefined ? {} : { lag: [at(0.5), at(0.99), at(1)] as const }),
    busy: performance.eventLoopUtilization(before).utilization,
    rssMB: Math.max(rss, process.memoryUsage.rss()) / 1e6,
    fileMB: file === ":memory:" ? 0 : statSync(file).size / 1e6,
  };
}
