import fc from "fast-check";
import { decodeWeights, encodeWeights } from "../../../src/experiments/weights.js";
import { readSafetensors, writeSafetensors } from "../../../src/formats/safetensors.js";
import { sha256Hex } from "../../../src/hash.js";
import { Model } from "../../../src/nn/model.js";
import { transformer } from "../../../src/nn/transformer.js";
import { decodeCheckpoint, encodeCheckpoint } from "../../../src/training/checkpoint.js";
import { small } from "../../support/architectures.js";
import { mutated, prefixed } from "../mutations.js";
import type { FuzzTarget } from "../target.js";

const IDENTITY = '["m2n1","regression"]';
let model: Model;

/** A checkpoint with the digest that its content has: what a bit flip never reaches. */
async function signed(bytes: Uint8Array): Promise<Uint8Array> {
  const { metadata, tensors } = readSafetensors(bytes);
  const data = [...tensors]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { data }]) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  const sha256 = await sha256Hex([new TextEncoder().encode(metadata["counters"] ?? ""), ...data]);
  return writeSafetensors(tensors, { ...metadata, sha256 });
}

export const checkpoint: FuzzTarget = {
  name: "checkpoint",
  async prepare() {
    model = new Model(
      transformer({ ...small, dModel: 4, ff: 4, heads: 1, encoderLayers: 1, decoderLayers: 1 }),
      { seed: 1 },
    );
    const arrays = () => new Float32Array(12).fill(0.5);
    const state = {
      ...{
        updates: 7,
        loss: Number.NaN,
        seconds: 1.5,
        updateSeconds: 1,
        evaluations: [{ update: 5, value: 0.25 }],
      },
      ...{ weights: arrays(), first: arrays(), second: arrays() },
    };
    const best = { update: 5, value: 0.25 };
    const files = [
      await encodeCheckpoint(state, IDENTITY),
      await encodeCheckpoint({ ...state, best, bestWeights: arrays(), notes: { a: [1] } }, IDENTITY),
      encodeWeights(model),
    ];
    const words = [
      '\\"updates\\":',
      "1e999",
      "-1",
      "null",
      "NaN",
      "Infinity",
      '\\"__proto__\\":{}',
      "[[[[",
      "bestWeights",
      "first",
      '"F64"',
      "plateau-checkpoint",
      "{}",
      '\\"best\\":{\\"update\\":0}',
    ];
    return fc
      .tuple(fc.boolean(), mutated(files, words))
      .map(([sign, bytes]) => prefixed(Number(sign), bytes));
  },
  async run(bytes) {
    const file = bytes.slice(1);
    const weights = () => model.loadStateDict(decodeWeights(file, "case"), "case");
    const state = async () => decodeCheckpoint(bytes[0] === 1 ? await signed(file) : file, IDENTITY, "case");
    const results = await Promise.allSettled([(async () => weights())(), state()]);
    const refusals = results.flatMap((one) => (one.status === "rejected" ? [one.reason as unknown] : []));
    const [first] = [
      ...refusals.filter((one) => (one as Error).name !== "PlateauError"),
      ...refusals.slice(1),
    ];
    if (first) throw first;
  },
};
