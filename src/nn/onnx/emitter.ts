import type { Tensor } from "../../graph/tensor.js";
import type { OnnxBuilder } from "./builder.js";

/** Writes an op as ONNX operators, as `forward` computes it without dropout, and returns its output's value. */
// biome-ignore lint/suspicious/noExplicitAny: inputs and attributes are those of the op of the same name
export type Emitter<I = any, A = any> = (
  builder: OnnxBuilder,
  inputs: I,
  attributes: A,
  output: Tensor,
) => string;

/** The emitter of an op, whose inputs and attributes are the op's own. */
export type EmitterOf<O> = O extends {
  forward(graph: never, output: never, inputs: infer I, attributes: infer A): unknown;
}
  ? Emitter<I, A>
  : never;
