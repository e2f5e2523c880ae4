import { failureRanks } from "../analysis/metrics/failure-rate.js";
import { nearestRanks } from "../analysis/metrics/nearest-ranks.js";
import type { Target } from "../targets/target.js";

// What estimates of whole experiments time: seconds of this process's cores, whatever else the machine does.

/** Of timing one thing: large sizes scatter little. */
const ENOUGH_SECONDS = 0.3;
const MANY_PREDICTIONS = 2048;

/** The least of some times: what else the machine does only adds to it. */
export function leastSeconds(times: number, work: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  let spent = 0;
  for (let i = 0; i < times && spent < ENOUGH_SECONDS; i++) {
    const begin = coreSeconds();
    work();
    const took = coreSeconds() - begin;
    least = Math.min(least, took);
    spent += took;
  }
  return least;
}

/** Of this process. */
export function coreSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/**
 * Of ranking the predictions of so many rows among their true vectors: what one prediction takes, and what more
 * take, as only the true vectors are all there.
 */
export async function rankSeconds(target: Target, dim: number, rows: number): Promise<number> {
  const { y } = target.sample("validation", { start: 0, count: rows }, dim, 0);
  const all = y.length / dim;
  const of = async (predictions: number) => {
    const near = y.subarray(0, predictions * dim).map((value) => 0.9 * value);
    const begin = coreSeconds();
    await nearestRanks(near, y, dim, { atMost: failureRanks.length });
    return coreSeconds() - begin;
  };
  const few = Math.min(MANY_PREDICTIONS, all);
  await of(1);
  const one = await of(1);
  const more = Math.max(0, (await of(few)) - one);
  return one + (more * all) / few;
}
