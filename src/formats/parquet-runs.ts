import { PlateauError } from "../errors.js";

/** What stands in a data page whose values are runs: hyparquet repeats a value as often as its run claims. */
export interface Runs {
  /** How many values the page has, nulls among them. */
  readonly values: number;
  /** Whether it begins with which of them are there, its length ahead: one run-length encoding more. */
  readonly levels: boolean;
  /** Bits of a value; "ahead" where a byte says so, null where values are encoded in another way. */
  readonly width: 1 | "ahead" | null;
}

/** Writers fill up a run of packed values with nothing: parquet-mr up to 63 groups of eight. */
const MOST_PADDING = 512;
const LENGTH_BYTES = 4;

/**
 * Holds the runs of an unpacked data page to its values.
 * @throws PlateauError `format` where a run is longer than they are
 */
export function checkPageRuns(page: Uint8Array, { values, levels, width }: Runs): void {
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  let at = 0;
  /** Of runs whose length stands ahead, where they end. */
  const end = () => {
    if (at + LENGTH_BYTES > page.length) return page.length;
    at += LENGTH_BYTES;
    return Math.min(page.length, at + view.getUint32(at - LENGTH_BYTES, true));
  };
  if (levels) {
    const last = end();
    checkRuns(page.subarray(at, last), 1, values);
    at = last;
  }
  if (width === 1) {
    const last = end();
    checkRuns(page.subarray(at, last), 1, values);
  } else if (width === "ahead" && at < page.length) checkRuns(page.subarray(at + 1), page[at], values);
}

/**
 * Walks over Parquet's hybrid of runs and packed values (Encodings.md of the format, RLE/Bit-Packing Hybrid), with the
 * 32-bit arithmetic of hyparquet, until there are enough values or the bytes end.
 * @param width bits of a value
 * @param most values that there are
 * @throws PlateauError `format`
 */
export function checkRuns(bytes: Uint8Array, width: number, most: number): void {
  let at = 0;
  for (let seen = 0; seen < most && at < bytes.length; ) {
    let header = 0;
    for (let shift = 0; at < bytes.length; shift += 7) {
      const byte = bytes[at++];
      header |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    const packed = (header & 1) === 1;
    const count = packed ? (header >> 1) << 3 : header >>> 1;
    if (count < 0 || count > most + (packed ? MOST_PADDING : 0)) {
      throw new PlateauError("format", `is damaged: a run of ${count} values in a page of ${most}`);
    }
    // A packed run takes a byte at least.
    at += packed ? Math.max(1, (count / 8) * width) : (width + 7) >> 3;
    seen += count;
  }
}
