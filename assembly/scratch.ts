// Working memory of the kernels (packed panels and the like). The runtime reserves it once per
// instance, so instances that share one memory never share scratch.

/** Bytes that `setScratch` must be given. Raised by whichever kernel needs most. */
export const SCRATCH_BYTES: usize = 2 * 1024 * 1024;

export let scratch: usize = 0;

/** Address of SCRATCH_BYTES of memory, 64-byte aligned, for this instance alone. */
export function setScratch(address: usize): void {
  scratch = address;
}

export function scratchBytes(): usize {
  return SCRATCH_BYTES;
}

/** First address behind this module's static data: the arena begins here. */
export function heapBase(): usize {
  return __heap_base;
}
