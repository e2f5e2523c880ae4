import { instantiateSync } from "@assemblyscript/loader";
import { PlateauError } from "../errors.js";
import { type Build, type CompiledModule, compile } from "./compile.js";
import type { Kernels } from "./generated/kernels.js";
import { gemmTile } from "./tile.js";

const PAGE = 65536;
/** Buffers start at multiples of a cache line. */
export const ALIGNMENT = 64;
/** What 32-bit WebAssembly can address, less one page so that no end address wraps to 0. */
export const MEMORY_LIMIT = 65535 * PAGE;

/** What is used of a `WebAssembly.Memory`, without asking users for the types of the DOM. */
export interface EngineMemory {
  readonly buffer: ArrayBufferLike;
  /** Makes room for so many pages of 64 KiB more. @returns how many there were */
  grow(pages: number): number;
}

/** A position of the arena to which it can be rolled back. */
export type Mark = number;

/** The kernels over a memory. They need scratch memory of their own, by `setScratch`, before anything else. */
export function instantiate(module: CompiledModule, memory: EngineMemory): Kernels {
  const imports = { env: { memory: memory as WebAssembly.Memory } };
  const kernels = instantiateSync(module as WebAssembly.Module, imports).exports as unknown as Kernels;
  kernels.setGemmTile(gemmTile());
  return kernels;
}

/**
 * One WebAssembly instance with its memory, laid out by one bump arena. Pointers are byte addresses.
 * Views returned by `f32` and its like are valid until the next `allocate` (growing detaches them).
 */
export class Engine {
  readonly build: Build;
  readonly memory: EngineMemory;
  readonly kernels: Kernels;
  /** Bytes that every engine uses before anything is allocated: the kernels' tables and workspace. */
  readonly baseBytes: number;
  #top: number;

  /**
   * @param options `shared`: other threads may instantiate the same kernels over the same memory
   * @throws PlateauError `memory` where there is no room for its memory; `simd` where the engine lacks instructions
   */
  constructor(options: { build?: Build; shared?: boolean } = {}) {
    const { build = "strict", shared = false } = options;
    this.build = build;
    let memory: WebAssembly.Memory;
    try {
      memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared });
    } catch (cause) {
      throw new PlateauError(
        "memory",
        "the machine has no address space left for another WebAssembly memory: keep fewer models at a time, or raise the limit (ulimit -v)",
        { cause },
      );
    }
    this.memory = memory;
    this.kernels = instantiate(compile(build, { shared }), memory);
    this.#top = this.kernels.heapBase();
    this.kernels.setScratch(this.allocate(this.kernels.scratchBytes()));
    this.baseBytes = this.#top;
  }

  /** Bytes in use, from address 0. */
  get used(): number {
    return this.#top;
  }

  /**
   * Address of `bytes` zeroed bytes, 64-byte aligned.
   * @throws PlateauError `memory` when the whole would pass 4 GiB or the machine has no more; nothing is allocated then.
   */
  allocate(bytes: number): number {
    const start = align(this.#top);
    this.require(bytes);
    const end = start + bytes;
    const missing = end - this.memory.buffer.byteLength;
    if (missing > 0) {
      try {
        this.memory.grow(Math.ceil(missing / PAGE));
      } catch (cause) {
        throw new PlateauError(
          "memory",
          `no memory for ${end} bytes: the machine refused to grow; use a smaller model, batch or fewer rows, or close other programs`,
          { cause },
        );
      }
    }
    this.#top = end;
    new Uint8Array(this.memory.buffer, start, bytes).fill(0);
    return start;
  }

  /** @throws PlateauError `memory` when `bytes` more would not fit, before anything is allocated. */
  require(bytes: number): void {
    const needed = align(this.#top) + bytes;
    if (!(needed <= MEMORY_LIMIT)) {
      throw new PlateauError(
        "memory",
        `needs ${needed} bytes, WebAssembly memory holds ${MEMORY_LIMIT}: use a smaller model or batch`,
      );
    }
  }

  /** Where the next allocation will be. */
  mark(): Mark {
    return this.#top;
  }

  /** Frees everything allocated since `mark`. */
  release(mark: Mark): void {
    this.#top = mark;
  }

  /** Runs `work` and frees all that it allocated, whether it returns or throws. */
  scoped<R>(work: (engine: this) => R): R {
    const mark = this.mark();
    try {
      return work(this);
    } finally {
      this.release(mark);
    }
  }

  /** Typed views of `length` elements at a byte address, which must be a multiple of the element's size. */
  f32(address: number, length: number): Float32Array<ArrayBuffer> {
    return new Float32Array(this.memory.buffer as ArrayBuffer, address, length);
  }

  /** A view of float64 numbers. */
  f64(address: number, length: number): Float64Array<ArrayBuffer> {
    return new Float64Array(this.memory.buffer as ArrayBuffer, address, length);
  }

  /** A view of int32 numbers. */
  i32(address: number, length: number): Int32Array<ArrayBuffer> {
    return new Int32Array(this.memory.buffer as ArrayBuffer, address, length);
  }

  /** A view of uint32 numbers. */
  u32(address: number, length: number): Uint32Array<ArrayBuffer> {
    return new Uint32Array(this.memory.buffer as ArrayBuffer, address, length);
  }

  /** A view of bytes. */
  u8(address: number, length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.memory.buffer as ArrayBuffer, address, length);
  }
}

/** `bytes` rounded up to the arena's alignment. */
export function align(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

/** The largest memory of an engine that is kept for reuse. */
const KEPT_BYTES = 2 ** 28;
const idle: Engine[] = [];

/**
 * An engine for work that leaves the thread in between, so that nothing else may use it meanwhile. Give
 * it back with `giveBack`: engines are reused, as each holds address space until it is collected.
 */
export function borrowEngine(): Engine {
  return idle.pop() ?? new Engine();
}

export function giveBack(engine: Engine): void {
  engine.release(engine.baseBytes);
  // WebAssembly memory never shrinks: a large one is left to the garbage collector.
  if (engine.memory.buffer.byteLength <= KEPT_BYTES) idle.push(engine);
}

let shared: Engine | undefined;

/** The engine of stateless work (data generation, metrics), by `scoped`: nothing of it outlives a call. */
export function sharedEngine(): Engine {
  shared ??= new Engine();
  return shared;
}
