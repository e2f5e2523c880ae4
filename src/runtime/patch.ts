/**
 * The bytes that a patch makes of others. A patch, as assembly/patch.mjs writes it, says again and again how
 * many bytes are new, these bytes, how many are copied, and how far from the end of the last copy they begin.
 */
export function applyPatch(source: Uint8Array, patch: Uint8Array): Uint8Array<ArrayBuffer> {
  const made: number[] = [];
  let at = 0;
  const number = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = patch[at++];
      value += (byte % 128) * scale;
      if (byte < 128) return value;
    }
  };
  const signed = () => {
    const value = number();
    return value % 2 ? -(value + 1) / 2 : value / 2;
  };
  let last = 0;
  while (at < patch.length) {
    for (let left = number(); left > 0; left--) made.push(patch[at++]);
    if (at === patch.length) break;
    const count = number();
    const from = last + signed();
    last = from + count;
    for (let i = from; i < last; i++) made.push(source[i]);
  }
  return Uint8Array.from(made);
}
