import { parquetWriteBuffer } from "hyparquet-writer";
import { readParquet } from "../../../src/formats/parquet.js";
import { writeParquet } from "../../../src/formats/write-table.js";
import { exerciseTable } from "../exercise-table.js";
import { mutated } from "../mutations.js";
import type { FuzzTarget } from "../target.js";

async function corpus(): Promise<Uint8Array[]> {
  const count = 40;
  const each = <T>(make: (i: number) => T) => Array.from({ length: count }, (_, i) => make(i));
  const own = await writeParquet(
    ["x", "name", "on"],
    each((i) => [i / 3, i % 3 ? `n${i}` : null, i % 2 === 0]),
  );
  const written = (options: Parameters<typeof parquetWriteBuffer>[0]) =>
    new Uint8Array(parquetWriteBuffer(options));
  const columnData: Parameters<typeof parquetWriteBuffer>[0]["columnData"] = [
    { name: "i", data: each((i) => i), type: "INT32" },
    { name: "l", data: each((i) => BigInt(i)), type: "INT64" },
    { name: "t", data: each((i) => new Date(1e12 + i)), type: "TIMESTAMP" },
    { name: "s", data: each((i) => `abc${i % 4}`), type: "STRING" },
    { name: "n", data: each((i) => (i % 5 ? i : null)), type: "DOUBLE", nullable: true },
  ];
  return [
    own,
    written({ columnData }),
    written({ columnData, codec: "UNCOMPRESSED" }),
    written({ columnData: [{ name: "j", data: each((i) => ({ a: [i] })), type: "JSON" }] }),
    written({ columnData, rowGroupSize: 7, codec: "UNCOMPRESSED" }),
  ];
}

export const parquet: FuzzTarget = {
  name: "parquet",
  // A byte may stand for many equal values: see the reader's own limit.
  allowance: 2 ** 27,
  prepare: async () =>
    mutated(await corpus(), ["PAR1", "\x15\x80", "\x15\x00\x15\x00", "\x4c", "\x19\x4c", "\x00"]),
  run: async (bytes) => exerciseTable(await readParquet(bytes)),
};
