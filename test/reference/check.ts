import type { Graph } from "../../src/graph/graph.js";
import type { ops } from "../../src/graph/ops/registry.js";
import type { Program } from "../../src/graph/program.js";
import { size, type Tensor, type View } from "../../src/graph/tensor.js";
import { Model } from "../../src/nn/model.js";
import { differentiateLoss } from "../../src/training/batch-program.js";
import type { EmittedLoss } from "../../src/training/losses.js";
import { testSource } from "../kernels/run.js";
import { type Comparison, compare, type Quantity } from "./compare.js";
import type { Subject } from "./networks.js";
import { record } from "./record.js";

/** What was checked of one network. */
export interface Checked {
  /** Undefined where rounding alone decides between the pieces of a function. */
  readonly comparisons: Comparison[] | undefined;
  readonly ops: ReadonlySet<keyof typeof ops>;
}

/** Loss, outputs and all gradients of a network on random weights and data, in float32 beside float64. */
export function check({ architecture, loss, batch, seed }: Subject): Checked {
  const model = new Model(architecture, { seed });
  const { engine, parameters } = model;
  const weights = model.weights();
  const source = testSource(seed);
  // Biases are not 0 then, nor gains 1.
  for (const [i, change] of source(weights.length, -0.2, 0.2).entries()) weights[i] += change;
  const gradients = engine.allocate(4 * parameters.length);
  let emittedLoss: EmittedLoss | undefined;
  const { program, emitted } = model.program(
    { batch, ...architecture.extent },
    {
      mode: "training",
      gradients,
      inputGradient: true,
      decoderGradient: true,
      extend: (graph, all) => (emittedLoss = differentiateLoss(graph, all, loss, architecture.targetDim)),
    },
  );
  const { value, y, labels } = emittedLoss!;
  const fill = (tensor: Tensor | undefined, of: (x: number) => number) =>
    tensor && program.f32(tensor).set(source(size(tensor.shape)).map(of));
  fill(emitted.x, (x) => x);
  fill(y, (x) => x);
  fill(emitted.keyMask, (x) => (x > 0.4 ? Number.NEGATIVE_INFINITY : 0));
  if (labels && loss.kind === "cross-entropy") {
    const drawn = source(size(labels.shape), -0.3, loss.classes);
    program.i32(labels).set([...drawn].map((x) => (x < 0 ? -100 : Math.floor(x))));
  }
  if (emitted.rng) engine.u32(program.address(emitted.rng), 3).set([seed, 0xfeedf00d, 5]);
  program.f32(program.graph.results.get("cotangent")!)[0] = 1;
  engine.kernels.fillFloats(gradients, 0, parameters.length);
  program.forward();
  program.backward();
  const tensors = [emitted.x, ...(emitted.y ? [emitted.y] : [])];
  return checkProgram(program, { value, output: emitted.output, inputs: tensors, gradients, seed });
}

/** Where the numbers of a program are that has run. */
export interface Places {
  /** Of the loss. */
  readonly value: View;
  readonly output: Tensor;
  /** Inputs whose gradients are compared, where the loss depends on them. */
  readonly inputs: readonly Tensor[];
  /** Address of the gradients of the parameters. */
  readonly gradients: number;
  readonly seed: number;
}

/** Holds a program that has run to the reference of its graph. */
export function checkProgram(program: Program, { value, output, inputs, gradients, seed }: Places): Checked {
  const { graph, engine } = program;
  const recorded = record(graph, (view) => read(program, view));
  const quantities: Quantity[] = [
    { name: "loss", got: program.f64(value).slice(0, 1), nodes: [recorded.loss], kind: "values" },
    { name: "output", got: program.f32(output), nodes: recorded.nodes(output), kind: "values" },
  ];
  for (const parameter of graph.parameters) {
    const tensor = graph.parameter(parameter);
    const got = engine.f32(gradients + 4 * parameter.offset, size(parameter.shape));
    quantities.push({ name: parameter.name, got, nodes: recorded.nodes(tensor), kind: "gradient" });
  }
  for (const tensor of inputs) {
    if (!graph.reached(tensor)) continue;
    const got = program.f32(graph.gradient(tensor));
    quantities.push({ name: tensor.name, got, nodes: recorded.nodes(tensor), kind: "gradient" });
  }
  return { comparisons: compare(recorded, quantities, seed), ops: opsOf(graph) };
}

function opsOf(graph: Graph): Set<keyof typeof ops> {
  return new Set(graph.applied.map(({ op }) => op as keyof typeof ops));
}

function read(program: Program, view: View): ArrayLike<number> {
  const { dtype } = view.buffer;
  if (dtype === "i32") return program.i32(view);
  if (dtype === "u32") return program.engine.u32(program.address(view), view.buffer.length - view.start);
  return program.f32(view);
}
