import { requireArguments } from "../../arguments.js";
import {
  DATA_TYPE,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  writeOnnx,
} from "../../formats/onnx/model.js";
import { onnxModel } from "../../nn/onnx/to-onnx.js";
import type { TabularColumns } from "../../tables/encode.js";
import { version } from "../../version.js";
import { encodeWeights } from "../weights.js";
import type { OpenedFit } from "./open.js";

/** What a program beside plateau needs to know of a fit, to make its input and read its output. Plain JSON. */
export interface FitDescription {
  readonly plateau: string;
  /** Names of the numbers of x, in order; one category's is 1 where the row has it, else 0. */
  readonly features: readonly string[];
  readonly inputs: TabularColumns["inputs"];
  readonly outputs: TabularColumns["outputs"];
  /** Whether x and the output are in the table's own units: else (value − mean) / sd. */
  readonly units: "table" | "standardised";
  readonly config: object;
}

function describe({ columns, stored }: OpenedFit, units: FitDescription["units"]): FitDescription {
  const { data: _, ...config } = stored.config;
  const { features, inputs, outputs } = columns;
  return { plateau: version, features, inputs, outputs, units, config };
}

/**
 * A fit as an ONNX file that takes a table's own numbers: `x` [batch, features], float64, a column's number as the
 * table has it, or 0 and 1 for its categories; `output` [batch, outputs], float64, in the table's units.
 * Standardisation is part of the graph, in float64, where large numbers lose nothing; the network is float32. The
 * columns are described in its metadata, `plateau.columns`, and in what is returned beside it.
 * @throws PlateauError `memory` beyond the 2 GiB of the format; `usage` where it is no fit
 */
export function fitOnnx(fit: OpenedFit): { file: Uint8Array<ArrayBuffer>; description: FitDescription } {
  requireArguments("fitOnnx", { fit: [fit, "OpenedFit: stored model columns"] });
  const description = describe(fit, "table");
  const inner = onnxModel(fit.model);
  return { file: writeOnnx(inUnits(inner, fit.columns, description)), description };
}

/**
 * The weights alone, with the columns in their metadata: numbers are to be standardised before, and back behind.
 * @throws PlateauError `usage` where a name is none that safetensors can hold
 */
export function fitSafetensors(fit: OpenedFit): { file: Uint8Array; description: FitDescription } {
  requireArguments("fitSafetensors", { fit: [fit, "OpenedFit: stored model columns"] });
  const description = describe(fit, "standardised");
  const { model, stored } = fit;
  const metadata = {
    config: JSON.stringify(stored.config),
    architecture: JSON.stringify(model.config),
    columns: JSON.stringify(description),
  };
  return { file: encodeWeights(model, metadata), description };
}

function inUnits(model: OnnxModel, columns: TabularColumns, description: FitDescription): OnnxModel {
  const { inputs, outputs, features } = columns;
  const constants = new Map<string, OnnxTensor>(model.constants);
  const constant = (name: string, values: readonly number[]) => {
    constants.set(name, { dtype: "F64", shape: [values.length], data: Float64Array.from(values) });
    return name;
  };
  // A category's 0 or 1 is what the network reads.
  const scales = inputs.flatMap((input) =>
    input.kind === "numeric" ? [input] : input.categories.map(() => ({ mean: 0, sd: 1 })),
  );
  const inner = { x: "network.x", output: "network.output" };
  const names = (list: readonly string[]) =>
    list.map((name) => (name === "x" || name === "output" ? inner[name] : name));
  const node = (type: string, to: string, from: readonly string[], attributes?: OnnxNode["attributes"]) => ({
    ...{ type, name: `table/${to}`, inputs: from, outputs: [to] },
    ...(attributes ? { attributes } : {}),
  });
  const shape = (name: string, ...sizes: number[]) => {
    constants.set(name, { dtype: "I64", shape: [sizes.length], data: BigInt64Array.from(sizes, BigInt) });
    return name;
  };
  const mean = (list: readonly { mean: number }[]) => list.map((one) => one.mean);
  const sd = (list: readonly { sd: number }[]) => list.map((one) => one.sd);
  return {
    ...model,
    inputs: [{ name: "x", dtype: "F64", shape: ["batch", features.length] }],
    outputs: [{ name: "output", dtype: "F64", shape: ["batch", outputs.length] }],
    nodes: [
      node("Sub", "x.centred", ["x", constant("inputs.mean", mean(scales))]),
      node("Div", "x.standardised", ["x.centred", constant("inputs.sd", sd(scales))]),
      node("Cast", "x.float32", ["x.standardised"], { to: { int: DATA_TYPE.F32 } }),
      node("Reshape", inner.x, ["x.float32", shape("inputs.shape", -1, 1, features.length)]),
      ...model.nodes.map((one) => ({
        ...one,
        inputs: names(one.inputs),
        outputs: names(one.outputs),
      })),
      node("Reshape", "output.rows", [inner.output, shape("outputs.shape", -1, outputs.length)]),
      node("Cast", "output.float64", ["output.rows"], { to: { int: DATA_TYPE.F64 } }),
      node("Mul", "output.scaled", ["output.float64", constant("outputs.sd", sd(outputs))]),
      node("Add", "output", ["output.scaled", constant("outputs.mean", mean(outputs))]),
    ],
    constants,
    metadata: { ...model.metadata, "plateau.columns": JSON.stringify(description) },
  };
}
