import { setFlagsFromString } from "node:v8";
import { type Build, compile, supports } from "../runtime/compile.js";
import { enableWide, type Wide } from "../runtime/widen.js";
import { env } from "./env.js";

/** Widens the kernels where this engine can, unless the environment says PLATEAU_WIDE=0. */
export function widen(): Wide {
  return env("PLATEAU_WIDE") === "0" ? { wide: false, reason: "PLATEAU_WIDE=0" } : enableWide();
}

/**
 * Makes sure that this engine runs a build. Node 20 has relaxed SIMD behind a flag, which is set here:
 * a library must not do that to its host, a command line may.
 * @throws PlateauError `simd`
 */
export function prepareBuild(build: Build): void {
  if (build === "relaxed") enableRelaxed();
  compile(build);
}

/** Whether relaxed SIMD runs, after asking V8 for it. */
export function enableRelaxed(): boolean {
  if (supports("relaxed")) return true;
  try {
    setFlagsFromString("--experimental-wasm-relaxed-simd");
  } catch {
    // No V8, or one that does not know the flag.
  }
  return supports("relaxed");
}
