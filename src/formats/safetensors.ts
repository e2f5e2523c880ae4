import { requireArguments } from "../arguments.js";
import { kindOf, PlateauError, quote } from "../errors.js";
import { isUnicode, type Json, JsonNumber, type JsonObject, parseJson, quoteJson } from "./json.js";
import { arrays, dtypes, elementCount, type FileDType, type FileTensor, isDType } from "./tensor.js";

/** The limit of the reference implementation. */
const MAX_HEADER_BYTES = 100_000_000;
const METADATA = "__metadata__";

/** What a safetensors file holds. */
export interface Safetensors {
  /** Without a prototype: only what the file holds. */
  readonly metadata: Record<string, string>;
  /** In the order of the header. */
  readonly tensors: Map<string, FileTensor>;
}

interface Entry {
  readonly name: string;
  readonly dtype: FileDType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/**
 * Reads a safetensors file (8 bytes of header length, JSON header, data; little-endian).
 * Tensors are views of `bytes` where their offset is aligned, else copies. Nothing is allocated by a
 * size the file merely claims.
 * @param source names the file in messages.
 * @throws PlateauError `format` saying what is wrong with the file.
 */
export function readSafetensors(bytes: Uint8Array, source = "safetensors file"): Safetensors {
  requireArguments("readSafetensors", { bytes: [bytes, "bytes"], source: [source, "text?"] });

  const fail = (problem: string): never => {
    throw new PlateauError("format", `${source}: ${problem}`);
  };
  const { header, dataStart } = readHeader(bytes, fail);
  const metadata = readMetadata(header.get(METADATA), fail);
  const available = bytes.length - dataStart;
  const entries: Entry[] = [];
  for (const [name, info] of header)
    if (name !== METADATA) entries.push(readEntry(name, info, available, fail));
  checkCoverage(entries, available, fail);
  const tensors = new Map<string, FileTensor>();
  for (const { name, dtype, shape, begin, end } of entries) {
    const data = viewOf(dtype, bytes.subarray(dataStart + begin, dataStart + end));
    tensors.set(name, { dtype, shape, data } as FileTensor);
  }
  return { metadata, tensors };
}

type Fail = (problem: string) => never;

function readHeader(bytes: Uint8Array, fail: Fail): { header: JsonObject; dataStart: number } {
  if (bytes.length < 8)
    return fail(`is ${bytes.length} bytes long, a safetensors file starts with 8 bytes of header length`);
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (length > MAX_HEADER_BYTES)
    return fail(
      `claims a header of ${length} bytes, at most ${MAX_HEADER_BYTES} are allowed: is it a safetensors file?`,
    );
  const dataStart = 8 + Number(length);
  if (dataStart > bytes.length)
    return fail(
      `claims a header of ${length} bytes, but ${bytes.length - 8} follow: truncated or no safetensors file`,
    );
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes.subarray(8, dataStart));
  } catch {
    return fail(`the header of ${length} bytes is not UTF-8`);
  }
  if (text[0] !== "{") return fail(`the header starts with ${quote(text.slice(0, 8))} instead of "{"`);
  const header = parseJson(text, (problem) => fail(`header: ${problem}`));
  return header instanceof Map ? { header, dataStart } : fail("the header is no JSON object");
}

function readMetadata(value: Json | undefined, fail: Fail): Record<string, string> {
  const metadata: Record<string, string> = Object.create(null);
  if (value === undefined) return metadata;
  if (!(value instanceof Map)) return fail(`${METADATA} is ${quoteJson(value)} instead of an object`);
  for (const [key, text] of value) {
    if (typeof text !== "string")
      return fail(`${METADATA}: the value of ${quote(key)} is ${quoteJson(text)}, no string`);
    metadata[key] = text;
  }
  return metadata;
}

