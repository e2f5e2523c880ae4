import type { Engine } from "../../src/runtime/engine.js";
import type { Case, Data, KernelSpec, Source } from "./spec.js";

const CANARY = 0xa5;
const GUARD = 64;

/** A case laid out in an engine's memory, ready to be called. */
export interface Placed {
  call(): void;
  /** A copy of a buffer's present contents. */
  read(name: string): Data;
  /** Names of buffers whose surroundings were overwritten. */
  overruns(): string[];
}

/** Copies a case's buffers into memory between canaries and binds the call's arguments. */
export function place(
  engine: Engine,
  kernel: KernelSpec["kernel"],
  { buffers, args }: Case,
  shared: Record<string, string> = {},
): Placed {
  const addresses = new Map<string, number>();
  for (const [name, data] of Object.entries(buffers)) {
    if (name in shared) continue;
    const start = engine.allocate(data.byteLength + 2 * GUARD);
    engine.u8(start, data.byteLength + 2 * GUARD).fill(CANARY);
    addresses.set(name, start + GUARD);
    engine
      .u8(start + GUARD, data.byteLength)
      .set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  for (const [output, input] of Object.entries(shared)) addresses.set(output, addresses.get(input)!);
  const bound = args.map((arg) => (typeof arg === "string" ? address(addresses, arg) : (arg ?? 0)));
  const call = engine.kernels[kernel] as (...args: number[]) => unknown;
  const statics = engine.u8(0, engine.kernels.heapBase()).slice();
  return {
    call: () => void call(...bound),
    read(name) {
      const data = buffers[name];
      const bytes = engine.u8(address(addresses, name), data.byteLength).slice().buffer;
      return new (data.constructor as new (buffer: ArrayBuffer) => Data)(bytes);
    },
    overruns() {
      const found = [...addresses].flatMap(([name, start]) => {
        const { byteLength } = buffers[name];
        const around = [...engine.u8(start - GUARD, GUARD), ...engine.u8(start + byteLength, GUARD)];
        return around.every((byte) => byte === CANARY) ? [] : [name];
      });
      // Where a kernel ends up that takes an absent pointer, 0, for a buffer.
      const intact = engine.u8(0, statics.length).every((byte, i) => byte === statics[i]);
      return intact ? found : [...found, "the module's static data"];
    },
  };
}

function address(addresses: Map<string, number>, name: string): number {
  const found = addresses.get(name);
  if (found === undefined) throw new Error(`no buffer named ${name} in this case`);
  return found;
}

/** Uniform numbers from a 32-bit LCG: plain on purpose, tests must not lean on the kernels they test. */
export function testSource(seed = 1): Source {
  let state = seed >>> 0;
  return (length, low = -1, high = 1) =>
    Float32Array.from({ length }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return low + ((high - low) * (state >>> 8)) / 2 ** 24;
    });
}

/**
 * Largest |got − want| relative to the largest finite magnitude of `want` (absolute where that is 0).
 * Infinity where one is NaN or infinite and the other is not the same.
 */
export function relativeError(got: ArrayLike<number>, want: ArrayLike<number>): number {
  if (got.length !== want.length) return Number.POSITIVE_INFINITY;
  let scale = 0;
  let worst = 0;
  for (let i = 0; i < want.length; i++) {
    if (Number.isFinite(want[i])) scale = Math.max(scale, Math.abs(want[i]));
    if (Object.is(got[i], want[i])) continue;
    const difference = Math.abs(got[i] - want[i]);
    if (Number.isNaN(difference)) return Number.POSITIVE_INFINITY;
    worst = Math.max(worst, difference);
  }
  return worst === 0 ? 0 : worst / (scale || 1);
}
