import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Command } from "./child.js";
import type { Job } from "./protocol.js";

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
      env: { OPENBLAS_NUM_THREADS: "1", OMP_NUM_THREADS: "1", MKL_NUM_THREADS: "1", ...coreType() },
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

let python: string | undefined;

/** A Python that imports torch: `PLATEAU_PYTHON`, else the first of two usual ones. */
function pythonWithTorch(): string {
  const named = process.env["PLATEAU_PYTHON"];
  const tried = named ? [named] : ["python3", "/usr/bin/python3"];
  python ??= tried.find((file) => spawnSync(file, ["-c", "import torch"], { stdio: "ignore" }).status === 0);
  if (python) return python;
  throw new Error(
    `no torch in ${tried.join(" or ")}: install it (Debian: apt-get install python3-torch) or name a Python in PLATEAU_PYTHON`,
  );
}

/**
 * OpenBLAS picks its kernels by a list of CPUs. One that is newer than the list gets those of a Pentium 4, which
 * are up to five times slower: PyTorch is then told what the CPU can do, as a user who cares would.
 */
function coreType(): Record<string, string> {
  if (process.env["OPENBLAS_CORETYPE"] !== undefined || process.platform !== "linux") return {};
  const detected = spawnSync(
    pythonWithTorch(),
    [
      "-c",
      "import ctypes; lib = ctypes.CDLL('libopenblas.so.0'); f = lib.openblas_get_corename; f.restype = ctypes.c_char_p; print(f().decode())",
    ],
    { encoding: "utf8" },
  ).stdout?.trim();
  if (detected !== "Prescott") return {};
  const flags = /^flags\s*:(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1].split(" ") ?? [];
  if (flags.includes("avx512f")) return { OPENBLAS_CORETYPE: "SkylakeX" };
  return flags.includes("avx2") ? { OPENBLAS_CORETYPE: "Haswell" } : {};
}
