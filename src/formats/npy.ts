import { requireArguments } from "../arguments.js";
import { PlateauError, quote } from "../errors.js";
import { checkTableSize, type RawTable } from "./raw-table.js";

const MAGIC = "\x93NUMPY";

/** A numeric array as `numpy.save` writes it, row-major, every element as float64. */
export interface NpyArray {
  /** As the file says it, e.g. `<f4`. */
  readonly dtype: string;
  /** [n] or [rows, columns]. */
  readonly shape: readonly number[];
  readonly data: Float64Array<ArrayBuffer>;
}

type Read = (view: DataView, at: number, little: boolean) => number;

const wide = (value: bigint): number => {
  const number = Number(value);
  return BigInt(number) === value ? number : Number.NaN;
};

const readers: Record<string, { bytes: number; read: Read }> = {
  f4: { bytes: 4, read: (view, at, little) => view.getFloat32(at, little) },
  f8: { bytes: 8, read: (view, at, little) => view.getFloat64(at, little) },
  i1: { bytes: 1, read: (view, at) => view.getInt8(at) },
  i2: { bytes: 2, read: (view, at, little) => view.getInt16(at, little) },
  i4: { bytes: 4, read: (view, at, little) => view.getInt32(at, little) },
  i8: { bytes: 8, read: (view, at, little) => wide(view.getBigInt64(at, little)) },
  u1: { bytes: 1, read: (view, at) => view.getUint8(at) },
  u2: { bytes: 2, read: (view, at, little) => view.getUint16(at, little) },
  u4: { bytes: 4, read: (view, at, little) => view.getUint32(at, little) },
  u8: { bytes: 8, read: (view, at, little) => wide(view.getBigUint64(at, little)) },
  b1: { bytes: 1, read: (view, at) => (view.getUint8(at) ? 1 : 0) },
};

/**
 * Reads a `.npy` file of format 1.0, 2.0 or 3.0 (NumPy Enhancement Proposal 1): f4 f8 i1 … i8 u1 … u8 b1,
 * either byte order, C or Fortran order, one or two dimensions.
 * @throws PlateauError `format` saying what is wrong. Nothing is allocated before the sizes agree.
 */
export function readNpy(bytes: Uint8Array, source = "npy file"): NpyArray {
  requireArguments("readNpy", { bytes: [bytes, "bytes"], source: [source, "text?"] });

  const fail = (problem: string): never => {
    throw new PlateauError("format", `${source}: ${problem}`);
  };
  const magic = String.fromCharCode(...bytes.subarray(0, 6));
  if (magic !== MAGIC) {
    const archive = magic.startsWith("PK");
    return fail(
      archive
        ? "is an archive (npz): save the one array with numpy.save"
        : `does not start with \\x93NUMPY: no npy file`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 10) return fail(`ends after ${bytes.length} bytes, inside its header: truncated`);
  const major = bytes[6];
  if (major < 1 || major > 3) return fail(`has format version ${major}.${bytes[7]} (known: 1.0, 2.0, 3.0)`);
  const prefix = major === 1 ? 10 : 12;
  if (bytes.length < prefix) return fail(`ends after ${bytes.length} bytes, inside its header: truncated`);
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const start = prefix + length;
  if (start > bytes.length) {
    return fail(`claims a header of ${length} bytes, but ${bytes.length - prefix} follow: truncated`);
  }
  const text = new TextDecoder(major === 3 ? "utf-8" : "latin1").decode(bytes.subarray(prefix, start));
  const { descr, fortran, shape } = parseHeader(text, fail);

  const known = /^([<>|=])([a-z]\d+)$/.exec(descr);
  const reader = known && Object.hasOwn(readers, known[2]) ? readers[known[2]] : undefined;
  if (!known || !reader) {
    return fail(
      `dtype is ${quote(descr)} (known: ${Object.keys(readers).join(", ")}): convert it with astype`,
    );
  }
  if (shape.length < 1 || shape.length > 2) {
    return fail(`has ${shape.length} dimensions: reshape it to rows × columns`);
  }
  const [rows, columns = 1] = shape;
  checkTableSize(source, rows, columns);
  const count = rows * columns;
  const available = bytes.length - start;
  if (count * reader.bytes !== available) {
    return fail(
      `${descr} of shape [${shape.join(", ")}] has ${count * reader.bytes} bytes, ${available} follow the header: ${
        available < count * reader.bytes ? "truncated" : "something is appended"
      }`,
    );
  }
  const little = known[1] !== ">";
  const data = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const at = fortran ? (i % columns) * rows + Math.floor(i / columns) : i;
    data[i] = reader.read(view, start + at * reader.bytes, little);
    if (Number.isNaN(data[i]) && known[2][0] !== "f") {
      return fail(`element ${i} passes ±2^53: float64 cannot hold it`);
    }
  }
  return { dtype: descr, shape, data };
}

