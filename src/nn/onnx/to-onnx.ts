import * as v from "valibot";
import { requireArguments } from "../../arguments.js";
import { PlateauError } from "../../errors.js";
import { type OnnxModel, type OnnxTensor, type OnnxValue, writeOnnx } from "../../formats/onnx/model.js";
import { lastExtent, type Shape, size, type Tensor } from "../../graph/tensor.js";
import { check, count, flag } from "../../validate.js";
import { version } from "../../version.js";
import type { Model, ModelProgram } from "../model.js";
import { type Leaf, OnnxBuilder } from "./builder.js";
import { emitters } from "./registry.js";

const schema = v.strictObject({
  /**
   * Whether sequences may have any length, as an encoder or encoder–decoder allows: up to `maxTokens`, or up to
   * the model's own where positions were learned. Default false.
   */
  dynamicLength: v.optional(flag, false),
  /** Rows of the table of sinusoidal positions where lengths are dynamic. Default 1024. */
  maxTokens: v.optional(count, 1024),
});

/**
 * Options of `toOnnx`.
 * @useDeclaredType
 */
export type OnnxOptions = v.InferInput<typeof schema>;

/**
 * A model as an ONNX file (opset 17) that computes what `predict` does with a `teacher`. The number of rows,
 * `batch`, is dynamic. All numbers are float32.
 *
 * Inputs: `x` [batch, m, inputDim]; `y` [batch, n, targetDim] where a decoder reads several tokens: true outputs,
 * which the file itself shifts right behind the start vector (row t of the output depends on rows before t of y
 * only, if the model is causal: to decode step by step, put each output in as the next row); `keyMask` [batch, m]
 * of models with `padding`: 0 for a key that counts, −∞ for one that does not. Output: `output` [batch, n, outputDim].
 * @throws PlateauError `usage` for an op that has no ONNX form, naming it, or a length that cannot be dynamic;
 * `memory` beyond the 2 GiB of the format
 */
export function toOnnx(model: Model, options: OnnxOptions = {}): Uint8Array<ArrayBuffer> {
  requireArguments("toOnnx", {
    model: [model, "Model: architecture parameters seed config"],
    options: [options, "object?"],
  });
  return writeOnnx(onnxModel(model, options));
}

/** What `toOnnx` writes, to be added to. @throws PlateauError as `toOnnx`, apart from `memory` */
export function onnxModel(model: Model, options: OnnxOptions = {}): OnnxModel {
  const { dynamicLength, maxTokens } = check("onnx options", schema, options);
  return model.engine.scoped(() => {
    const made = model.program({ batch: 1, ...model.architecture.extent });
    return modelOf(model, made, dynamicLength, maxTokens);
  });
}

function modelOf(
  model: Model,
  { program, emitted }: ModelProgram,
  dynamicLength: boolean,
  maxTokens: number,
): OnnxModel {
  const { x, y, keyMask, output } = emitted;
  const builder = new OnnxBuilder(
    dynamicLength,
    leaves(model, { program, emitted }, dynamicLength, maxTokens),
  );
  for (const { op, label, inputs, attributes, output: to } of program.graph.applied) {
    const emit = Object.hasOwn(emitters, op) ? emitters[op] : undefined;
    if (!emit) {
      throw new PlateauError(
        "usage",
        `the op ${op} of ${label} has no ONNX form (known: ${Object.keys(emitters).join(", ")})`,
      );
    }
    builder.begin(label);
    builder.define(to, emit(builder, inputs, attributes, to));
  }
  builder.begin("output");
  const result = builder.value(output);
  builder.nodes.push({ type: "Identity", name: "output", inputs: [result], outputs: ["output"] });

  const tokens = (of: Tensor, name: string) => (dynamicLength && of.shape[1] > 1 ? name : of.shape[1]);
  const inputs: OnnxValue[] = [{ name: "x", shape: ["batch", tokens(x, "m"), lastExtent(x.shape)] }];
  if (y) inputs.push({ name: "y", shape: ["batch", tokens(y, "n"), lastExtent(y.shape)] });
  if (keyMask) inputs.push({ name: "keyMask", shape: ["batch", tokens(keyMask, "m")] });
  const outputs = [
    { name: "output", shape: ["batch", tokens(output, y ? "n" : "m"), lastExtent(output.shape)] },
  ];
  return {
    name: model.architecture.kind,
    producerVersion: version,
    inputs,
    outputs,
    nodes: builder.nodes,
    constants: builder.constants,
    metadata: { "plateau.kind": model.architecture.kind, "plateau.config": JSON.stringify(model.config) },
  };
}

/** Inputs by their names; parameters under theirs (rows of one with their range); position tables and start vectors. */
function leaves(
  model: Model,
  { program, emitted }: ModelProgram,
  dynamicLength: boolean,
  maxTokens: number,
): (tensor: Tensor) => Leaf {
  const inputs = new Map<number, { input: string; shape: Shape }>();
  for (const name of ["x", "y", "keyMask"] as const) {
    const tensor = emitted[name];
    if (tensor) inputs.set(tensor.buffer.id, { input: name, shape: tensor.shape });
  }
  const constants = new Map(emitted.constants.map(({ tensor, kind }) => [tensor.buffer.id, kind]));
  const floats = (shape: readonly number[], data: Float32Array): OnnxTensor => ({
    dtype: "F32",
    shape,
    data: data.slice(),
  });
  return (tensor) => {
    const { buffer, start, shape, name } = tensor;
    const input = inputs.get(buffer.id);
    if (input) return input;
    if (buffer.place === "parameter") {
      const data = model.weights().subarray(buffer.offset + start, buffer.offset + start + size(shape));
      const whole = size(shape) === buffer.length;
      const rows = size(shape.slice(1));
      const range = `[${start / rows}:${start / rows + shape[0]}]`;
      return { constant: whole ? name : `${name}${range}`, tensor: floats(shape, data) };
    }
    const kind = constants.get(buffer.id);
    if (kind === "sinusoidal" && dynamicLength) {
      return {
        constant: `positions.${maxTokens}`,
        tensor: sinusoidalTable(model, maxTokens, lastExtent(shape)),
      };
    }
    if (kind) return { constant: name, tensor: floats(shape, program.f32(tensor)) };
    throw new PlateauError("internal", `${name} is neither an input nor a constant`);
  };
}

function sinusoidalTable({ engine }: Model, rows: number, D: number): OnnxTensor {
  return engine.scoped(() => {
    const address = engine.allocate(4 * rows * D);
    engine.kernels.sinusoidal(address, rows, D);
    return { dtype: "F32", shape: [rows, D], data: engine.f32(address, rows * D).slice() };
  });
}
