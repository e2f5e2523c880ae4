import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pythonWithTorch } from "../../bench/peers/torch.js";
import { decodeWeights, encodeWeights } from "../../src/experiments/weights.js";
import { readSafetensors, writeSafetensors } from "../../src/formats/safetensors.js";
import type { FileTensor } from "../../src/formats/tensor.js";
import type { TransformerOptions } from "../../src/nn/config.js";
import { Transformer } from "../../src/nn/transformer.js";
import { testSource } from "../kernels/run.js";
import { small } from "../support/architectures.js";
import { given } from "../support/given.js";

/** Undefined where there is none. */
function findPython(): string | undefined {
  try {
    return pythonWithTorch();
  } catch {
    return undefined;
  }
}

const encoder: TransformerOptions = {
  ...{ kind: "encoder", inputDim: 3, outputDim: 2, inputTokens: 5, outputTokens: 5 },
  ...{ dModel: 12, heads: 4, ff: 20, encoderLayers: 3 },
};

const models: Record<string, TransformerOptions> = {
  "encoder-decoder": small,
  "encoder-decoder-pre-norm-learned-tanh": {
    ...small,
    ...{ normFirst: true, positions: "learned", activation: "gelu-tanh" },
  },
  "encoder-decoder-bare": {
    ...small,
    ...{ inputDim: 8, targetDim: 8, outputDim: 8, embedding: "none", head: "none", positions: "none" },
  },
  "encoder-decoder-one-token": { ...small, outputTokens: 1 },
  "encoder-decoder-not-causal-padding": { ...small, causal: false, padding: true },
  encoder,
  "encoder-relu-learned-padding": { ...encoder, activation: "relu", positions: "learned", padding: true },
};

const ROWS = 6;

/** A batch; of rows after the first the last keys are hidden where there is padding. */
function batchOf(options: TransformerOptions): Map<string, FileTensor> {
  const { inputDim, inputTokens: m, outputTokens: n, outputDim, targetDim = outputDim } = options;
  const source = testSource(11);
  const tensor = (...shape: number[]): FileTensor => ({
    dtype: "F32",
    shape,
    data: source(shape.reduce((product, extent) => product * extent, 1)),
  });
  const batch = new Map([["x", tensor(ROWS, m, inputDim)]]);
  if (options.kind !== "encoder" && n > 1) batch.set("y", tensor(ROWS, n, targetDim));
  if (options.padding) {
    const hidden = (i: number) => i >= m && i % m >= m - 2;
    const data = Float32Array.from({ length: ROWS * m }, (_, i) => (hidden(i) ? -Infinity : 0));
    batch.set("keyMask", { dtype: "F32", shape: [ROWS, m], data });
  }
  return batch;
}

function predicted(model: Transformer, batch: Map<string, FileTensor>): Float32Array {
  const data = (name: string) => batch.get(name)?.data as Float32Array | undefined;
  const [teacher, keyMask] = [data("y"), data("keyMask")];
  return model.predict(data("x")!, { ...(teacher && { teacher }), ...(keyMask && { keyMask }) });
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  return a.reduce((most, value, i) => (Math.abs(value - b[i]) <= most ? most : Math.abs(value - b[i])), 0);
}

const python = findPython();
const { test } = given(python, "there is no Python with PyTorch: install one, or name it in PLATEAU_PYTHON");
test("PyTorch reads our weights and we read its: the same outputs within 1e-5, every name and none other", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "plateau-pytorch-"));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const at = (name: string, ending: string) => join(folder, `${name}.${ending}`);
  for (const [name, options] of Object.entries(models)) {
    const model = Transformer.create(options, { seed: 2 });
    const { tensors } = readSafetensors(encodeWeights(model));
    const config = JSON.stringify(model.config);
    writeFileSync(
      at(name, "safetensors"),
      writeSafetensors([...tensors, ...batchOf(options)], { format: "pt", config }),
    );
  }
  const said = execFileSync(python!, ["test/nn/pytorch.py", folder], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  let worst = 0;
  for (const [name, options] of Object.entries(models)) {
    const model = Transformer.create(options, { seed: 2 });
    const batch = batchOf(options);
    const read = (ending: string) => decodeWeights(readFileSync(at(name, ending)), at(name, ending));
    const ofOurs = largestDifference(predicted(model, batch), read("outputs").get("outputs")!.data);
    t.true(ofOurs <= 1e-5, `${name}: our weights differ by ${ofOurs} in PyTorch`);
    const theirs = read("theirs");
    const { data } = theirs.get("outputs")!;
    theirs.delete("outputs");
    model.loadStateDict(theirs, at(name, "theirs"));
    const ofTheirs = largestDifference(predicted(model, batch), data);
    t.true(ofTheirs <= 1e-5, `${name}: PyTorch's weights differ by ${ofTheirs} here`);
    worst = Math.max(worst, ofOurs, ofTheirs);
  }
  t.log(`PyTorch ${said.trim()}: at most ${worst} apart`);
});
