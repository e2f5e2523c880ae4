import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

let python: string | undefined;

/** A Python that imports torch: `PLATEAU_PYTHON`, else the first of two usual ones. */
export function pythonWithTorch(): string {
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
export function coreType(): Record<string, string> {
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
  if (hasFlag("avx512f")) return { OPENBLAS_CORETYPE: "SkylakeX" };
  return hasFlag("avx2") ? { OPENBLAS_CORETYPE: "Haswell" } : {};
}

/** Has PyTorch and its libraries stay with AVX2. @throws Error where the CPU has no more: it is PyTorch itself then */
export function withoutAvx512(): Record<string, string> {
  if (process.platform !== "linux" || !hasFlag("avx512f")) {
    throw new Error("the CPU is not known to have AVX-512: as PyTorch itself");
  }
  return {
    OPENBLAS_CORETYPE: "Haswell",
    ATEN_CPU_CAPABILITY: "avx2",
    ONEDNN_MAX_CPU_ISA: "AVX2",
    DNNL_MAX_CPU_ISA: "AVX2",
  };
}

function hasFlag(name: string): boolean {
  const flags = /^flags\s*:(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1].split(" ") ?? [];
  return flags.includes(name);
}