/** A one- or two-dimensional array as a table of columns column1, column2, …; NaN stands for nothing. */
export function npyTable(bytes: Uint8Array, source = "npy file"): RawTable {
  const { shape, data } = readNpy(bytes, source);
  const [rows, width = 1] = shape;
  if (rows * width === 0) {
    throw new PlateauError("format", `${source}: no data: the array's shape is [${shape.join(", ")}]`);
  }
  return {
    source,
    rows,
    columns: Array.from({ length: width }, (_, j) => ({
      name: `column${j + 1}`,
      cells: Float64Array.from({ length: rows }, (_, i) => data[i * width + j]),
    })),
    where: (row) => `row ${row + 1}`,
  };
}

interface Header {
  descr: string;
  fortran: boolean;
  shape: number[];
}

/** The header is a Python dictionary literal with exactly three keys; read by hand, nothing is evaluated. */
function parseHeader(text: string, fail: (problem: string) => never): Header {
  const entry =
    /\s*(?:'(\w+)'|"(\w+)")\s*:\s*(?:'([^'\\]*)'|"([^"\\]*)"|(True|False)|\(([\d\s,L]*)\))\s*(,|(?=\}))/y;
  const found = new Map<string, string | boolean | number[]>();
  const open = /^\s*\{/.exec(text);
  if (!open) return fail(`the header starts with ${quote(text.slice(0, 20))} instead of {`);
  let at = open[0].length;
  for (;;) {
    entry.lastIndex = at;
    const match = entry.exec(text);
    if (!match) break;
    at = entry.lastIndex;
    const [, single, double, text1, text2, truth, tuple] = match;
    const key = single ?? double;
    if (found.has(key)) return fail(`the header gives ${key} twice`);
    if (truth) found.set(key, truth === "True");
    else if (tuple !== undefined) found.set(key, sizes(tuple, fail));
    else found.set(key, text1 ?? text2 ?? "");
  }
  if (!/^\s*\}\s*$/.test(text.slice(at))) {
    const structured = /^\s*'descr'\s*:\s*\[/.test(text.slice(at));
    return fail(
      structured
        ? "is a structured array: save its fields as one plain array"
        : `the header cannot be read from ${quote(text.slice(at, at + 40))}`,
    );
  }
  const descr = found.get("descr");
  const fortran = found.get("fortran_order");
  const shape = found.get("shape");
  if (typeof descr !== "string" || typeof fortran !== "boolean" || !Array.isArray(shape)) {
    return fail(`the header ${quote(text.trim())} lacks descr, fortran_order or shape`);
  }
  return { descr, fortran, shape };
}

function sizes(tuple: string, fail: (problem: string) => never): number[] {
  const parts = tuple.split(",").map((part) => part.trim());
  // A tuple of one ends with a comma.
  if (parts.at(-1) === "") parts.pop();
  return parts.map((part) => {
    const size = /^\d+L?$/.test(part) ? Number(part.replace("L", "")) : Number.NaN;
    return Number.isSafeInteger(size) ? size : fail(`the shape (${tuple}) is no list of sizes`);
  });
}

/**
 * A float32 array as `numpy.load` reads it: format 1.0, little-endian, row-major.
 * @throws PlateauError `shape-mismatch` where the shape does not hold the data
 */
export function writeNpy(shape: readonly number[], data: Float32Array): Uint8Array {
  requireArguments("writeNpy", { shape: [shape, "numbers"], data: [data, "floats"] });

  const size = shape.reduce((product, length) => product * length, 1);
  if (size !== data.length) {
    throw new PlateauError(
      "shape-mismatch",
      `${data.length} numbers are no array of shape ${shape.join("·")}`,
    );
  }
  const axes = `${shape.join(", ")}${shape.length === 1 ? "," : ""}`;
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${axes}), }`;
  // Data begin at a multiple of 64 bytes, after a line feed.
  const length = 64 * Math.ceil((10 + header.length + 1) / 64) - 10;
  const bytes = new Uint8Array(10 + length + 4 * size);
  const text = `${MAGIC}\x01\x00${String.fromCharCode(length & 255, length >> 8)}${header.padEnd(length - 1)}\n`;
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < size; i++) view.setFloat32(10 + length + 4 * i, data[i], true);
  return bytes;
}
