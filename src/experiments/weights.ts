import { requireArguments } from "../arguments.js";
import { readSafetensors, writeSafetensors } from "../formats/safetensors.js";
import { type FileTensor, toFloat32 } from "../formats/tensor.js";
import { sha256Hex } from "../hash.js";
import type { Model, StateTensor } from "../nn/model.js";
import { version } from "../version.js";

/**
 * A model's weights as safetensors under their PyTorch names.
 * @throws PlateauError `usage` where the metadata have a name or text that safetensors cannot hold
 */
export function encodeWeights(model: Model, metadata: Record<string, string> = {}): Uint8Array {
  requireArguments("encodeWeights", {
    model: [model, "Model: architecture parameters seed config"],
    metadata: [metadata, "object?"],
  });

  const tensors = new Map<string, FileTensor>();
  for (const [name, { shape, data }] of model.stateDict()) tensors.set(name, { dtype: "F32", shape, data });
  return writeSafetensors(tensors, { format: "pt", plateau: version, ...metadata });
}

/** Weights of any float dtype, as float32. @throws PlateauError `format` */
export function decodeWeights(bytes: Uint8Array, source: string): Map<string, StateTensor> {
  requireArguments("decodeWeights", { bytes: [bytes, "bytes"], source: [source, "text"] });

  const { tensors } = readSafetensors(bytes, source);
  return new Map(
    [...tensors].map(([name, tensor]) => [name, { shape: tensor.shape, data: toFloat32(tensor, name) }]),
  );
}

/**
 * SHA-256 of a model's weights, in the order of its state dict, as little-endian float32.
 * @throws PlateauError `usage` where the engine has no `crypto.subtle` (a page not served over https)
 */
export function weightsSha256(model: Model): Promise<string> {
  requireArguments("weightsSha256", { model: [model, "Model: architecture parameters seed config"] });

  const chunks = [...model.stateDict().values()].map(
    ({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  );
  return sha256Hex(chunks);
}
