import test from "ava";
import fc from "fast-check";
import { parquetWriteBuffer } from "hyparquet-writer";
import { PlateauError } from "../../src/errors.js";
import { readParquet } from "../../src/formats/parquet.js";
import { checkThrift } from "../../src/formats/thrift.js";
import { inferColumn } from "../../src/tables/column.js";

type Columns = Parameters<typeof parquetWriteBuffer>[0]["columnData"];
type Options = Omit<Parameters<typeof parquetWriteBuffer>[0], "columnData">;

const write = (columnData: Columns, options: Options = {}) =>
  new Uint8Array(parquetWriteBuffer({ columnData, ...options }));

const sample = (): Columns => [
  { name: "weight", data: Float64Array.of(3504, 3693, 2372), type: "DOUBLE" },
  { name: "mpg", data: [18, null, 24], type: "FLOAT", nullable: true },
  { name: "cylinders", data: [8, 8, 4], type: "INT32" },
  { name: "big", data: [1n, -(2n ** 53n), 2n ** 60n], type: "INT64" },
  { name: "origin", data: ["USA", null, "Japan"], type: "STRING", nullable: true },
  { name: "automatic", data: [true, false, true], type: "BOOLEAN" },
  { name: "sold", data: [new Date(0), new Date(86400000), new Date(0)], type: "TIMESTAMP" },
];

const cells = [
  [3504, 3693, 2372],
  [18, null, 24],
  [8, 8, 4],
  [1, -(2 ** 53), 2 ** 60],
  ["USA", null, "Japan"],
  ["true", "false", "true"],
  ["1970-01-01T00:00:00.000Z", "1970-01-02T00:00:00.000Z", "1970-01-01T00:00:00.000Z"],
];

test("every flat type, with what is missing", async (t) => {
  const table = await readParquet(write(sample()));
  t.is(table.rows, 3);
  t.deepEqual(
    table.columns.map((column) => Array.from(column.cells)),
    cells,
  );
  t.is(table.where(1), "row 2");
});

test("row groups are joined, packed or not", async (t) => {
  for (const codec of ["UNCOMPRESSED", "SNAPPY"] as const) {
    const table = await readParquet(write(sample(), { codec, rowGroupSize: 2 }));
    t.deepEqual(
      table.columns.map((column) => Array.from(column.cells)),
      cells,
    );
  }
});

test("columns that cannot be read say why and do not stop the others", async (t) => {
  const table = await readParquet(
    write([
      { name: "list", data: [[1], [2, 3]], type: "JSON" },
      { name: "huge", data: [1n, 2n ** 53n + 1n], type: "INT64" },
      { name: "x", data: [1, 2], type: "INT32" },
    ]),
  );
  const columns = table.columns.map((column) => inferColumn(column, table.rows, table.where));
  t.deepEqual(
    columns.map((column) => (column.kind === "unusable" ? column.reason : column.kind)),
    [
      "holds an object or list in row 1",
      "holds 9007199254740993 in row 2, which float64 cannot hold",
      "numeric",
    ],
  );
});

test("files that are none, or truncated", async (t) => {
  const good = write(sample());
  const refuses = async (bytes: Uint8Array, message: RegExp) => {
    const error = await t.throwsAsync(readParquet(bytes, "a.parquet"), { instanceOf: PlateauError });
    t.is(error?.code, "format");
    t.regex(error!.message, message);
  };
  await refuses(new Uint8Array(3), /^a\.parquet: does not start with PAR1: no Parquet file$/);
  await refuses(new TextEncoder().encode("a,b\n1,2\n3,4\n"), /does not start with PAR1/);
  await refuses(good.subarray(0, -1), /^a\.parquet: does not end with PAR1: truncated$/);
  const footer = good.slice();
  new DataView(footer.buffer).setUint32(footer.length - 8, 2 ** 31, true);
  await refuses(footer, /^a\.parquet: the description at its end is damaged: /);
  // The compressed size of the first page: a header without it once kept the reader busy for ever.
  const page = good.slice();
  page[7] = 0x80;
  await refuses(page, /^a\.parquet: column "weight" is damaged: field 3 of the page header at byte 4 is /);
});

test("a file damaged anywhere is read or refused, never another failure", async (t) => {
  const good = write(sample());
  await fc.assert(
    fc.asyncProperty(fc.nat(good.length - 1), fc.nat(255), async (at, value) => {
      const bad = good.slice();
      bad[at] = value;
      try {
        await readParquet(bad);
      } catch (error) {
        if (!(error instanceof PlateauError) || error.code !== "format") throw error;
      }
    }),
    { seed: 5, numRuns: 1500 },
  );
  t.pass();
});

test("a description that claims lists, lengths and depths that are not there is refused before anything is allocated", (t) => {
  const bytes = (...numbers: number[]) => new DataView(Uint8Array.from(numbers).buffer);
  const refused = (view: DataView, message: RegExp) => t.throws(() => checkThrift(view, 0), { message });
  // Field 1, a list of 2^28 − 1 structures; and of truth values, which take a byte each all the same.
  refused(
    bytes(0x19, 0xfc, 0xff, 0xff, 0xff, 0x7f, 0),
    /^268435455 elements are claimed, 1 bytes are left at byte 6$/,
  );
  refused(bytes(0x19, 0xf1, 0xff, 0xff, 0xff, 0x7f, 1), /elements are claimed/);
  refused(bytes(0x18, 0x7f, 1), /^127 bytes are claimed, 1 are left/);
  refused(bytes(0x18, ...Array(20).fill(0xff)), /^a length does not end/);
  refused(bytes(0x16, ...Array(20).fill(0xff)), /^a number does not end/);
  refused(bytes(...Array(100).fill(0x1c)), /^it is nested more than 32 deep/);
  refused(bytes(0x1b, 1, 1), /^type 11 is none of Parquet's/);
  refused(bytes(0x15, 2), /^it ends too early/);
  // Field 1: 5; field 2: a list of two texts; field 3: true; field 10: a structure of nothing.
  t.is(checkThrift(bytes(0x15, 10, 0x19, 0x28, 1, 65, 0, 0x11, 0x7c, 0, 0), 0), 11);
});
