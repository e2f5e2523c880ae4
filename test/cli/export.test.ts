import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { RunDirectory } from "../../src/experiments/run-directory.js";
import { decodeWeights, weightsSha256 } from "../../src/experiments/weights.js";
import { toOnnx } from "../../src/nn/onnx/to-onnx.js";
import { folder, plateau, tiny } from "./plateau.js";

test("export writes a run's model as ONNX or as weights", async (t) => {
  const path = folder(t);
  const run = join(path, "run");
  t.is((await plateau(["train", "m4n3", ...tiny, "--out", run])).code, 0);
  const model = await RunDirectory.open(run).model();

  const onnx = join(path, "model.onnx");
  const saved = await plateau(["export", run, "-o", onnx]);
  t.is(saved.code, 0);
  t.regex(saved.stderr, /^saved in .*model\.onnx \(onnx, [\d.]+ \w+\)\n$/);
  t.is(saved.stdout, "");
  t.deepEqual(new Uint8Array(readFileSync(onnx)), toOnnx(model));

  const weights = join(path, "weights.safetensors");
  t.is((await plateau(["export", run, "-o", weights, "--quiet"])).stderr, "");
  const again = await RunDirectory.open(run).model();
  again.weights().fill(0);
  again.loadStateDict(decodeWeights(readFileSync(weights), weights));
  t.is(await weightsSha256(again), await weightsSha256(model));

  // What is asked for counts for more than the file's name.
  const named = join(path, "onnx.safetensors");
  t.is((await plateau(["export", run, "--format", "onnx", "-o", named])).code, 0);
  t.deepEqual(readFileSync(named), readFileSync(onnx));

  const refused: [args: string[], code: number, message: RegExp][] = [
    [["-o", onnx, "--format", "keras"], 2, /^error: .*keras.*onnx, safetensors/],
    [[], 2, /^error: .*--output/],
    [["-o", onnx, "--max-tokens", "9"], 2, /^error: --max-tokens .*give both\n$/],
    [["-o", onnx, "--format", "safetensors", "--dynamic-length"], 2, /^error: --dynamic-length and/],
    [["-o", join(path, "no", "folder.onnx")], 1, /^error: .*folder\.onnx/],
  ];
  for (const [args, code, message] of refused) {
    const ended = await plateau(["export", run, ...args]);
    t.is(ended.code, code, args.join(" "));
    t.regex(ended.stderr, message);
  }
});
