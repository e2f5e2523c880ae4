import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** What can be held, and whether that is counted in bytes. */
export const resources = {
  rss: "bytes",
  heapUsed: "bytes",
  /** Machine code in that: V8 compiles for as long as functions become often used. What belongs to code is beside it. */
  code: "bytes",
  external: "bytes",
  arrayBuffers: "bytes",
  /** Address space: each WebAssembly memory reserves some GiB of it, whatever it uses. */
  addressSpace: "bytes",
  /** WebAssembly memories of this thread that are reachable. */
  wasm: "bytes",
  descriptors: "count",
  /** Descriptors of modules: a thread that loads has them open. Node 20 leaves those of one that is ended meanwhile. */
  modules: "count",
  threads: "count",
  /** Of the event loop: timers, ports, workers, sockets, files. */
  handles: "count",
  /** Files and folders in the folder for temporary ones. */
  temporaries: "count",
  /** What Redis has allocated. */
  usedMemory: "bytes",
  keys: "count",
  clients: "count",
} as const;

export type Resource = keyof typeof resources;

/** What somebody holds at one moment: of whatever can be measured there. */
export type Measured = Readonly<Partial<Record<Resource, number>>>;

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
export function measure() {
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
  return {
    ...{ rss, heapUsed, code: codeBytes(), external, arrayBuffers },
    addressSpace: 1024 * Number(/^VmSize:\s+(\d+)/m.exec(status())?.[1] ?? 0),
    wasm: wasmBytes(),
    ...descriptors(),
    threads: entries("/proc/self/task"),
    handles: process.getActiveResourcesInfo().length,
    temporaries: readdirSync(tmpdir(), { recursive: true }).length,
  } satisfies Measured;
}

const codeBytes = () =>
  getHeapSpaceStatistics().find(({ space_name }) => space_name === "code_space")?.space_used_size ?? 0;

function status(): string {
  try {
    return readFileSync("/proc/self/status", "utf8");
  } catch {
    return "";
  }
}

function descriptors() {
  const count = entries("/proc/self/fd");
  if (count === 0) return { descriptors: 0, modules: 0 };
  const modules = readdirSync("/proc/self/fd").filter((name) => {
    try {
      return /\.[cm]?js$/.test(readlinkSync(`/proc/self/fd/${name}`));
    } catch {
      return false;
    }
  }).length;
  return { descriptors: count - modules, modules };
}

/** 0 where there is no such folder: on systems other than Linux. */
function entries(folder: string): number {
  try {
    return readdirSync(folder).length;
  } catch {
    return 0;
  }
}

/** Collects garbage, as often as finalisers of one round leave some to the next. */
export async function collect(): Promise<void> {
  for (let round = 0; round < 3; round++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** V8's own, with or without --expose-gc. */
function gc(): void {
  if (!globalThis.gc) {
    setFlagsFromString("--expose-gc");
    globalThis.gc = runInNewContext("gc") as typeof globalThis.gc;
  }
  globalThis.gc!();
}
