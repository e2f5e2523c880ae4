import { PlateauError } from "../errors.js";

/** How a file's bytes are text. */
export type Encoding = "UTF-8" | "UTF-16" | "Windows-1252";

/** What 0x80 to 0x9f are in Windows-1252 (https://encoding.spec.whatwg.org/index-windows-1252.txt); "" where nothing. */
const WINDOWS_1252 = [..."€,,‚,ƒ,„,…,†,‡,ˆ,‰,Š,‹,Œ,,Ž,,,‘,’,“,”,•,–,—,˜,™,š,›,œ,,ž,Ÿ".split(",")] as const;

/** A control character that no text has: tabs, line ends and the form feed aside. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\0-\x08\x0b\x0e-\x1f\x7f]/;

/**
 * A file's text, with line ends \n and without a byte-order mark: UTF-8; UTF-16 with its mark, or without where every
 * other byte at the beginning is zero (Excel's "Unicode text"); else Windows-1252 (Excel's CSV in Western Europe), but
 * not where some of it is UTF-8 that is damaged elsewhere.
 * @throws PlateauError `format` with line and column of what is no text
 */
export function decodeText(bytes: Uint8Array, source: string): { text: string; encoding: Encoding } {
  if (bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4) {
    throw new PlateauError(
      "format",
      `${source}: this is a workbook or another zip archive, no text: save the sheet as CSV`,
    );
  }
  const wide = utf16(bytes);
  const { text, encoding } = wide
    ? { text: new TextDecoder(wide).decode(bytes), encoding: "UTF-16" as const }
    : narrow(bytes, source);
  const zero = text.indexOf("\0");
  if (zero >= 0) {
    const { line, column } = lineCounter(text)(zero);
    throw new PlateauError(
      "format",
      `${source}, line ${line}, column ${column}: a zero byte: this is no text`,
    );
  }
  return { text: text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text, encoding };
}

function utf16(bytes: Uint8Array): "utf-16le" | "utf-16be" | undefined {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  if (bytes.length < 4 || bytes.length % 2 > 0) return undefined;
  const start = [...bytes.subarray(0, 64)];
  const zero = (parity: number) => start.every((byte, i) => (byte === 0) === (i % 2 === parity));
  return zero(1) ? "utf-16le" : zero(0) ? "utf-16be" : undefined;
}

function narrow(bytes: Uint8Array, source: string): { text: string; encoding: Encoding } {
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes), encoding: "UTF-8" };
  } catch {
    const text = windows1252(bytes);
    const partly = /[^\0-\x7f\ufffd]/.test(new TextDecoder().decode(bytes));
    if (text !== undefined && !partly && !CONTROL.test(text)) return { text, encoding: "Windows-1252" };
    const { line, column } = lineCounter(new TextDecoder().decode(bytes))(badByte(bytes));
    throw new PlateauError(
      "format",
      `${source}, line ${line}, column ${column}: not UTF-8: is it a CSV file? If so, save it as UTF-8`,
    );
  }
}

/** Not by TextDecoder, which some engines have wrong. undefined where a byte is no character. */
function windows1252(bytes: Uint8Array): string | undefined {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += 8192) {
    let part = "";
    for (const byte of bytes.subarray(at, at + 8192)) {
      const character = byte < 0x80 || byte > 0x9f ? String.fromCharCode(byte) : WINDOWS_1252[byte - 0x80];
      if (character === "") return undefined;
      part += character;
    }
    parts.push(part);
  }
  return parts.join("");
}

/** Where in the leniently decoded text the first invalid byte stands. */
function badByte(bytes: Uint8Array): number {
  const lenient = new TextDecoder().decode(bytes);
  const again = new TextEncoder().encode(lenient);
  const skip = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  let i = 0;
  while (again[i] === bytes[i + skip]) i++;
  return new TextDecoder().decode(again.subarray(0, i)).length;
}

/** Line and column (from 1) of an index of a text; indices must not decrease from call to call. */
export function lineCounter(text: string): (index: number) => { line: number; column: number } {
  let line = 1;
  let start = 0;
  return (index) => {
    for (let next = text.indexOf("\n", start); next >= 0 && next < index; next = text.indexOf("\n", start)) {
      line++;
      start = next + 1;
    }
    return { line, column: index - start + 1 };
  };
}
