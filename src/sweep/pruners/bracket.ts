import type { Report } from "../trial.js";
import { PrefixRanks } from "./prefix-ranks.js";
import type { Judge } from "./pruner.js";
import { replayable } from "./replayable.js";

/** Costs of those who compete with one another, at rungs: steps first, first·η, first·η² … */
export class Bracket {
  readonly #first: number;
  readonly #reduction: number;
  readonly #cost: (value: number) => number;
  readonly #rungs: PrefixRanks[] = [];

  /** @param cost of a value: less is better, and none is NaN */
  constructor(first: number, reduction: number, cost: (value: number) => number) {
    this.#first = first;
    this.#reduction = reduction;
    this.#cost = cost;
  }

  /** @param arrival rises from call to call */
  add(arrival: number, reports: readonly Report[]): void {
    let rung = 0;
    let at = this.#first;
    for (const { step, value } of reports) {
      for (; at <= step; at *= this.#reduction) {
        const ranks = (this.#rungs[rung++] ??= new PrefixRanks());
        ranks.add(arrival, this.#cost(value));
      }
    }
  }

  /**
   * A judge that goes by arrivals below `arrived`. A trial is judged by its first report at or after a
   * rung; where that passes several, at each of them.
   * @param end the step at which trials are through: to stop one there would save nothing
   */
  judge(arrived: number, end: number): Judge {
    return replayable(() => {
      let rung = 0;
      let at = this.#first;
      return (step, value) => {
        for (; at <= step && at < end; at *= this.#reduction) {
          if (!this.#keeps(rung, arrived, this.#cost(value))) return "stop";
          rung++;
        }
        return "continue";
      };
    });
  }

  /** Whether at most ⌊n/η⌋ − 1 of the n costs at a rung, this one included, are below it; n < η keep all. */
  #keeps(rung: number, arrived: number, cost: number): boolean {
    const ranks = this.#rungs[rung];
    const others = ranks?.before(arrived) ?? 0;
    const kept = Math.floor((others + 1) / this.#reduction);
    return !ranks || kept < 1 || ranks.below(cost, others) < kept;
  }
}
