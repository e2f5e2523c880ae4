import { setFlagsFromString } from "node:v8";
import { compiled, recompile, supports } from "./compile.js";
import { Engine } from "./engine.js";
import { hashOfKernels, KNOWN_HASH } from "./known-answer.js";
import { gemmTile, setGemmTile } from "./tile.js";

/** Whether V8 turns pairs of 128-bit vector operations into 256-bit ones. */
export interface Wide {
  readonly wide: boolean;
  /** Why it does not, and what to do where something can be done. */
  readonly reason?: string;
}

/**
 * Without inlining: Node 26 ends the whole process where its optimising compiler would inline what Liftoff has
 * not run before. Ours has inlined already, so it costs nothing (measured on Node 24 and 26).
 */
const WIDENING = ["--experimental-wasm-revectorize", "--no-wasm-inlining"];
const AS_BEFORE = ["--no-experimental-wasm-revectorize", "--wasm-inlining"];
const FIRST_NODE = 24;
const WIDE_TILE = 4;

let state: Wide | undefined;

/**
 * Has V8 widen the kernels to 256 bits: 1.6 times as fast, with the same bits. It sets flags of V8 that hold
 * for the whole process and all its threads, so it is for whoever owns the process, before the first model is
 * made or loaded; the command line does it by itself. Only Node ≥ 24 on x64 widens, and only where the kernels
 * then still give known answers to the last bit; elsewhere nothing changes. Calling it again changes nothing.
 * @returns whether kernels are widened, and why not
 */
export function enableWide(): Wide {
  state ??= tryToWiden(KNOWN_HASH);
  return state;
}

/** `enableWide` with the answer given that its check expects. */
export function tryToWiden(expected: number): Wide {
  const reason = obstacle();
  if (reason) return { wide: false, reason };
  for (const flag of WIDENING) setFlagsFromString(flag);
  const before = gemmTile();
  setGemmTile(WIDE_TILE);
  if (answer() === expected) return { wide: true };
  setGemmTile(before);
  for (const flag of AS_BEFORE) setFlagsFromString(flag);
  recompile();
  return { wide: false, reason: "the widened kernels do not give the known answers here" };
}

function obstacle(): string | undefined {
  const { bun, deno, node } = process.versions;
  if (bun || deno) return `${bun ? "Bun" : "Deno"} does not widen: it takes Node ≥ ${FIRST_NODE}`;
  if (!(Number.parseInt(node, 10) >= FIRST_NODE))
    return `Node ${node} does not widen: it takes Node ≥ ${FIRST_NODE}`;
  if (process.arch !== "x64") return `V8 widens on x64, this is ${process.arch}`;
  if (Object.keys(compiled()).length > 0) {
    return "kernels were compiled before: call enableWide() before the first model is made or loaded";
  }
  if (!supports("strict")) return "there is no WebAssembly SIMD here";
  return undefined;
}

/**
 * The answer of the optimising compiler, which alone widens: without Liftoff, it compiles at first call. The
 * code is kept, so later engines begin with it.
 */
function answer(): number {
  setFlagsFromString("--no-liftoff");
  try {
    return hashOfKernels(new Engine());
  } finally {
    setFlagsFromString("--liftoff");
  }
}
