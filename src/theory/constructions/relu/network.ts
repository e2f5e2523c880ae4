import { mlp } from "../../../nn/mlp.js";
import { Model } from "../../../nn/model.js";
import type { Task } from "../construction.js";

/** A ReLU network of given hidden widths whose weights are all 0, and how to write them. */
export interface Blank {
  readonly model: Model;
  /** Weight of layer `layer` (the last is the head) from unit `from` to unit `to`. */
  weight(layer: number, to: number, from: number, value: number): void;
  bias(layer: number, to: number, value: number): void;
  /** Puts what was written into the model, and counts what is not 0. */
  finish(): number;
}

/** Numbers of a network of inputs, hidden layers and outputs of these widths. */
export function floatsOf(widths: readonly number[]): number {
  let floats = 0;
  for (let i = 1; i < widths.length; i++) floats += widths[i] * (widths[i - 1] + 1);
  return floats;
}

export function blankNetwork({ f, target, dim }: Task, hidden: readonly number[]): Blank {
  const widths = [f.inputs, ...hidden, f.outputs];
  const model = new Model(
    mlp({
      inputDim: dim,
      outputDim: dim,
      inputTokens: target.inputs,
      outputTokens: target.outputs,
      hidden: [...hidden],
      activation: "relu",
      initialization: "zero",
    }),
  );
  const state = model.stateDict();
  const name = (layer: number) => (layer === hidden.length ? "head" : `layers.${layer}`);
  return {
    model,
    weight(layer, to, from, value) {
      state.get(`${name(layer)}.weight`)!.data[to * widths[layer] + from] = value;
    },
    bias(layer, to, value) {
      state.get(`${name(layer)}.bias`)!.data[to] = value;
    },
    finish() {
      model.loadStateDict(state, "relu");
      let nonzero = 0;
      for (const { data } of state.values()) for (const value of data) if (value !== 0) nonzero++;
      return nonzero;
    },
  };
}