function readEntry(name: string, info: Json, available: number, failFile: Fail): Entry {
  const fail: Fail = (problem) => failFile(`tensor ${quote(name)}: ${problem}`);
  if (!(info instanceof Map)) return fail(`is ${quoteJson(info)} instead of an object`);
  const dtype = info.get("dtype");
  if (!isDType(dtype)) return fail(`dtype is ${quoteJson(dtype)} (known: ${dtypes.join(", ")})`);

  const shapeValue = info.get("shape");
  const shape = sizes(shapeValue);
  if (!shape) return fail(`shape is ${quoteJson(shapeValue)}, no list of whole numbers from 0 to 2^53 − 1`);
  const count = elementCount(shape);
  const expected = count === undefined ? undefined : count * arrays[dtype].BYTES_PER_ELEMENT;
  if (expected === undefined || !Number.isSafeInteger(expected))
    return fail(`shape ${quoteJson(shapeValue)} has more than 2^53 − 1 bytes`);

  const offsetsValue = info.get("data_offsets");
  const offsets = sizes(offsetsValue);
  if (offsets?.length !== 2) return fail(`data_offsets is ${quoteJson(offsetsValue)}, no [begin, end]`);
  const [begin, end] = offsets;
  if (begin > end) return fail(`data_offsets ${quoteJson(offsetsValue)} end before they begin`);
  if (end > available)
    return fail(
      `data_offsets ${quoteJson(offsetsValue)} pass the ${available} bytes of data: truncated file?`,
    );
  if (end - begin !== expected)
    return fail(
      `${dtype} of shape ${quoteJson(shapeValue)} has ${expected} bytes, data_offsets ${quoteJson(offsetsValue)} give ${end - begin}`,
    );
  return { name, dtype, shape, begin, end };
}

/** Whole numbers written as such (2.0 and 1e3 are none, as for the reference implementation). */
function sizes(value: Json | undefined): number[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const numbers = value.map((one) =>
    one instanceof JsonNumber && /^[0-9]+$/.test(one.text) ? Number(one.text) : Number.NaN,
  );
  return numbers.every(Number.isSafeInteger) ? numbers : undefined;
}

/** Every byte of data belongs to exactly one tensor. */
function checkCoverage(entries: readonly Entry[], available: number, fail: Fail): void {
  let cursor = 0;
  let before = "the start";
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin < cursor)
      fail(`tensor ${quote(name)} begins at ${begin}, inside ${before} which ends at ${cursor}`);
    if (begin > cursor)
      fail(`bytes ${cursor} to ${begin} between ${before} and tensor ${quote(name)} belong to none`);
    cursor = end;
    before = `tensor ${quote(name)}`;
  }
  if (cursor < available) fail(`${available - cursor} bytes are left over after ${before}`);
}

function viewOf(dtype: FileDType, slice: Uint8Array): FileTensor["data"] {
  const Elements = arrays[dtype];
  const aligned = slice.byteOffset % Elements.BYTES_PER_ELEMENT === 0 ? slice : new Uint8Array(slice);
  return new Elements(
    aligned.buffer as ArrayBuffer,
    aligned.byteOffset,
    aligned.byteLength / Elements.BYTES_PER_ELEMENT,
  );
}

/**
 * A safetensors file. Equal content gives equal bytes: tensors lie as the reference implementation
 * lays them (widest dtype first, then by name), metadata is sorted by key, and the header is padded
 * with spaces so that the data starts at a multiple of 8.
 * @throws PlateauError `shape-mismatch` when data and shape differ; `usage` for a name, dtype or
 * metadata value that the format cannot hold; `memory` when the file does not fit in memory.
 */
