import * as v from "valibot";
import { PlateauError } from "../../errors.js";
import type { StopSignal } from "../../pause.js";
import { MEMORY_LIMIT } from "../../runtime/engine.js";
import { check, positive, seedNumber } from "../../validate.js";
import type { Task } from "../constructions/construction.js";
import { type Constants, constantsOf } from "./constants.js";
import type { HolderLaw } from "./rates.js";
import { holderDelta, modulusDelta, neededDelta, type Resolutions, sufficientDelta } from "./resolution.js";
import { type Route, routes } from "./routes.js";

/** Which error is asked for, and how constants are looked for. */
export interface BoundOptions {
  /** ε: what the error is to stay below, in units of outputs. */
  readonly epsilon: number;
  /** Of searches and samples. Default 0. */
  readonly seed?: number;
  /** Bytes of this machine. Default: what one WebAssembly memory holds. */
  readonly memory?: number;
  readonly signal?: StopSignal;
  /** Called with the share done, 0 … 1. */
  readonly onProgress?: (share: number) => void;
}

/** What an error of ε costs by each route, as plain JSON. */
export interface BoundTable {
  readonly target: string;
  readonly epsilon: number;
  /** d, m and n. */
  readonly dim: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly box: { readonly low: readonly number[]; readonly high: readonly number[] };
  readonly constants: Constants;
  readonly delta: Resolutions;
  readonly memory: number;
  readonly routes: readonly Route[];
}

const schema = v.object({
  epsilon: positive,
  seed: v.optional(seedNumber, 0),
  memory: v.optional(positive, MEMORY_LIMIT),
});

/** Units in the last place of the largest output that an error must be worth. */
const FLOAT64 = 2 ** -48;
/** A wider δ that is an estimate must be wider by this to be preferred to one that is certain. */
const MARGIN = 1.5;

/**
 * The table of costs for a target on its box.
 * @throws PlateauError `usage`, also where ε is below what float64 resolves of the target's values; `aborted`
 */
export async function bound(task: Task, options: BoundOptions): Promise<BoundTable> {
  const { epsilon, seed, memory } = check("bound", schema, options);
  const { target, dim, low, high } = task;
  const size = Math.max(Math.abs(target.range.low), Math.abs(target.range.high));
  if (epsilon < FLOAT64 * size) {
    throw new PlateauError(
      "usage",
      `epsilon ${epsilon}: float64 tells values up to ${size} apart to ${(FLOAT64 * size).toPrecision(2)}, with room for sums: give more`,
    );
  }
  const { signal, onProgress } = options;
  const constants = await constantsOf(task, { seed, signal, onProgress });
  const delta = resolutions(task, epsilon, constants);
  const holder = lawOf(task, constants);
  return {
    target: target.name,
    epsilon,
    dim,
    inputTokens: target.inputs,
    outputTokens: target.outputs,
    box: { low, high },
    constants,
    delta,
    memory,
    routes: routes({ task, epsilon, delta, holder, curvature: constants.curvature?.value ?? null, memory }),
  };
}

/** The weakest of what is known to suffice. */
function resolutions({ target, dim }: Task, epsilon: number, constants: Constants): Resolutions {
  const extent = { dim, inputTokens: target.inputs };
  const { lipschitz, holder, gradientL2, modulus } = constants;
  const neededL2 = gradientL2 && finite(neededDelta(epsilon, gradientL2.value));
  const ways: { corner: number; known: Resolutions["known"] }[] = [];
  // A constant function needs one cell.
  if (lipschitz && lipschitz.value > 0) {
    ways.push({
      corner: sufficientDelta(epsilon, lipschitz.value, extent, { at: "corner" }),
      known: lipschitz.known,
    });
  }
  if (holder) {
    const law = { constant: holder.constant.value, exponent: holder.exponent.value };
    ways.push({ corner: holderDelta(epsilon, law, extent, "corner"), known: holder.constant.known });
  }
  if (ways.length === 0 && !constants.jumps) {
    const seen = modulusDelta(epsilon, modulus, extent, "corner");
    if (seen !== null) ways.push({ corner: seen, known: "estimate" });
  }
  if (ways.length === 0) return { corner: null, centre: null, neededL2, known: "none" };
  // What is certain comes first, unless an estimate gains more than its own uncertainty: a search sees less
  // change than there is.
  const gain = (known: Resolutions["known"]) => (known === "estimate" ? MARGIN : 1);
  const best = ways.reduce((most, one) =>
    one.corner / gain(one.known) > most.corner / gain(most.known) ? one : most,
  );
  // For a law of exponent α, too: the centre is half as far.
  return { corner: best.corner, centre: 2 * best.corner, neededL2, known: best.known };
}

function lawOf({ f }: Task, { holder, lipschitz, jumps }: Constants): HolderLaw | null {
  if (jumps) return null;
  if (holder) {
    return { constant: holder.constant.value, exponent: holder.exponent.value, inputs: f.inputs };
  }
  return lipschitz && { constant: lipschitz.value, exponent: 1, inputs: f.inputs };
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
