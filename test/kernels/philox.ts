/** Philox4x32-10 written out plainly, for checking the kernels. */
export function philox(counter: readonly number[], key: readonly number[]): number[] {
  let [c0, c1, c2, c3] = counter.map((word) => BigInt(word >>> 0));
  let [k0, k1] = key.map((word) => BigInt(word >>> 0));
  const low = 0xffffffffn;
  for (let round = 0; round < 10; round++) {
    const p0 = c0 * 0xd2511f53n;
    const p1 = c2 * 0xcd9e8d57n;
    [c0, c1, c2, c3] = [(p1 >> 32n) ^ c1 ^ k0, p1 & low, (p0 >> 32n) ^ c3 ^ k1, p0 & low];
    k0 = (k0 + 0x9e3779b9n) & low;
    k1 = (k1 + 0xbb67ae85n) & low;
  }
  return [c0, c1, c2, c3].map(Number);
}

/** Word `position` of the sequence of a stream: the counter is (position / 4, stream, carry, 0). */
export function streamWord(position: number, stream: number, key: readonly number[]): number {
  const counter = Math.floor(position / 4);
  return philox([counter % 2 ** 32, stream, Math.floor(counter / 2 ** 32), 0], key)[position % 4];
}
