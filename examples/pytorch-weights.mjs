// Writes weights under their PyTorch names and reads them back: into another model, or into PyTorch with
//   model.load_state_dict(safetensors.torch.load_file("weights.safetensors"))
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSafetensors, Transformer, toFloat32, weightsSha256, writeSafetensors } from "plateau";

// Without embedding and head, with a start vector that is not stored, this is a torch.nn.Transformer.
const options = {
  inputDim: 8,
  outputDim: 8,
  inputTokens: 3,
  outputTokens: 2,
  dModel: 8,
  heads: 2,
  ff: 16,
  encoderLayers: 1,
  decoderLayers: 1,
  embedding: "none",
  head: "none",
  start: "random",
};
const ours = Transformer.create(options, { seed: 1 });

const tensors = new Map();
for (const [name, { shape, data }] of ours.stateDict()) {
  tensors.set(name.replace(/^transformer\./, ""), { dtype: "F32", shape, data });
}
const folder = mkdtempSync(join(tmpdir(), "plateau-"));
const file = join(folder, "weights.safetensors");
writeFileSync(file, writeSafetensors(tensors, { format: "pt" }));

const read = readSafetensors(readFileSync(file), file);
const state = new Map();
for (const [name, tensor] of read.tensors) {
  state.set(name, { shape: tensor.shape, data: toFloat32(tensor, name) });
}
const theirs = Transformer.create(options, { seed: 2 });
theirs.loadStateDict(state, file);
rmSync(folder, { recursive: true });

console.log(`${read.tensors.size} tensors, the first of them ${[...read.tensors.keys()][0]}`);
console.log(`same weights: ${(await weightsSha256(ours)) === (await weightsSha256(theirs))}`);
