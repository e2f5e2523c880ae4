import { PlateauError } from "../errors.js";
import type { Build } from "./compile.js";

/** Why an engine does not compile a build, and what to do about it. */
export function refused(build: Build, bytes: Uint8Array<ArrayBuffer>, cause: unknown): PlateauError {
  const { name, message } = cause as Error;
  if (typeof WebAssembly === "undefined") {
    return new PlateauError(
      "simd",
      "this JavaScript engine has no WebAssembly: use another, or turn it on (some browsers turn it off in a protected mode)",
      { cause },
    );
  }
  if (!WebAssembly.validate(bytes)) {
    return new PlateauError(
      "simd",
      build === "strict"
        ? "this JavaScript engine has no WebAssembly SIMD: use Node ≥ 20, Deno 2, Bun 1 or a browser of 2023 or later"
        : "this JavaScript engine has no relaxed WebAssembly SIMD: use the strict build (the default)",
      { cause },
    );
  }
  if (/content security policy|unsafe-eval/i.test(message)) {
    return new PlateauError(
      "permission",
      "the page's Content-Security-Policy forbids WebAssembly: add 'wasm-unsafe-eval' to its script-src",
      { cause },
    );
  }
  return new PlateauError(
    "memory",
    `the engine does not compile the kernels (${name}: ${message}): most likely the machine has no memory left, close other programs`,
    { cause },
  );
}
