import { readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";

/** What a process holds at one moment. */
export interface Resources {
  /** Bytes. */
  readonly rss: number;
  readonly heapUsed: number;
  readonly external: number;
  readonly arrayBuffers: number;
  /** Bytes of address space: each WebAssembly memory reserves some GiB of it, whatever it uses. */
  readonly addressSpace: number;
  /** Bytes of the WebAssembly memories of this thread that are reachable. */
  readonly wasm: number;
  readonly descriptors: number;
  readonly threads: number;
  /** Of the event loop: timers, ports, workers, sockets, files. */
  readonly handles: number;
  /** Files and folders in the folder for temporary ones. */
  readonly temporaries: number;
}

export type Resource = keyof Resources;

const memories = new Set<WeakRef<WebAssembly.Memory>>();

/** Keeps an eye on every WebAssembly memory that this thread makes from now on. */
export function watchMemories(): void {
  const { Memory } = WebAssembly;
  WebAssembly.Memory = class extends Memory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      super(descriptor);
      memories.add(new WeakRef(this));
    }
  };
}

function wasmBytes(): number {
  let bytes = 0;
  for (const reference of memories) {
    const memory = reference.deref();
    if (memory) bytes += memory.buffer.byteLength;
    else memories.delete(reference);
  }
  return bytes;
}

/** What this process holds now. */
export function measure(): Resources {
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
  return {
    ...{ rss, heapUsed, external, arrayBuffers },
    addressSpace: 1024 * Number(/^VmSize:\s+(\d+)/m.exec(status())?.[1] ?? 0),
    wasm: wasmBytes(),
    descriptors: entries("/proc/self/fd"),
    threads: entries("/proc/self/task"),
    handles: process.getActiveResourcesInfo().length,
    temporaries: readdirSync(tmpdir(), { recursive: true }).length,
  };
}

function status(): string {
  try {
    return readFileSync("/proc/self/status", "utf8");
  } catch {
    return "";
  }
}

/** 0 where there is no such folder: on systems other than Linux. */
function entries(folder: string): number {
  try {
    return readdirSync(folder).length;
  } catch {
    return 0;
  }
}

/** Collects garbage, as often as finalisers of one round leave some to the next; needs --expose-gc. */
export async function collect(): Promise<void> {
  for (let round = 0; round < 3; round++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
