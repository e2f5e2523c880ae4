import * as zlib from "node:zlib";
import { PlateauError } from "../errors.js";
import { checkPageRuns, checkRuns, type Runs } from "./parquet-runs.js";
import { type Cell, checkNames, checkTableSize, type RawColumn, type RawTable } from "./raw-table.js";
import { checkThrift } from "./thrift.js";

type Hyparquet = typeof import("hyparquet") &
  Pick<typeof import("hyparquet/src/thrift.js"), "deserializeTCompactProtocol">;

/** Bytes that one page may claim to unpack to. Writers make pages of about 1 MB. */
const MAX_PAGE_BYTES = 2 ** 28;
/** Three bytes of snappy stand for 64 at most. */
const MAX_SNAPPY_RATIO = 22;
/** Long runs of one value take few bytes, but no table worth reading is made of nothing else. */
const MAX_CELLS_PER_BYTE = 1024;

/**
 * Reads a Parquet file of flat columns by `hyparquet`, an optional peer dependency that is loaded at the
 * first call. Timestamps become texts, booleans texts, 64-bit integers numbers; a column of lists, groups
 * or bytes is kept with its problem.
 * @throws PlateauError `usage` where hyparquet is not installed, `format` when the file is no Parquet file,
 * is damaged, or packed by a codec that cannot be unpacked.
 */
export async function readParquet(bytes: Uint8Array, source = "Parquet file"): Promise<RawTable> {
  const hyparquet = await load();
  const fail = (problem: string, cause?: unknown): never => {
    throw new PlateauError("format", `${source}: ${problem}`, { cause });
  };
  const foreign = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4)) !== "PAR1";
  if (bytes.length < 12 || foreign(0)) return fail("does not start with PAR1: no Parquet file");
  if (foreign(bytes.length - 4)) return fail("does not end with PAR1: truncated");
  const whole = bytes.byteLength === bytes.buffer.byteLength;
  const file = (whole ? bytes.buffer : bytes.slice().buffer) as ArrayBuffer;
  let metadata: ReturnType<Hyparquet["parquetMetadata"]>;
  let fields: ReturnType<Hyparquet["parquetSchema"]>["children"];
  try {
    checkDescription(new DataView(file));
    metadata = hyparquet.parquetMetadata(file);
    fields = hyparquet.parquetSchema(metadata).children;
  } catch (cause) {
    return fail(`the description at its end is damaged: ${(cause as Error).message}`, cause);
  }
  const rows = Number(metadata.num_rows);
  const names = fields.map(({ element }) => element.name);
  if (!(Number.isSafeInteger(rows) && rows >= 0)) return fail(`claims ${metadata.num_rows} rows`);
  checkTableSize(source, rows, names.length);
  checkNames(source, names);
  if (rows * names.length > MAX_CELLS_PER_BYTE * bytes.length) {
    return fail(`claims ${rows} rows of ${names.length} columns in ${bytes.length} bytes: is it damaged?`);
  }
  if (rows * names.length === 0) return fail(`no data: ${rows} rows of ${names.length} columns`);

  const pages = pageChecker(hyparquet, new DataView(file), rows);
  const columns: RawColumn[] = [];
  for (const { element, children } of fields) {
    const { name } = element;
    if (children.length > 0 || element.repetition_type === "REPEATED") {
      columns.push({ name, cells: [], problem: "holds lists or groups" });
      continue;
    }
    let values: unknown[] = [];
    try {
      const optional = element.repetition_type === "OPTIONAL";
      /** Of the pages that will be unpacked, in their order, what runs they have. */
      const packed: (Runs | undefined)[] = [];
      for (const { columns: chunks, num_rows } of metadata.row_groups) {
        for (const { meta_data } of chunks)
          if (meta_data?.path_in_schema[0] === name) packed.push(...pages(meta_data, num_rows, optional));
      }
      const compressors = checkingRuns(unpackers(hyparquet), packed);
      const onComplete = (read: unknown[][]) => {
        values = read.map(([value]) => value);
      };
      await hyparquet.parquetRead({ file, metadata, columns: [name], compressors, onComplete });
    } catch (cause) {
      if (cause instanceof PlateauError)
        return fail(`column ${JSON.stringify(name)} ${cause.message}`, cause);
      return fail(`column ${JSON.stringify(name)} is damaged: ${(cause as Error).message}`, cause);
    }
    if (values.length !== rows) {
      return fail(`column ${JSON.stringify(name)} has ${values.length} values, the file claims ${rows} rows`);
    }
    columns.push({ name, ...cellsOf(values) });
  }
  return { source, rows, columns, where: (row) => `row ${row + 1}` };
}

