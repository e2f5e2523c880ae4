import type { Engine } from "../../../runtime/engine.js";

/** The address of a copy of numbers in an engine's arena. */
export function copied(engine: Engine, numbers: Float64Array | Int32Array): number {
  const address = engine.allocate(numbers.byteLength);
  engine
    .u8(address, numbers.byteLength)
    .set(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
  return address;
}
