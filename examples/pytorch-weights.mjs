// Weights in a file that PyTorch reads, beside a batch with its outputs, so that both sides can be compared:
//   node examples/pytorch-weights.mjs exchange     (without a folder it cleans up behind itself)
// then in Python, with torch and safetensors:
//   import torch; from safetensors.torch import load_file
//   weights, batch = load_file("exchange/weights.safetensors"), load_file("exchange/batch.safetensors")
//   layer = torch.nn.TransformerEncoderLayer(8, 2, 16, dropout=0, activation="gelu", batch_first=True)
//   encoder = torch.nn.TransformerEncoder(layer, 2, torch.nn.LayerNorm(8))
//   model = torch.nn.ModuleDict({"encoder": encoder}); model.load_state_dict(weights)
//   print((encoder(batch["x"]) - batch["out"]).abs().max())    # 4.8e-7 with PyTorch 1.13
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeWeights, encodeWeights, Transformer, weightsSha256, writeSafetensors } from "plateau";

// Without embedding, positions and head this is a torch.nn.TransformerEncoder: nothing is missing in the file.
const options = {
  kind: "encoder",
  inputDim: 8,
  outputDim: 8,
  inputTokens: 3,
  outputTokens: 3,
  dModel: 8,
  heads: 2,
  ff: 16,
  encoderLayers: 2,
  embedding: "none",
  positions: "none",
  head: "none",
};
const ours = Transformer.create(options, { seed: 1 });
const rows = 4;
const x = Float32Array.from({ length: rows * 3 * 8 }, (_, i) => ((i * 37) % 101) / 50 - 1);
const out = ours.predict(x);

const [, , wanted] = process.argv;
const folder = wanted ?? mkdtempSync(join(tmpdir(), "plateau-"));
mkdirSync(folder, { recursive: true });
const file = join(folder, "weights.safetensors");
writeFileSync(file, encodeWeights(ours));
const shape = [rows, 3, 8];
const batch = new Map([
  ["x", { dtype: "F32", shape, data: x }],
  ["out", { dtype: "F32", shape, data: out }],
]);
writeFileSync(join(folder, "batch.safetensors"), writeSafetensors(batch));

// The other way round: what safetensors.torch.save_file(model.state_dict(), …) writes is read like this.
const state = decodeWeights(readFileSync(file), file);
const theirs = Transformer.create(options, { seed: 2 });
theirs.loadStateDict(state, file);
if (wanted === undefined) rmSync(folder, { recursive: true });

console.log(`${state.size} tensors, the first of them ${[...state.keys()][0]}`);
console.log(`same weights: ${(await weightsSha256(ours)) === (await weightsSha256(theirs))}`);
console.log(`same outputs: ${theirs.predict(x).every((value, i) => value === out[i])}`);
