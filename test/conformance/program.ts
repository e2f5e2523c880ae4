import { stepConfigs } from "../../bench/configs.js";

/** The main entry, which runs everywhere; given, as each runtime has its own way to it. */
export type Plateau = typeof import("../../src/index.js");

/** SHA-256 by part: the same wherever plateau runs. */
export type Hashes = Record<string, string>;

const UPDATES = 200;
const SLICES = 4;

/**
 * Does a little of everything that is computed, and says what became of it: data, weights before and after 200
 * updates with dropout, measures, a network written down with its certificate, files. Nothing of Node is needed.
 */
export async function program(plateau: Plateau): Promise<Hashes> {
  const a = task(plateau, "A", "m2n1");
  const b = task(plateau, "B", "m4n3");
  const hashes: Hashes = {
    data: await sha256(a.sample.x, a.sample.y, b.sample.x, b.sample.y),
    "initial A": await plateau.weightsSha256(a.model),
    "initial B": await plateau.weightsSha256(b.model),
    "sliced A": await slicedTraining(plateau, 1),
  };
  for (const { name, model, data } of [a, b]) {
    await plateau.train(model, data, { steps: UPDATES, batch: 128, lr: 1e-3, seed: 3 });
    hashes[`trained ${name}`] = await plateau.weightsSha256(model);
  }
  hashes["predictions"] = await sha256(a.model.predict(a.sample.x), b.model.predict(b.sample.x));
  hashes["analysis"] = await analysis(plateau, a.model);
  hashes["construction"] = await construction(plateau);
  hashes["file"] = await sha256(weightsFile(plateau, b.model));
  return hashes;
}

/** Weights of A, each batch of which is cut into slices that threads share: the hash says nothing of how many. */
export async function slicedTraining(plateau: Plateau, threads: number): Promise<string> {
  const { model, data } = task(plateau, "A", "m2n1");
  await plateau.train(model, data, { steps: UPDATES, batch: 128, slices: SLICES, threads, seed: 3 });
  return plateau.weightsSha256(model);
}

/** SHA-256 of a plain value as JSON. */
export function jsonSha256(value: unknown): Promise<string> {
  return sha256(new TextEncoder().encode(JSON.stringify(value)));
}

function task(plateau: Plateau, name: string, target: string) {
  const { model: options, batch } = stepConfigs.find((config) => config.name === name)!;
  const rows = 4 * batch;
  const sample = plateau.findTarget(target).sample("train", { start: 0, count: rows }, options.inputDim, 7);
  return {
    name,
    sample,
    data: plateau.arrayData(sample.x, sample.y, rows),
    model: plateau.Transformer.create({ ...options, dropout: 0.1 }, { seed: 1 }),
  };
}

async function analysis(plateau: Plateau, model: Parameters<Plateau["analyze"]>[0]): Promise<string> {
  const { measures } = await plateau.analyze(model, "m2n1", {
    measures: ["errors", "plateaus", "jacobian"],
    samples: 256,
    seed: 5,
  });
  return jsonSha256(
    Object.entries(measures).map(([name, outcome]) => [name, "result" in outcome ? outcome.result : outcome]),
  );
}

async function construction(plateau: Plateau): Promise<string> {
  const task = plateau.defineTask(plateau.expressionTarget("sin(3*x) + exp(x)/4", "x=-1:2"));
  const constructed = plateau.findConstruction("relu").construct(task, 12, {});
  const certificate = await plateau.certifyConstructed(task, constructed, { boxes: 500 });
  return jsonSha256([await plateau.weightsSha256(constructed.model!), certificate]);
}

/** Safetensors without the version of plateau, which tells no two runtimes apart. */
function weightsFile(plateau: Plateau, model: InstanceType<Plateau["Model"]>): Uint8Array {
  const tensors = [...model.stateDict()].map(
    ([name, { shape, data }]) => [name, { dtype: "F32", shape, data }] as const,
  );
  return plateau.writeSafetensors(new Map(tensors), {});
}

async function sha256(...arrays: readonly (Float32Array | Uint8Array)[]): Promise<string> {
  const bytes = new Uint8Array(arrays.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const { buffer, byteOffset, byteLength } of arrays) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += byteLength;
  }
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