export function writeSafetensors(
  tensors: Iterable<readonly [name: string, tensor: FileTensor]>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  requireArguments("writeSafetensors", { metadata: [metadata, "object?"] });

  if (typeof tensors?.[Symbol.iterator] !== "function") {
    throw unwritable(`the tensors are ${kindOf(tensors)}, expected a Map of them by name`);
  }
  const given = [...tensors];
  for (const one of given) {
    if (!Array.isArray(one)) throw unwritable(`a tensor is ${kindOf(one)}, expected [name, tensor]`);
  }
  for (const [name, tensor] of given) checkTensor(name, tensor);
  const sorted = given.sort(
    ([nameA, a], [nameB, b]) =>
      dtypes.indexOf(a.dtype) - dtypes.indexOf(b.dtype) || compareUnicode(nameA, nameB),
  );
  const members: string[] = [];
  const names = new Set<string>();
  const keys = Object.keys(metadata).sort(compareUnicode);
  if (keys.length > 0) members.push(`"${METADATA}":${metadataText(keys, metadata)}`);
  let offset = 0;
  for (const [name, tensor] of sorted) {
    if (names.has(name)) throw unwritable(`two tensors are named ${quote(name)}`);
    names.add(name);
    const end = offset + tensor.data.byteLength;
    members.push(
      `${JSON.stringify(name)}:{"dtype":"${tensor.dtype}","shape":[${tensor.shape.join(",")}],"data_offsets":[${offset},${end}]}`,
    );
    offset = end;
  }
  const header = new TextEncoder().encode(`{${members.join(",")}}`);
  const padded = Math.ceil(header.length / 8) * 8;
  if (padded > MAX_HEADER_BYTES)
    throw unwritable(`the header has ${padded} bytes, at most ${MAX_HEADER_BYTES} are allowed`);

  const file = allocate(8 + padded + offset);
  new DataView(file.buffer).setBigUint64(0, BigInt(padded), true);
  file.set(header, 8);
  file.fill(0x20, 8 + header.length, 8 + padded);
  let at = 8 + padded;
  for (const [, { data }] of sorted) {
    // Bytes, not elements: copying float values may change the bits of a NaN.
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return file;
}

function allocate(bytes: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(bytes);
  } catch (cause) {
    throw new PlateauError("memory", `no memory for a safetensors file of ${bytes} bytes`, { cause });
  }
}

function metadataText(keys: readonly string[], metadata: Readonly<Record<string, string>>): string {
  const members = keys.map((key) => {
    const value: unknown = metadata[key];
    if (typeof value !== "string") throw unwritable(`metadata ${quote(key)} is a ${typeof value}, no string`);
    if (!isUnicode(key + value)) throw unwritable(`metadata ${quote(key)} has half a surrogate pair`);
    return `${JSON.stringify(key)}:${JSON.stringify(value)}`;
  });
  return `{${members.join(",")}}`;
}

function checkTensor(name: string, tensor: FileTensor): void {
  if (typeof tensor !== "object" || tensor === null) {
    throw unwritable(`tensor ${quote(name)} is ${quote(tensor)}, expected its dtype, shape and data`);
  }
  const { dtype, shape, data } = tensor;
  if (dtype === undefined) {
    throw unwritable(
      `tensor ${quote(name)} has no dtype (known: ${dtypes.join(", ")}); encodeWeights(model) writes a model's weights`,
    );
  }
  if (name === METADATA || !isUnicode(name)) throw unwritable(`a tensor cannot be named ${quote(name)}`);
  if (!isDType(dtype) || !(data instanceof arrays[dtype]))
    throw unwritable(`tensor ${quote(name)}: dtype ${quote(dtype)} does not hold its data`);
  const valid = shape.every((size) => Number.isSafeInteger(size) && size >= 0);
  if (!valid || elementCount(shape) !== data.length)
    throw new PlateauError(
      "shape-mismatch",
      `tensor ${quote(name)}: shape [${shape.join(", ")}] does not hold the ${data.length} elements given`,
    );
}

function unwritable(problem: string): PlateauError {
  return new PlateauError("usage", `cannot write safetensors: ${problem}`);
}

/** By code points, which is the order of UTF-8 bytes; `<` on strings compares UTF-16 units. */
function compareUnicode(a: string, b: string): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    if (a.charCodeAt(i) !== b.charCodeAt(i)) return a.codePointAt(i)! - b.codePointAt(i)!;
  }
  return a.length - b.length;
}
