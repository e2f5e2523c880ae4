import * as v from "valibot";
import { positive, whole } from "../../validate.js";
import type { ReportedTrial } from "../trial.js";
import { Bracket } from "./bracket.js";
import { costOf } from "./cost.js";
import type { Judge, Pruner, PrunerContext, PrunerDefinition } from "./pruner.js";
import { lenient } from "./replayable.js";

const schema = v.pipe(
  v.strictObject({
    /** η: one of so many goes on at a rung. */
    reduction: v.optional(whole(2), 3),
    /** Step of the first rung. Default: the first step above 0 of the first complete trial. */
    minResource: v.optional(positive),
    /** Step at which trials are through. Default: the last step of the first complete trial. */
    maxResource: v.optional(positive),
  }),
  v.check(
    ({ minResource = 0, maxResource = Number.POSITIVE_INFINITY }) => minResource < maxResource,
    "expected minResource below maxResource",
  ),
);

/**
 * Hyperband (Li et al. 2018) of successive halving without waiting (as in Optuna): bracket b has the rungs
 * of `asha` but for the first b, the last bracket none. A trial competes within its bracket only. Of K + 1
 * brackets, b gets a share ∝ η^s/(s + 1) of the trials, s = K − b, so that each gets the same share of the
 * steps; which ones, the golden ratio says: shares hold nearly in every stretch of numbers.
 */
export const hyperband: PrunerDefinition<typeof schema> = {
  name: "hyperband",
  description: "successive halving in brackets that begin to stop trials sooner or later",
  usesHistory: true,
  schema,
  create: (context) => new HyperbandPruner(context),
};

interface Brackets {
  readonly all: readonly Bracket[];
  readonly end: number;
  of(number: number): Bracket;
}

class HyperbandPruner implements Pruner {
  readonly #context: PrunerContext<v.InferOutput<typeof schema>>;
  #brackets: Brackets | undefined;
  #observed = 0;

  constructor(context: PrunerContext<v.InferOutput<typeof schema>>) {
    this.#context = context;
    const { minResource, maxResource } = context.options;
    if (minResource !== undefined && maxResource !== undefined) this.#open(minResource, maxResource);
  }

  observe({ number, state, reports }: ReportedTrial): void {
    if (!this.#brackets) {
      const first = reports.find(({ step }) => step > 0)?.step;
      if (state !== "complete" || first === undefined) return;
      const { minResource = first, maxResource = reports[reports.length - 1].step } = this.#context.options;
      this.#open(minResource, maxResource);
    }
    this.#brackets?.of(number).add(this.#observed++, reports);
  }

  begin(number: number): Judge {
    // Until a trial is complete, nobody knows how long trials are.
    if (!this.#brackets) return lenient;
    return this.#brackets.of(number).judge(this.#observed, this.#brackets.end);
  }

  #open(minResource: number, maxResource: number): void {
    const { direction, options } = this.#context;
    const { reduction } = options;
    const firsts = [minResource];
    while (firsts[firsts.length - 1] < maxResource) firsts.push(firsts[firsts.length - 1] * reduction);
    const all = firsts.map((first) => new Bracket(first, reduction, (value) => costOf(direction, value)));
    const of = (number: number) => all[bracketOf(number, all.length, reduction)];
    this.#brackets = { all, end: maxResource, of };
  }
}

const GOLDEN = 0.6180339887498949;

/** Which of `count` brackets a trial belongs to. */
export function bracketOf(number: number, count: number, reduction: number): number {
  const weights = new Float64Array(count);
  let total = 0;
  for (let s = 0, power = 1; s < count; s++, power *= reduction) {
    weights[count - 1 - s] = power / (s + 1);
    total += power / (s + 1);
  }
  const turns = (number + 0.5) * GOLDEN;
  let left = (turns - Math.floor(turns)) * total;
  for (let b = 0; b < count - 1; b++) {
    left -= weights[b];
    if (left < 0) return b;
  }
  return count - 1;
}