/** The description at the end, whose length stands behind it. @throws Error where it claims what is not there */
function checkDescription(file: DataView): void {
  const end = file.byteLength - 8;
  const length = file.getUint32(end, true);
  if (length > end) throw new Error(`a length of ${length} bytes is claimed`);
  checkThrift(new DataView(file.buffer, 0, end), end - length);
}

async function load(): Promise<Hyparquet> {
  try {
    return { ...(await import("hyparquet")), ...(await import("hyparquet/src/thrift.js")) };
  } catch (cause) {
    throw new PlateauError("usage", "reading Parquet needs the package hyparquet: npm install hyparquet", {
      cause,
    });
  }
}

/**
 * Walks over the pages of a column chunk and checks what their headers claim. hyparquet trusts them: a
 * missing size, for one, makes it read the same bytes for ever.
 */
function pageChecker({ deserializeTCompactProtocol }: Hyparquet, file: DataView, rows: number) {
  const damaged = (problem: string) => new PlateauError("format", `is damaged: ${problem}`);
  const size = (value: unknown, most: number, what: string): number => {
    if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= most) return value;
    throw damaged(`${what} is ${String(value)}, at most ${most} can be`);
  };
  return (chunk: Chunk, groupRows: bigint, optional: boolean): (Runs | undefined)[] => {
    const start = size(
      Number(chunk.dictionary_page_offset || chunk.data_page_offset),
      file.byteLength,
      "the offset of its first page",
    );
    const length = size(Number(chunk.total_compressed_size), file.byteLength - start, "its size");
    const reader = { view: new DataView(file.buffer, start, length), offset: 0 };
    let values = 0;
    const packed: (Runs | undefined)[] = [];
    while (reader.offset < length - 1) {
      const at = start + reader.offset;
      checkThrift(reader.view, reader.offset);
      // Fields by number as the format defines them (parquet.thrift, PageHeader).
      const page = deserializeTCompactProtocol(reader) as Fields;
      const field = (fields: Fields, number: number, most: number) =>
        size(fields[`field_${number}`], most, `field ${number} of the page header at byte ${at}`);
      const type = field(page, 1, 3);
      field(page, 2, MAX_PAGE_BYTES);
      const bytes = field(page, 3, length - reader.offset);
      reader.offset += bytes;
      const kind = pageKinds[type];
      const found = kind && page[`field_${kind.header}`];
      if (typeof found !== "object" || found === null)
        throw damaged(`the page at byte ${at} has no header of its kind`);
      const header = found as Fields;
      const count = field(header, 1, rows);
      for (const number of kind.counts) field(header, number, count);
      for (const number of kind.encodings) field(header, number, MAX_ENCODING);
      for (const number of kind.lengths) field(header, number, bytes);
      let runs: Runs | undefined;
      let body = new Uint8Array(file.buffer, start + reader.offset - bytes, bytes);
      if (kind.holdsRows) {
        values += count;
        const encoding = header[`field_${kind.encodings[0]}`] as number;
        runs = {
          values: count,
          levels: optional,
          width: widthOf(encoding, kind !== DATA_PAGE_V2 && chunk.type === "BOOLEAN"),
        };
      }
      if (kind === DATA_PAGE_V2) {
        // Its levels stand ahead of what is packed: first the repetition levels.
        const [levels, before] = kind.lengths.map((number) => field(header, number, bytes));
        if (optional) checkRuns(body.subarray(before, before + levels), 1, count);
        body = body.subarray(before + levels);
        runs = { ...runs!, levels: false };
      }
      if (chunk.codec !== "UNCOMPRESSED" && !(kind === DATA_PAGE_V2 && header["field_7"] === false))
        packed.push(runs);
      else if (runs) checkPageRuns(body, runs);
    }
    if (values !== Number(groupRows)) throw damaged(`its pages have ${values} values for ${groupRows} rows`);
    return packed;
  };
}

type Fields = Readonly<Record<string, unknown>>;

interface PageKind {
  readonly header: number;
  readonly counts: readonly number[];
  /** That of the values first. */
  readonly encodings: readonly number[];
  /** Of definition and of repetition levels. */
  readonly lengths: readonly number[];
  readonly holdsRows: boolean;
}

