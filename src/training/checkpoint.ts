import * as v from "valibot";
import { PlateauError, quote } from "../errors.js";
import { readSafetensors, writeSafetensors } from "../formats/safetensors.js";
import type { FileTensor } from "../formats/tensor.js";
import { sha256Hex } from "../hash.js";
import { nonNegative, whole } from "../validate.js";
import type { Evaluation, TrainingState } from "./state.js";

const FORMAT = "plateau-checkpoint";
const VERSION = "1";

/**
 * A training state as one safetensors file: flat arrays as tensors, counters as metadata.
 * @param identity text that must be the same where training continues: what decides the run's bits.
 */
export async function encodeCheckpoint(state: TrainingState, identity: string): Promise<Uint8Array> {
  const { updates, loss, seconds, updateSeconds, evaluations, best, notes } = state;
  const { weights, first, second, bestWeights } = state;
  const tensors = new Map<string, FileTensor>();
  for (const [name, data] of Object.entries({ weights, first, second, bestWeights })) {
    if (data) tensors.set(name, { dtype: "F32", shape: [data.length], data });
  }
  const counted = { updates, loss, seconds, updateSeconds, evaluations, best, notes };
  const counters = JSON.stringify(counted, (_, value) =>
    // JSON has no NaN and no infinity.
    typeof value === "number" && !Number.isFinite(value) ? String(value) : value,
  );
  const sha256 = await digest(counters, tensors);
  return writeSafetensors(tensors, { format: FORMAT, version: VERSION, identity, counters, sha256 });
}

/** @throws PlateauError `format` when the file is no checkpoint, is damaged, or is one of another run */
export async function decodeCheckpoint(
  bytes: Uint8Array,
  identity: string,
  source: string,
): Promise<TrainingState> {
  const fail = (problem: string): never => {
    throw new PlateauError("format", `${source}: ${problem}`);
  };
  const { metadata, tensors } = readSafetensors(bytes, source);
  if (metadata["format"] !== FORMAT) fail("is no checkpoint of plateau");
  if (metadata["version"] !== VERSION)
    fail(`has checkpoint version ${metadata["version"]}, this plateau reads ${VERSION}`);
  if (metadata["identity"] !== identity) fail("belongs to a run with another configuration");
  if (metadata["sha256"] !== (await digest(metadata["counters"] ?? "", tensors)))
    fail("is damaged: its bytes are not those that were written");
  const array = (name: string): Float32Array<ArrayBuffer> => {
    const tensor = tensors.get(name);
    if (tensor?.dtype !== "F32") return fail(`has no float32 tensor ${name}`);
    return tensor.data.slice();
  };
  const counted = counters(metadata["counters"], fail);
  const [weights, first, second] = [array("weights"), array("first"), array("second")];
  const bestWeights = tensors.has("bestWeights") ? array("bestWeights") : undefined;
  if (counted.best && !bestWeights) fail("names a best evaluation but has no tensor bestWeights");
  return { ...counted, weights, first, second, bestWeights };
}

/** SHA-256 of counters and tensors, by name: a file may have them in any order. */
function digest(counters: string, tensors: ReadonlyMap<string, FileTensor>): Promise<string> {
  const bytes = [...tensors]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { data }]) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return sha256Hex([new TextEncoder().encode(counters), ...bytes]);
}

const stored = v.union([v.number(), v.picklist(["NaN", "Infinity", "-Infinity"])]);
const evaluation = v.object({ update: whole(1), value: stored });
const countersSchema = v.object({
  updates: whole(0),
  loss: stored,
  seconds: nonNegative,
  updateSeconds: nonNegative,
  evaluations: v.array(evaluation),
  best: v.optional(evaluation),
  notes: v.optional(v.unknown()),
});

function counters(
  text: string | undefined,
  fail: (problem: string) => never,
): Omit<TrainingState, "weights" | "first" | "second" | "bestWeights"> {
  let value: unknown;
  try {
    value = JSON.parse(text ?? "");
  } catch {
    fail("has counters that are no JSON");
  }
  const result = v.safeParse(countersSchema, value);
  if (!result.success) {
    const [issue] = result.issues;
    return fail(`has damaged counters: ${v.getDotPath(issue) ?? "all"} is ${quote(issue.input)}`);
  }
  const { loss, evaluations, best, ...rest } = result.output;
  const revive = ({ update, value }: { update: number; value: number | string }): Evaluation => ({
    update,
    value: Number(value),
  });
  return {
    ...rest,
    loss: Number(loss),
    evaluations: evaluations.map(revive),
    best: best && revive(best),
  };
}
