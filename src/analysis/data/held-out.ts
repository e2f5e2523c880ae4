import * as v from "valibot";
import { PlateauError } from "../../errors.js";
import type { Pace, StopSignal } from "../../pause.js";
import type { BatchFunction } from "../../targets/function.js";
import { seedNumber, whole } from "../../validate.js";
import type { MeasureContext, Subject } from "../measure.js";

/** Schema entries of what every measure takes. */
export const contextEntries = {
  seed: v.optional(seedNumber, 0),
  samples: v.optional(whole(2, 2 ** 24)),
  onProgress: v.optional(v.function()),
  signal: v.optional(
    v.custom<StopSignal>(
      (signal) => typeof (signal as StopSignal | null)?.aborted === "boolean",
      "expected an AbortSignal",
    ),
  ),
} as const;

/** Points that no training has seen, with what the model makes of them and what is true. */
export interface HeldOut {
  readonly source: "test data" | "domain";
  readonly count: number;
  /** [count, p]. */
  readonly x: Float64Array<ArrayBuffer>;
  /** [count, q]. */
  readonly predicted: Float64Array<ArrayBuffer>;
  /** [count, q]. */
  readonly truth: Float64Array<ArrayBuffer>;
}

/** Points given to a function at a time. */
const BLOCK = 1024;
/** Test rows looked at unless told. */
const TEST_ROWS = 10_000;
/** Points drawn from a domain unless told: these many, or fewer where values are long. */
const DRAWN = 4096;
const DRAWN_NUMBERS = 1 << 20;

/**
 * The first `samples` rows of the test data (10,000 unless told), else as many points of the domain
 * (4096 unless told, or as many as 2²⁰ output numbers are) with the target's values.
 * @throws PlateauError `usage` where shapes do not fit, or there is neither test data nor target
 */
export async function heldOut(
  subject: Subject,
  { seed = 0, samples }: Pick<MeasureContext, "seed" | "samples">,
  pace: Pace,
): Promise<HeldOut> {
  checkShapes(subject);
  const { model, target, domain, test } = subject;
  if (test) {
    const count = Math.min(test.count, samples ?? TEST_ROWS);
    const x = Float64Array.from(test.x.subarray(0, count * model.inputs));
    const truth = Float64Array.from(test.y.subarray(0, count * model.outputs));
    return { source: "test data", count, x, truth, predicted: await evaluateAll(model, x, count, pace) };
  }
  if (!target) {
    throw new PlateauError("usage", `nothing to compare ${model.name} with: give a target or test data`);
  }
  const count = samples ?? Math.max(2, Math.min(DRAWN, Math.floor(DRAWN_NUMBERS / model.outputs)));
  const x = domain.sample(seed, 0, count);
  const predicted = await evaluateAll(model, x, count, (share) => pace(share / 2));
  const truth = await evaluateAll(target, x, count, (share) => pace(0.5 + share / 2));
  return { source: "domain", count, x, predicted, truth };
}

/** f at x [count, p], block by block. */
export async function evaluateAll(
  f: BatchFunction,
  x: Float64Array,
  count: number,
  pace: Pace,
): Promise<Float64Array<ArrayBuffer>> {
  const y = new Float64Array(count * f.outputs);
  for (let start = 0; start < count; start += BLOCK) {
    await pace(start / count);
    const rows = Math.min(BLOCK, count - start);
    y.set(f.evaluate(x.slice(start * f.inputs, (start + rows) * f.inputs), rows), start * f.outputs);
  }
  return y;
}

/** @throws PlateauError `usage` where model, target, domain and data do not have the same shapes */
export function checkShapes({ model, target, domain, test, train }: Subject): void {
  const { inputs, outputs } = model;
  const shape = `${model.name} takes ${inputs} numbers to ${outputs}`;
  if (domain.inputs !== inputs) {
    throw new PlateauError("usage", `${shape}, but the domain's points have ${domain.inputs}`);
  }
  if (target && (target.inputs !== inputs || target.outputs !== outputs)) {
    throw new PlateauError("usage", `${shape}, ${target.name} ${target.inputs} to ${target.outputs}`);
  }
  for (const [name, data] of [["test", test] as const, ["training", train] as const]) {
    if (!data) continue;
    const { x, y, count } = data;
    if (!(count >= 2 && x.length === count * inputs && y.length === count * outputs)) {
      throw new PlateauError(
        "usage",
        `${shape}, but ${count} rows of ${name} data hold ${x.length} inputs and ${y.length} outputs (2 rows at least)`,
      );
    }
  }
}
