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
export function check(subject: Subject): Checked {
  const { architecture, extent = architecture.extent, loss, batch, seed } = subject;
  const { mode = "training", emit = { inputGradient: true, decoderGradient: true } } = subject;
  const { scale = 1, size: width = 1, ignored = 0.1, build } = subject;
  const model = new Model(architecture, { seed, build });
  const { engine, parameters } = model;
  const weights = model.weights();
  const source = testSource(seed);
  // Biases are not 0 then, nor gains 1.
  for (const [i, change] of source(weights.length, -0.2, 0.2).entries()) weights[i] += change;
  const gradients = engine.allocate(4 * parameters.length);
  let made: EmittedLoss | undefined;
  let direction: Tensor | undefined;
  const { program, emitted } = model.program(
    { batch, ...extent },
    {
      ...{ mode, gradients, ...emit },
      // Without gradients of parameters, there are those of inputs.
      inputGradient: mode === "derivative" || (emit.inputGradient ?? false),
      extend(graph, all) {
        if (mode === "training") {
          made = differentiateLoss(graph, all, loss, architecture.targetDim);
        } else if (mode === "derivative") {
          direction = graph.input("direction", all.output.shape);
          graph.differentiate(all.output, direction);
        }
      },
    },
  );
  const { graph } = program;
  const fill = (tensor: Tensor | undefined, of: (x: number) => number) =>
    tensor && program.f32(tensor).set(source(size(tensor.shape)).map(of));
  fill(emitted.x, (x) => x * width);
  fill(made?.y ?? emitted.y, (x) => x * width);
  fill(emitted.keyMask, (x) => (x > 0.4 ? Number.NEGATIVE_INFINITY : 0));
  fill(direction, (x) => x * scale);
  if (made?.labels && loss.kind === "cross-entropy") {
    const { classes } = loss;
    const drawn = source(2 * size(made.labels.shape), 0, 1);
    const labels = program.i32(made.labels);
    for (let i = 0; i < labels.length; i++) {
      labels[i] = drawn[2 * i] < ignored ? -100 : Math.floor(drawn[2 * i + 1] * classes);
    }
  }
  if (emitted.rng) engine.u32(program.address(emitted.rng), 3).set([seed, 0xfeedf00d, 5]);
  const cotangent = graph.results.get("cotangent");
  if (cotangent) program.f32(cotangent)[0] = scale;
  engine.kernels.fillFloats(gradients, 0, parameters.length);
  program.forward();
  if (mode !== "inference") program.backward();
  const inputs = [emitted.x, ...(emitted.y ? [emitted.y] : [])];
  const value = made?.value;
  return checkProgram(program, { value, scale, direction, output: emitted.output, inputs, gradients, seed });
}

/** Where the numbers of a program are that has run. */
export interface Places {
  /** Of the loss, where it is differentiated. */
  readonly value?: View;
  /** In which the outputs are differentiated, where there is no loss. */
  readonly direction?: Tensor;
  /** What the loss's gradients are multiplied by. Default 1. */
  readonly scale?: number;
  readonly output: Tensor;
  /** Inputs whose gradients are compared, where the loss depends on them. */
  readonly inputs: readonly Tensor[];
  /** Address of the gradients of the parameters. */
  readonly gradients: number;
  readonly seed: number;
}

/** Holds a program that has run to the reference of its graph. */
export function checkProgram(program: Program, places: Places): Checked {
  const { value, direction, scale = 1, output, inputs, gradients, seed } = places;
  const { graph, engine } = program;
  const recorded = record(graph, (view) => read(program, view));
  const { tape, loss: last, nodes } = recorded;
  const quantities: Quantity[] = [
    { name: "output", got: program.f32(output), nodes: nodes(output), kind: "values" },
  ];
  if (value)
    quantities.push({ name: "loss", got: program.f64(value).slice(0, 1), nodes: [last], kind: "values" });
  // What is differentiated: the loss times its scale, or the outputs' product with a direction.
  const loss = value ? tape.linear([last], [scale]) : tape.dot(nodes(output), nodes(direction ?? output));
  for (const parameter of graph.mode === "training" ? graph.parameters : []) {
    const tensor = graph.parameter(parameter);
    const got = engine.f32(gradients + 4 * parameter.offset, size(parameter.shape));
    quantities.push({ name: parameter.name, got, nodes: nodes(tensor), kind: "gradient" });
  }
  for (const tensor of graph.mode === "inference" ? [] : inputs) {
    if (!graph.reached(tensor)) continue;
    const got = program.f32(graph.gradient(tensor));
    quantities.push({ name: tensor.name, got, nodes: nodes(tensor), kind: "gradient" });
  }
  return { comparisons: compare({ ...recorded, loss }, quantities, seed), ops: opsOf(graph) };
}

/** Names of the ops that were applied. */
export function opsOf(graph: Graph): Set<keyof typeof ops> {
  return new Set(graph.applied.map(({ op }) => op as keyof typeof ops));
}

function read(program: Program, view: View): ArrayLike<number> {
  const { dtype } = view.buffer;
  if (dtype === "i32") return program.i32(view);
  if (dtype === "u32") return program.engine.u32(program.address(view), view.buffer.length - view.start);
  return program.f32(view);
}
