import * as v from "valibot";
import { positive, whole } from "../../validate.js";
import type { ReportedTrial } from "../trial.js";
import { Bracket } from "./bracket.js";
import { costOf } from "./cost.js";
import type { Judge, Pruner, PrunerContext, PrunerDefinition } from "./pruner.js";
import { lenient } from "./replayable.js";

const schema = v.strictObject({
  /** η: one of so many goes on at a rung. */
  reduction: v.optional(whole(2), 4),
  /** Step of the first rung. Default: the first step above 0 of the first trial that ended with one. */
  minResource: v.optional(positive),
  /** Rungs lie below this step. Default: the last step of the longest complete trial so far. */
  maxResource: v.optional(positive),
  /** Rungs left out at the start: the first one is at minResource·η^bracket. */
  bracket: v.optional(whole(0, 30), 0),
});

/**
 * Asynchronous successive halving (Li et al. 2020), stopping variant: rung r is at step minResource·η^r,
 * and a trial that gets there goes on if its value is among the best 1/η, ⌊n/η⌋ of n, of all values seen at
 * that rung, its own included. Equal ones go on, and so does everyone where n < η. All trials that
 * reported there count, however they ended.
 */
export const asha: PrunerDefinition<typeof schema> = {
  name: "asha",
  description: "asynchronous successive halving: the best 1/η go on at steps r, rη, rη² …",
  usesHistory: true,
  schema,
  create: (context) => new AshaPruner(context),
};

class AshaPruner implements Pruner {
  readonly #context: PrunerContext<v.InferOutput<typeof schema>>;
  #bracket: Bracket | undefined;
  #observed = 0;
  #longest = 0;

  constructor(context: PrunerContext<v.InferOutput<typeof schema>>) {
    this.#context = context;
    const { minResource } = context.options;
    if (minResource !== undefined) this.#open(minResource);
  }

  observe({ state, reports }: ReportedTrial): void {
    const first = reports.find(({ step }) => step > 0)?.step;
    if (first === undefined) return;
    const bracket = this.#bracket ?? this.#open(first);
    bracket.add(this.#observed++, reports);
    if (state === "complete") this.#longest = Math.max(this.#longest, reports[reports.length - 1].step);
  }

  begin(): Judge {
    // Until a trial has ended, there is nothing to judge by.
    if (!this.#bracket) return lenient;
    const end = this.#context.options.maxResource ?? (this.#longest || Number.POSITIVE_INFINITY);
    return this.#bracket.judge(this.#observed, end);
  }

  #open(minResource: number): Bracket {
    const { direction, options } = this.#context;
    const { reduction, bracket } = options;
    let first = minResource;
    for (let b = 0; b < bracket; b++) first *= reduction;
    this.#bracket = new Bracket(first, reduction, (value) => costOf(direction, value));
    return this.#bracket;
  }
}
