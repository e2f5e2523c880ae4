import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeSafetensors } from "../../src/formats/safetensors.js";
import type { FileTensor } from "../../src/formats/tensor.js";
import type { TransformerOptions } from "../../src/nn/config.js";
import { toOnnx } from "../../src/nn/onnx/to-onnx.js";
import { Transformer } from "../../src/nn/transformer.js";
import { Batches } from "../../src/training/batches.js";
import { testSource } from "../../test/kernels/run.js";
import type { StepConfig } from "../configs.js";
import type { Job, ModelSizes } from "./protocol.js";

/** Batches of a job's data: its rows are gone through again and again. */
const BATCHES = 8;
const LEARNING_RATE = 1e-4;

function sizesOf({ model }: StepConfig): ModelSizes {
  const { inputTokens, outputTokens, dModel, heads, ff, encoderLayers: layers } = model;
  return { inputTokens, outputTokens, dModel, heads, ff, layers };
}

export function modelOptions({ dModel, layers, ...rest }: ModelSizes): TransformerOptions {
  return {
    ...rest,
    ...{ dModel, inputDim: dModel, targetDim: dModel, outputDim: dModel, embedding: "none" },
    ...{ encoderLayers: layers, decoderLayers: layers },
  };
}

/**
 * Weights, data, and the order in which our trainer goes through its first epoch, in one file: all peers
 * begin with equal weights and see the same rows in their first eight steps.
 */
export function writeJob(
  folder: string,
  name: string,
  config: StepConfig,
  { kind, dropout = 0, batch = config.batch }: { kind: Job["kind"]; dropout?: number; batch?: number },
): Job {
  const model = sizesOf(config);
  const ours = Transformer.create(modelOptions(model), { seed: 1 });
  const rows = BATCHES * batch;
  const source = testSource(1);
  const { inputTokens: m, outputTokens: n, dModel: d } = model;
  const x = source(rows * m * d);
  const y = source(rows * n * d);
  const batches = new Batches(ours.engine, rows, batch, 0);
  const order = Int32Array.from({ length: BATCHES }, (_, i) => i).reduce((all, i) => {
    const address = batches.at(i);
    all.set(ours.engine.i32(address, batch), i * batch);
    return all;
  }, new Int32Array(rows));
  const tensors: [string, FileTensor][] = [...ours.stateDict()].map(([key, { shape, data }]) => [
    key,
    { dtype: "F32", shape, data },
  ]);
  tensors.push(
    ["data.x", { dtype: "F32", shape: [rows, m, d], data: x }],
    ["data.y", { dtype: "F32", shape: [rows, n, d], data: y }],
    ["data.order", { dtype: "I32", shape: [rows], data: order }],
  );
  const file = join(folder, `${name.replaceAll(":", "-")}.safetensors`);
  writeFileSync(file, writeSafetensors(tensors));
  const job = { kind, file, model, batch, dropout, lr: LEARNING_RATE };
  if (kind === "train") return job;
  const onnx = file.replace(/safetensors$/, "onnx");
  writeFileSync(onnx, toOnnx(ours));
  return { ...job, onnx };
}
