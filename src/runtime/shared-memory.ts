const IMPORTS = 2;
const HAS_MAXIMUM = 1;
const SHARED = 2;

/**
 * A module of ours that imports a memory which threads may share: the same code, but for one flag among the
 * limits of the memory that it imports (WebAssembly core specification, 5.3.11 with the threads proposal). So
 * there is no other build to carry along, and no other bits.
 */
export function withSharedMemory(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const shared = new Uint8Array(bytes);
  let at = 8;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  const skip = (length: number) => {
    at += length;
  };
  for (let id = bytes[at++]; id !== IMPORTS; id = bytes[at++]) skip(number());
  number();
  // Nothing is imported but the memory: how many, its two names, that it is a memory.
  number();
  skip(number());
  skip(number());
  skip(1);
  shared[at] = HAS_MAXIMUM | SHARED;
  return shared;
}
