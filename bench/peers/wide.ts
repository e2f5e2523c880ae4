import type { Kernels } from "../../src/runtime/generated/kernels.js";

/** Node has widened pairs of 128-bit operations since this version, on request. */
const WIDE_SINCE = 24;
const FLAG = "--experimental-wasm-revectorize";

/** Arguments of a Node process whose kernels are to be widened, where it can and `PLATEAU_WIDE` is not 0. */
export function wideFlags(): string[] {
  const major = Number(process.versions.node.split(".")[0]);
  return major >= WIDE_SINCE && process.env["PLATEAU_WIDE"] !== "0" ? [FLAG] : [];
}

/** Whether this process was started widened, or is now that the library was asked to. */
export function isWide(library: object): boolean {
  if (process.execArgv.includes(FLAG)) return true;
  const { enableWide } = library as { enableWide?: () => unknown };
  return wideFlags().length > 0 && enableWide !== undefined && enableWide() !== false;
}

/** The widest GEMM tile pays only where operations are widened, see `setGemmTile`. */
export function useWideTile(kernels: Kernels): void {
  kernels.setGemmTile(3);
}
