import { PlateauError, quote } from "../../errors.js";
import { elementCount } from "../tensor.js";
import { Message } from "./protobuf.js";

/** What `LayerNormalization` needs; onnxruntime has it since 1.11 (2022). */
export const OPSET = 17;
/** The version of the file format that belongs to it. */
const IR_VERSION = 8;
/** Protocol buffers hold less than 2 GiB in one message. */
const MOST_BYTES = 2 ** 31 - 1;

/** A constant of a model. Whole numbers are int64. */
export type OnnxTensor =
  | { readonly dtype: "F32"; readonly shape: readonly number[]; readonly data: Float32Array }
  | { readonly dtype: "F64"; readonly shape: readonly number[]; readonly data: Float64Array }
  | { readonly dtype: "I64"; readonly shape: readonly number[]; readonly data: BigInt64Array };

export type OnnxAttribute =
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly float: number }
  | { readonly tensor: OnnxTensor };

/** One operator of the default domain. */
export interface OnnxNode {
  readonly type: string;
  readonly name: string;
  /** "" stands for an input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
}

/** An input or output. A text is an extent that the caller chooses. */
export interface OnnxValue {
  readonly name: string;
  /** Default float32. */
  readonly dtype?: "F32" | "F64";
  readonly shape: readonly (number | string)[];
}

export interface OnnxModel {
  readonly name: string;
  readonly producerVersion: string;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** In an order in which each reads only what was made before. */
  readonly nodes: readonly OnnxNode[];
  readonly constants: ReadonlyMap<string, OnnxTensor>;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Numbers of `TensorProto.DataType` and `AttributeProto.AttributeType`. */
export const DATA_TYPE = { F32: 1, I64: 7, F64: 11 } as const;
const ATTRIBUTE_TYPE = { float: 1, int: 2, tensor: 4, ints: 7 } as const;

/**
 * The bytes of an ONNX file (https://onnx.ai/onnx/repo-docs/IR.html), opset 17, IR version 8. Equal models
 * give equal bytes.
 * @throws PlateauError `memory` for what passes the format's 2 GiB; `shape-mismatch`
 */
export function writeOnnx(model: OnnxModel): Uint8Array<ArrayBuffer> {
  const { name, nodes, constants, inputs, outputs, producerVersion, metadata = {} } = model;
  const graph = new Message()
    .messages(1, nodes.map(nodeMessage))
    .text(2, name)
    .messages(
      5,
      [...constants].map(([key, tensor]) => tensorMessage(tensor, key)),
    )
    .messages(11, inputs.map(valueMessage))
    .messages(12, outputs.map(valueMessage));
  const message = new Message()
    .int(1, IR_VERSION)
    .text(2, "plateau")
    .text(3, producerVersion)
    .message(7, graph)
    .message(8, new Message().text(1, "").int(2, OPSET))
    .messages(
      14,
      Object.entries(metadata).map(([key, value]) => new Message().text(1, key).text(2, value)),
    );
  if (message.length > MOST_BYTES) {
    throw new PlateauError(
      "memory",
      `the ONNX file would have ${message.length} bytes, the format holds ${MOST_BYTES}: export safetensors instead`,
    );
  }
  return message.finish();
}

function nodeMessage({ type, name, inputs, outputs, attributes = {} }: OnnxNode): Message {
  const message = new Message();
  for (const input of inputs) message.text(1, input);
  for (const output of outputs) message.text(2, output);
  return message
    .text(3, name)
    .text(4, type)
    .messages(
      5,
      Object.entries(attributes).map(([key, value]) => attributeMessage(key, value)),
    );
}

function attributeMessage(name: string, attribute: OnnxAttribute): Message {
  const message = new Message().text(1, name);
  if ("int" in attribute) return message.int(3, attribute.int).int(20, ATTRIBUTE_TYPE.int);
  if ("ints" in attribute) return message.ints(8, attribute.ints).int(20, ATTRIBUTE_TYPE.ints);
  if ("float" in attribute) return message.float(2, attribute.float).int(20, ATTRIBUTE_TYPE.float);
  return message.message(5, tensorMessage(attribute.tensor)).int(20, ATTRIBUTE_TYPE.tensor);
}

function tensorMessage({ dtype, shape, data }: OnnxTensor, name = ""): Message {
  if (elementCount(shape) !== data.length) {
    throw new PlateauError(
      "shape-mismatch",
      `constant ${quote(name)}: shape [${shape.join(", ")}] does not hold the ${data.length} elements given`,
    );
  }
  const bytes = new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
  return new Message().ints(1, shape).int(2, DATA_TYPE[dtype]).text(8, name).bytes(9, bytes);
}

function valueMessage({ name, shape, dtype = "F32" }: OnnxValue): Message {
  const extents = shape.map((extent) =>
    typeof extent === "number" ? new Message().int(1, extent) : new Message().text(2, extent),
  );
  const tensor = new Message().int(1, DATA_TYPE[dtype]).message(2, new Message().messages(1, extents));
  return new Message().text(1, name).message(2, new Message().message(1, tensor));
}
