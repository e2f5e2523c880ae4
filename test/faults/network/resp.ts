/**
 * One value of Redis's protocol (RESP 2 and 3) from a place on: texts as bytes, lists as lists, the rest as its line.
 * @returns undefined where it is not whole yet
 */
export function parseValue(
  bytes: Buffer,
  at = 0,
): { readonly end: number; readonly value: unknown } | undefined {
  const line = bytes.indexOf("\r\n", at);
  if (line < 0) return undefined;
  const head = bytes.toString("latin1", at + 1, line);
  let end = line + 2;
  switch (String.fromCharCode(bytes[at])) {
    case "$":
    case "=":
    case "!": {
      const length = Number(head);
      if (length < 0) return { end, value: null };
      if (bytes.length < end + length + 2) return undefined;
      return { end: end + length + 2, value: bytes.subarray(end, end + length) };
    }
    case "*":
    case "~":
    case ">":
    case "%": {
      const count = Number(head) * (bytes[at] === 0x25 ? 2 : 1);
      const value: unknown[] = [];
      for (let i = 0; i < count; i++) {
        const one = parseValue(bytes, end);
        if (!one) return undefined;
        value.push(one.value);
        end = one.end;
      }
      return { end, value };
    }
    default:
      return { end, value: head };
  }
}

/** Takes values from a stream of bytes, each with its own bytes. */
export class Values {
  #rest: Buffer = Buffer.alloc(0);

  *take(part: Buffer): Generator<{ readonly bytes: Buffer; readonly value: unknown }> {
    this.#rest = this.#rest.length === 0 ? part : Buffer.concat([this.#rest, part]);
    for (;;) {
      const found = parseValue(this.#rest);
      if (!found) return;
      const bytes = this.#rest.subarray(0, found.end);
      this.#rest = this.#rest.subarray(found.end);
      yield { bytes, value: found.value };
    }
  }
}
