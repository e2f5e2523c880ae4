import { requireArguments } from "../arguments.js";
import { PlateauError } from "../errors.js";
import type { Training } from "./training.js";

/** One evaluation during training. */
export interface Evaluation {
  /** Updates done. */
  update: number;
  /** What `evaluate` returned; less is better. */
  value: number;
}

/** All that continuing needs, bit for bit: the order of data and dropout follow from `updates` and the seed. */
export interface TrainingState {
  updates: number;
  /** Of the last update's batches; NaN before the first. */
  loss: number;
  /** Wall time of all sessions so far, and the part of it that updates took. */
  seconds: number;
  updateSeconds: number;
  evaluations: Evaluation[];
  best?: Evaluation;
  /** Flat arrays as the model lays its parameters out. */
  weights: Float32Array<ArrayBuffer>;
  first: Float32Array<ArrayBuffer>;
  second: Float32Array<ArrayBuffer>;
  /** Weights of the best evaluation. */
  bestWeights?: Float32Array<ArrayBuffer>;
  /** What whoever trains keeps beside: plain JSON, stored with the rest, without influence on training. */
  notes?: unknown;
}

/** Copies of a trainer's arrays. */
export function capture(
  trainer: Training,
): Pick<TrainingState, "updates" | "loss" | "weights" | "first" | "second"> {
  const { engine, parameters } = trainer.model;
  const { first, second } = trainer.state;
  return {
    updates: trainer.updates,
    loss: trainer.loss,
    weights: trainer.model.weights().slice(),
    first: engine.f32(first, parameters.length).slice(),
    second: engine.f32(second, parameters.length).slice(),
  };
}

/** @throws PlateauError `usage` where training cannot continue from it */
export function requireState(call: string, state: TrainingState): void {
  requireArguments(call, {
    resume: [state, "TrainingState: updates loss weights first second evaluations"],
  });
  const { updates, loss, weights, first, second, bestWeights, evaluations } = state;
  requireArguments(call, {
    "resume.updates": [updates, "number"],
    "resume.loss": [loss, "number"],
    "resume.weights": [weights, "floats"],
    "resume.first": [first, "floats"],
    "resume.second": [second, "floats"],
    "resume.bestWeights": [bestWeights, "floats?"],
    "resume.evaluations": [evaluations, "list of Evaluation: update value"],
  });
}

/** Puts a trainer where a state was captured. @throws PlateauError `shape-mismatch` */
export function restore(trainer: Training, state: TrainingState): void {
  const { engine, parameters } = trainer.model;
  const { length } = parameters;
  for (const [name, array] of Object.entries({
    weights: state.weights,
    first: state.first,
    second: state.second,
    bestWeights: state.bestWeights,
  })) {
    if (array && array.length !== length) {
      throw new PlateauError(
        "shape-mismatch",
        `checkpoint: ${name} has ${array.length} numbers, this model has ${length}`,
      );
    }
  }
  trainer.continueFrom(state.updates, state.loss);
  trainer.model.weights().set(state.weights);
  engine.f32(trainer.state.first, length).set(state.first);
  engine.f32(trainer.state.second, length).set(state.second);
}
