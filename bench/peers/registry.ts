import { fileURLToPath } from "node:url";
import type { Command } from "./child.js";
import type { Job } from "./protocol.js";
import { coreType, pythonWithTorch, withoutAvx512 } from "./torch.js";

/** What a user would pick instead. A new one gets one entry here and one program beside this file. */
export interface Peer {
  readonly name: string;
  readonly does: readonly Job["kind"][];
  /** Whether it is asked for the cost of dropout. */
  readonly dropout?: boolean;
  /** Whether it needs the packages of `bench/peers/package.json`. */
  readonly packages?: boolean;
  /** @throws Error saying what is missing */
  command(): Command;
}

/** A program beside the sources of this file. */
export function source(file: string): string {
  return fileURLToPath(new URL(`../../../bench/peers/${file}`, import.meta.url));
}

const oneThread = { OPENBLAS_NUM_THREADS: "1", OMP_NUM_THREADS: "1", MKL_NUM_THREADS: "1" };
const script = (file: string): Command => ({ file: process.execPath, args: [source(file)] });

/** First of all, as the others' ratios are to it. */
export const ours: Peer = {
  name: "plateau",
  does: ["train", "predict"],
  dropout: true,
  command: () => ({
    file: process.execPath,
    args: [fileURLToPath(new URL("./ours.js", import.meta.url))],
  }),
};

export const peers: readonly Peer[] = [
  {
    name: "pytorch",
    does: ["train", "predict"],
    dropout: true,
    command: () => ({
      file: pythonWithTorch(),
      args: [source("pytorch.py")],
      env: { ...oneThread, ...coreType() },
    }),
  },
  {
    // What a CPU without AVX-512 would run: a machine of the kind that WebAssembly's 128 bits, widened, are up against.
    name: "pytorch-avx2",
    does: ["train", "predict"],
    dropout: true,
    command: () => ({
      file: pythonWithTorch(),
      args: [source("pytorch.py")],
      env: { ...oneThread, ...withoutAvx512() },
    }),
  },
  { name: "tfjs", does: ["train", "predict"], packages: true, command: () => script("tfjs.mjs") },
  { name: "jax-js", does: ["train", "predict"], packages: true, command: () => script("jax.mjs") },
  {
    name: "onnxruntime-web",
    does: ["predict"],
    command: () => script("onnxruntime.mjs"),
  },
];
