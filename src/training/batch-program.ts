import type { Graph } from "../graph/graph.js";
import type { Program } from "../graph/program.js";
import type { Model } from "../nn/model.js";
import { streamKey } from "../random/keys.js";
import type { Engine } from "../runtime/engine.js";
import type { BatchAddresses } from "./data.js";
import { type EmittedLoss, emitLoss, type Loss } from "./losses.js";

/** Loss and gradients of some rows as a program, and where its inputs and its loss are. */
export interface BatchProgram {
  readonly rows: number;
  readonly program: Program;
  readonly to: BatchAddresses;
  /** Labels of all rows; 0 in regression. */
  readonly labels: number;
  /** Address of the loss, an f64. */
  readonly loss: number;
  /** Address of the factor that the gradients get, an f32. */
  readonly cotangent: number;
  /** Address of the dropout's u32[4]; 0 where there is none. */
  readonly rng: number;
}

/** A program over a model's weights that adds to the gradients at an address. */
export function batchProgram(model: Model, loss: Loss, rows: number, gradients: number): BatchProgram {
  const { architecture } = model;
  let emittedLoss: EmittedLoss | undefined;
  const { program, emitted } = model.program(
    { batch: rows, ...architecture.extent },
    {
      mode: "training",
      gradients,
      extend: (graph, output) =>
        (emittedLoss = differentiateLoss(graph, output, loss, architecture.targetDim)),
    },
  );
  const { value, y, labels } = emittedLoss!;
  return {
    rows,
    program,
    to: {
      x: program.address(emitted.x),
      y: program.address(y),
      labels: labels ? program.address(labels) : 0,
      keyMask: emitted.keyMask ? program.address(emitted.keyMask) : 0,
    },
    labels: labels?.shape[0] ?? 0,
    loss: program.address(value),
    cotangent: program.address(program.graph.results.get("cotangent")!),
    rng: emitted.rng ? program.address(emitted.rng) : 0,
  };
}

/** Adds the loss to a graph with its backward pass; the cotangent is the input `cotangent`. */
export function differentiateLoss(
  graph: Graph,
  emitted: Parameters<typeof emitLoss>[1],
  loss: Loss,
  targetDim: number,
): EmittedLoss {
  const emittedLoss = emitLoss(graph, emitted, loss, targetDim);
  const cotangent = graph.input("cotangent", [1]);
  graph.keep("cotangent", cotangent);
  graph.differentiate(emittedLoss.output, cotangent);
  return emittedLoss;
}

/** Keys a program's dropout. */
export function keyDropout(engine: Engine, { rng }: BatchProgram, seed: number): void {
  if (!rng) return;
  const { key0, key1 } = streamKey(seed, "training/dropout");
  engine.u32(rng, 2).set([key0, key1]);
}