// Nulls and rows, encoding, bytes of definition and repetition levels.
const DATA_PAGE_V2: PageKind = {
  ...{ header: 8, counts: [2, 3], encodings: [4], lengths: [5, 6], holdsRows: true },
};

/** By a page's type: the number of its own header in PageHeader, and what the fields in there are. */
const pageKinds: Readonly<Record<number, PageKind>> = {
  // DataPageHeader
  0: { header: 5, counts: [], encodings: [2, 3, 4], lengths: [], holdsRows: true },
  // DictionaryPageHeader
  2: { header: 7, counts: [], encodings: [2], lengths: [], holdsRows: false },
  // DataPageHeaderV2
  3: DATA_PAGE_V2,
};
const MAX_ENCODING = 9;
const [PLAIN_DICTIONARY, RLE, RLE_DICTIONARY] = [2, 3, 8];

/** Bits of what runs have in a page of an encoding; null where it has none. */
function widthOf(encoding: number, bits: boolean): Runs["width"] {
  if (encoding === RLE) return 1;
  if (encoding !== PLAIN_DICTIONARY && encoding !== RLE_DICTIONARY) return null;
  return bits ? 1 : "ahead";
}

type Unpackers = ReturnType<typeof unpackers>;

/** The same, each page held to its runs when it is unpacked. */
function checkingRuns(unpackers: Unpackers, pages: readonly (Runs | undefined)[]): Unpackers {
  let next = 0;
  const checked = (unpack: (input: Uint8Array, length: number) => Uint8Array) => {
    return (input: Uint8Array, length: number) => {
      const page = unpack(input, length);
      const runs = pages[next++];
      if (runs) checkPageRuns(page, runs);
      return page;
    };
  };
  return Object.fromEntries(
    Object.entries(unpackers).map(([codec, unpack]) => [codec, checked(unpack)]),
  ) as Unpackers;
}

interface Chunk {
  readonly type: string;
  readonly codec: string;
  readonly dictionary_page_offset?: bigint;
  readonly data_page_offset: bigint;
  readonly total_compressed_size: bigint;
}

/** Decompressors that never write more than a page may have. */
function unpackers({ snappyUncompress }: Hyparquet) {
  const checked = (bytes: number) => {
    if (bytes <= MAX_PAGE_BYTES) return bytes;
    throw new PlateauError("format", `has a page of ${bytes} bytes, at most ${MAX_PAGE_BYTES} are unpacked`);
  };
  type Unpack = (input: Uint8Array, options: { maxOutputLength: number }) => Uint8Array;
  const byZlib = (unpack: Unpack) => (input: Uint8Array, length: number) =>
    unpack(input, { maxOutputLength: Math.max(1, checked(length)) });
  const missing = (remedy: string) => () => {
    throw new PlateauError("format", remedy);
  };
  // Node has it from 22.15 on.
  const zstd = (zlib as { zstdDecompressSync?: Unpack }).zstdDecompressSync;
  const lz4 = missing("is packed by LZ4, which is not read: write the file with snappy, gzip or zstd");
  return {
    SNAPPY: (input: Uint8Array, length: number) => {
      if (length > MAX_SNAPPY_RATIO * input.length) {
        throw new PlateauError(
          "format",
          `claims to unpack ${input.length} bytes to ${length}: is it damaged?`,
        );
      }
      const output = new Uint8Array(checked(length));
      snappyUncompress(input, output);
      return output;
    },
    GZIP: byZlib(zlib.gunzipSync),
    BROTLI: byZlib(zlib.brotliDecompressSync),
    ZSTD: zstd
      ? byZlib(zstd)
      : missing("is packed by zstd, which Node unpacks from 22.15 on: write the file with snappy or gzip"),
    LZ4: lz4,
    LZ4_RAW: lz4,
  };
}

function cellsOf(values: readonly unknown[]): Omit<RawColumn, "name"> {
  let problem: string | undefined;
  const cells = Array.from(values, (value, row): Cell => {
    if (value === null || value === undefined) return null;
    if (typeof value === "number" || typeof value === "string") return value;
    if (typeof value === "boolean") return String(value);
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
    if (typeof value === "bigint") {
      if (BigInt(Number(value)) === value) return Number(value);
      problem ??= `holds ${value} in row ${row + 1}, which float64 cannot hold`;
      return null;
    }
    problem ??= `holds ${value instanceof Uint8Array ? "bytes" : "an object or list"} in row ${row + 1}`;
    return null;
  });
  return problem === undefined ? { cells } : { cells: [], problem };
}
