import type { Graph, Mode } from "../../src/graph/graph.js";
import type { Buffer, Tensor, View } from "../../src/graph/tensor.js";
import { size } from "../../src/graph/tensor.js";
import { references } from "./registry.js";
import { type Node, Tape } from "./tape.js";

/** What the reference of an op is given. */
export interface Recording {
  readonly tape: Tape;
  /** Nothing is dropped but in training. */
  readonly mode: Mode;
  /** The numbers of an input, row-major. */
  of(tensor: Tensor): Node[];
  /** What stands in the memory of the program: labels, masks, keys of dropout. */
  read(tensor: View): ArrayLike<number>;
}

/** An op in float64, straight from its formula: the numbers of its output. Its gradient is the tape's. */
export type Reference<I, A> = (inputs: I, attributes: A, recording: Recording, output: Tensor) => Node[];

/** A graph as float64 arithmetic. */
export interface Recorded {
  readonly tape: Tape;
  /** Of the last op: the loss. */
  readonly loss: Node;
  /** Nodes of a tensor. */
  nodes(tensor: Tensor): Node[];
}

/**
 * Writes the ops that were applied to a graph onto a tape. What no op computes are leaves: parameters, inputs.
 * @param read the values of parameters and inputs
 */
export function record(graph: Graph, read: (view: View) => ArrayLike<number>): Recorded {
  const tape = new Tape();
  const known = new Map<Buffer, Node[]>();
  const nodes = (tensor: Tensor): Node[] => {
    const { buffer, start, shape } = tensor;
    let all = known.get(buffer);
    if (!all) {
      const values = read({ buffer, start: 0 });
      all = Array.from({ length: buffer.length }, (_, i) => tape.leaf(values[i]));
      known.set(buffer, all);
    }
    return all.slice(start, start + size(shape));
  };
  const recording: Recording = { tape, mode: graph.mode, of: nodes, read };
  let last: Node[] = [];
  for (const { op, inputs, attributes, output } of graph.applied) {
    const reference = references[op as keyof typeof references] as Reference<unknown, unknown>;
    if (!reference) throw new Error(`no reference of op ${op}: one line in test/reference/registry.ts`);
    last = reference(inputs, attributes, recording, output);
    known.set(output.buffer, last);
  }
  return { tape, loss: last[0], nodes };
}
