import type * as v from "valibot";
import type { Direction, ReportedTrial } from "../trial.js";

/** What a pruner is made for. All of it is stored with the study. */
export interface PrunerContext<Options = unknown> {
  readonly seed: number;
  readonly direction: Direction;
  readonly options: Options;
}

/** Whether a trial goes on. */
export type Decision = "continue" | "stop";

/** Judges one trial, report by report. Steps rise; a continued trial reports again from its first step. */
export type Judge = (step: number, value: number) => Decision;

/**
 * Stops trials that will not be worth their time. A decision is a function of the context, of the trials
 * that were observed when the trial began, and of its own reports.
 */
export interface Pruner {
  /**
   * A trial that has ended. Trials come in order of number, each once; before trial n begins all up to
   * n − lookahead have come, and no other. Not called where the pruner does not use history.
   */
  observe(trial: ReportedTrial): void;
  /** The judge of trial `number`, which goes by what has been observed by now, whatever is observed later. */
  begin(number: number): Judge;
}

/** A pruner by name: its own file, and one line in the registry. */
export interface PrunerDefinition<Schema extends v.GenericSchema = v.GenericSchema> {
  readonly name: string;
  /** One line, for the command line's help. */
  readonly description: string;
  /** Whether decisions depend on other trials. */
  readonly usesHistory: boolean;
  readonly schema: Schema;
  /** Makes one for a study. */
  create(context: PrunerContext<v.InferOutput<Schema>>): Pruner;
}
