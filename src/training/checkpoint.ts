import { PlateauError } from "../errors.js";
import { readSafetensors, writeSafetensors } from "../formats/safetensors.js";
import type { FileTensor } from "../formats/tensor.js";
import type { Evaluation, TrainingState } from "./state.js";

const FORMAT = "plateau-checkpoint";
const VERSION = "1";

/**
 * A training state as one safetensors file: flat arrays as tensors, counters as metadata.
 * @param identity text that must be the same where training continues: what decides the run's bits.
 */
export function encodeCheckpoint(state: TrainingState, identity: string): Uint8Array {
  const { updates, evaluations, best, weights, first, second, bestWeights } = state;
  const tensors = new Map<string, FileTensor>();
  for (const [name, data] of Object.entries({ weights, first, second, bestWeights })) {
    if (data) tensors.set(name, { dtype: "F32", shape: [data.length], data });
  }
  const counters = JSON.stringify({ updates, evaluations, best });
  return writeSafetensors(tensors, { format: FORMAT, version: VERSION, identity, counters });
}

/** @throws PlateauError `format` when the file is no checkpoint, or one of another run */
export function decodeCheckpoint(bytes: Uint8Array, identity: string, source: string): TrainingState {
  const fail = (problem: string): never => {
    throw new PlateauError("format", `${source}: ${problem}`);
  };
  const { metadata, tensors } = readSafetensors(bytes, source);
  if (metadata["format"] !== FORMAT) fail("is no checkpoint of plateau");
  if (metadata["version"] !== VERSION)
    fail(`has checkpoint version ${metadata["version"]}, this plateau reads ${VERSION}`);
  if (metadata["identity"] !== identity) fail("belongs to a run with another configuration");
  const array = (name: string): Float32Array<ArrayBuffer> => {
    const tensor = tensors.get(name);
    if (tensor?.dtype !== "F32") return fail(`has no float32 tensor ${name}`);
    return tensor.data.slice();
  };
  const { updates, evaluations, best } = counters(metadata["counters"], fail);
  const [weights, first, second] = [array("weights"), array("first"), array("second")];
  const bestWeights = tensors.has("bestWeights") ? array("bestWeights") : undefined;
  if (best && !bestWeights) fail("names a best evaluation but has no tensor bestWeights");
  return { updates, evaluations, best, weights, first, second, bestWeights };
}

function counters(
  text: string | undefined,
  fail: (problem: string) => never,
): Pick<TrainingState, "updates" | "evaluations" | "best"> {
  let value: { updates?: unknown; evaluations?: unknown; best?: unknown } = {};
  try {
    value = JSON.parse(text ?? "") as typeof value;
  } catch {
    fail("has counters that are no JSON");
  }
  const isEvaluation = (e: unknown): e is Evaluation =>
    typeof e === "object" && e !== null && Number.isSafeInteger((e as Evaluation).update);
  const { updates, evaluations, best } = value ?? {};
  if (!Number.isSafeInteger(updates) || (updates as number) < 0) fail(`has ${String(updates)} updates`);
  if (!Array.isArray(evaluations) || !evaluations.every(isEvaluation)) fail("has damaged evaluations");
  if (best !== undefined && !isEvaluation(best)) fail("has a damaged best evaluation");
  // JSON has no NaN and no infinity; both mean that a validation value was none.
  const revive = (e: Evaluation): Evaluation => ({ update: e.update, value: e.value ?? Number.NaN });
  return {
    updates: updates as number,
    evaluations: (evaluations as Evaluation[]).map(revive),
    best: best === undefined ? undefined : revive(best as Evaluation),
  };
}
