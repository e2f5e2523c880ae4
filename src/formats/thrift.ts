/** Structures and lists inside each other: descriptions of Parquet files have nine. */
const MOST_DEPTH = 32;
/** Of 64 bits, seven a byte. */
const MOST_VARINT_BYTES = 10;

/**
 * Walks over a structure of Thrift's compact protocol and checks that all that it claims is there, before a reader
 * that trusts it allocates lists of whatever length, or makes numbers of a million digits: nothing is allocated here.
 * @param at where the structure begins
 * @returns where it ends
 * @throws Error saying what is wrong
 */
export function checkThrift(view: DataView, at: number): number {
  const fail = (problem: string): never => {
    throw new Error(`${problem} at byte ${at}`);
  };
  const byte = (): number => (at < view.byteLength ? view.getUint8(at++) : fail("it ends too early"));
  const skip = (bytes: number): void => {
    if (bytes > view.byteLength - at) fail(`${bytes} bytes are claimed, ${view.byteLength - at} are left`);
    at += bytes;
  };
  /** Lengths have 31 bits: with more, readers differ in what they take them for. */
  const length = (): number => {
    let value = 0;
    for (let digit = 0; digit < MOST_VARINT_BYTES; digit++) {
      const next = byte();
      value += (next & 127) * 2 ** (7 * digit);
      if (next < 128) return value < 2 ** 31 ? value : fail(`a length of ${value} is claimed`);
    }
    return fail("a length does not end");
  };
  const number = (): void => {
    for (let digit = 0; digit < MOST_VARINT_BYTES; digit++) if (byte() < 128) return;
    fail("a number does not end");
  };
  const structure = (depth: number): void => {
    if (depth > MOST_DEPTH) fail(`it is nested more than ${MOST_DEPTH} deep`);
    for (;;) {
      const head = byte();
      const type = head & 15;
      if (type === 0) return;
      if (head < 16) number();
      // Of a truth value the type says which.
      if (type > 2) element(type, depth);
    }
  };
  const one = () => skip(1);
  const elements: Readonly<Record<number, (depth: number) => void>> = {
    ...{ 1: one, 2: one, 3: one },
    ...{ 4: number, 5: number, 6: number },
    7: () => skip(8),
    8: () => skip(length()),
    9: (depth) => list(depth + 1),
    12: (depth) => structure(depth + 1),
  };
  const element = (type: number, depth: number): void => {
    if (!Object.hasOwn(elements, type)) fail(`type ${type} is none of Parquet's`);
    elements[type](depth);
  };
  const list = (depth: number): void => {
    if (depth > MOST_DEPTH) fail(`it is nested more than ${MOST_DEPTH} deep`);
    const head = byte();
    const count = head < 240 ? head >> 4 : length();
    // Each element has a byte at least.
    if (count > view.byteLength - at)
      fail(`${count} elements are claimed, ${view.byteLength - at} bytes are left`);
    for (let i = 0; i < count; i++) element(head & 15, depth);
  };
  structure(0);
  return at;
}
