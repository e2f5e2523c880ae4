import * as v from "valibot";
import { whole } from "../../validate.js";
import type { ReportedTrial } from "../trial.js";
import { costOf } from "./cost.js";
import { PrefixRanks } from "./prefix-ranks.js";
import type { Judge, Pruner, PrunerContext, PrunerDefinition } from "./pruner.js";
import { replayable } from "./replayable.js";

const schema = v.strictObject({
  /** Trials that must be complete before any is stopped. */
  startupTrials: v.optional(whole(0), 5),
  /** Below this step nothing is stopped. */
  warmupSteps: v.optional(whole(0), 0),
  /** From the warm-up on, a trial is judged at its first report in every stretch of so many steps. */
  intervalSteps: v.optional(whole(1), 1),
  /** Complete trials that must have reported at a step for it to be judged by. */
  minTrials: v.optional(whole(1), 1),
});

/**
 * Median stopping rule (Golovin et al. 2017, § 3.2.1; as in Optuna, against values at the step rather than
 * running averages): a trial stops whose best value so far is worse than the median of what complete trials
 * reported at the same step. Trials that were stopped do not count, so that early and late medians are of
 * the same trials.
 */
export const median: PrunerDefinition<typeof schema> = {
  name: "median",
  description: "stops a trial whose best value is worse than the median of the complete ones at its step",
  usesHistory: true,
  schema,
  create: (context) => new MedianPruner(context),
};

class MedianPruner implements Pruner {
  readonly #context: PrunerContext<v.InferOutput<typeof schema>>;
  readonly #steps = new Map<number, PrefixRanks>();
  #complete = 0;

  constructor(context: PrunerContext<v.InferOutput<typeof schema>>) {
    this.#context = context;
  }

  observe({ state, reports }: ReportedTrial): void {
    if (state !== "complete") return;
    for (const { step, value } of reports) {
      let ranks = this.#steps.get(step);
      if (!ranks) this.#steps.set(step, (ranks = new PrefixRanks()));
      ranks.add(this.#complete, costOf(this.#context.direction, value));
    }
    this.#complete++;
  }

  begin(): Judge {
    const { direction, options } = this.#context;
    const { startupTrials, warmupSteps, intervalSteps, minTrials } = options;
    const complete = this.#complete;
    return replayable(() => {
      let best = Number.POSITIVE_INFINITY;
      let judged = -1;
      return (step, value) => {
        best = Math.min(best, costOf(direction, value));
        const interval = Math.floor((step - warmupSteps) / intervalSteps);
        if (complete < startupTrials || interval <= judged) return "continue";
        judged = interval;
        const ranks = this.#steps.get(step);
        const n = ranks?.before(complete) ?? 0;
        return ranks && n >= minTrials && ranks.aboveMedian(best, n) ? "stop" : "continue";
      };
    });
  }
}
