import { unknownName } from "../errors.js";
import { base64 as relaxedPatch } from "./generated/relaxed.js";
import { base64 as strictBytes } from "./generated/strict.js";
import { applyPatch } from "./patch.js";
import { refused } from "./refused.js";
import { withSharedMemory } from "./shared-memory.js";

/** strict: the same bits on every engine (default). relaxed: fused multiply-add, bits may differ. */
export const builds = ["strict", "relaxed"] as const;
/** `strict`: the same bits everywhere. `relaxed`: fused multiply-add, where the engine has it. */
export type Build = (typeof builds)[number];

const sources: Record<Build, () => Uint8Array> = {
  strict: () => decode(strictBytes),
  relaxed: () => applyPatch(decode(strictBytes), decode(relaxedPatch)),
};
const modules = new Map<Build, WebAssembly.Module>();
/** The same for a memory that threads share. */
const sharing = new Map<Build, WebAssembly.Module>();
let beforeFirst: (() => void) | undefined;
/** Put behind the bytes by `recompile`. */
let suffix = new Uint8Array(0);

/** Work to be done once, when something is about to be compiled for the first time. */
export function beforeFirstCompile(work: () => void): void {
  beforeFirst = work;
}

/**
 * Forgets what was compiled, for engines made from now on. A custom section of its own keeps V8 from giving
 * the code that it has of the same bytes.
 */
export function recompile(): void {
  modules.clear();
  sharing.clear();
  suffix = Uint8Array.of(0, 2, 1, 0x77);
}

/** The wasm bytes of a build. @throws PlateauError `unknown-name` */
export function wasmBytes(build: Build): Uint8Array<ArrayBuffer> {
  if (!Object.hasOwn(sources, build)) throw unknownName("build", build, builds);
  const source = sources[build]();
  const bytes = new Uint8Array(source.length + suffix.length);
  bytes.set(source);
  bytes.set(suffix, source.length);
  return bytes;
}

function decode(base64: string): Uint8Array {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/**
 * Whether this engine runs a build (its instructions validate).
 * @throws PlateauError `unknown-name` where there is no such build
 */
export function supports(build: Build): boolean {
  if (typeof WebAssembly === "undefined") return false;
  return modules.has(build) || WebAssembly.validate(wasmBytes(build));
}

/** A `WebAssembly.Module`, which declarations do not name: that would ask users for the types of the DOM. */
export type CompiledModule = object;

/**
 * The compiled module of a build, compiled once a process.
 * @param shared for a memory that threads share
 * @throws PlateauError `simd` where the engine lacks the instructions, `permission` where a page's policy forbids
 * WebAssembly, `memory`, `unknown-name`
 */
export function compile(build: Build, { shared = false } = {}): CompiledModule {
  const work = beforeFirst;
  beforeFirst = undefined;
  work?.();
  const known = shared ? sharing : modules;
  let module = known.get(build);
  if (!module) {
    const bytes = shared ? withSharedMemory(wasmBytes(build)) : wasmBytes(build);
    try {
      module = new WebAssembly.Module(bytes);
    } catch (cause) {
      throw refused(build, bytes, cause);
    }
    known.set(build, module);
  }
  return module;
}

/** The modules that were compiled so far, by build: for worker threads to `adopt`. */
export function compiled(): Record<string, CompiledModule> {
  return Object.fromEntries(modules);
}

/** Takes over a module that another thread has compiled. */
export function adopt(build: string, module: unknown): void {
  if (module instanceof WebAssembly.Module && Object.hasOwn(sources, build))
    modules.set(build as Build, module);
}
