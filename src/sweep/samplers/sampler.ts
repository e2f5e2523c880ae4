import type * as v from "valibot";
import type { Parameters } from "../space/parameter.js";
import type { Space } from "../space/space.js";
import type { Direction, Observation } from "../trial.js";

/** What a sampler is made for. All of it is stored with the study: the same context, the same suggestions. */
export interface SamplerContext<Options = unknown> {
  readonly space: Space;
  readonly seed: number;
  readonly direction: Direction;
  readonly options: Options;
}

/**
 * Proposes parameters. What it proposes for a trial is a function of its context, of the trial's number
 * and, where `usesHistory`, of what it has observed and what is pending: never of time, of the order in
 * which workers finish, or of how often it was asked.
 */
export interface Sampler {
  /**
   * A trial that has ended. Trials come in order of number, each once, and before trial n is asked for
   * all up to n − lookahead have come. Not called where the sampler does not use history.
   */
  observe(trial: Observation): void;
  /**
   * Parameters of trial `number`, which satisfy the space's constraints; null when there are none left
   * (a grid). Numbers rise from call to call, but any may be left out.
   * @param pending parameters of the trials that were suggested but have not been observed, by number
   * @throws PlateauError `usage` where constraints leave (next to) nothing
   */
  suggest(number: number, pending: readonly Parameters[]): Parameters | null;
}

/** A sampler by name: its own file, and one line in the registry. */
export interface SamplerDefinition<Schema extends v.GenericSchema = v.GenericSchema> {
  readonly name: string;
  /** One line, for the command line's help. */
  readonly description: string;
  /** Whether trial n waits until trial n − lookahead has ended. */
  readonly usesHistory: boolean;
  /** Options with their defaults: `v.strictObject({})` where there are none. */
  readonly schema: Schema;
  /** Makes one for a study. */
  create(context: SamplerContext<v.InferOutput<Schema>>): Sampler;
}
