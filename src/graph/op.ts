import type { Graph } from "./graph.js";
import type { Shape, Tensor } from "./tensor.js";

/**
 * An operation: shapes, forward, vector–Jacobian product. One file each in `ops/`, one line in
 * `ops/registry.ts`. `I` names its input tensors, `A` its attributes.
 */
// biome-ignore lint/suspicious/noExplicitAny: what `forward` saves is known to its own `backward` alone
export interface Op<I, A = Record<string, never>, S = any> {
  readonly name: string;
  /** The inputs as a list, in the order of their names in reference files. */
  inputs(inputs: I): Tensor[];
  /** Shape of the output. @throws PlateauError `shape-mismatch` */
  shape(inputs: I, attributes: A): Shape;
  /** Emits the calls that compute `output`; returns what `backward` needs. */
  forward(graph: Graph, output: Tensor, inputs: I, attributes: A): S;
  /** Emits the calls that add to the inputs' gradients. Absent: the output has no gradient. */
  backward?(graph: Graph, output: Tensor, inputs: I, attributes: A, saved: S): void;
}
