import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { mutated } from "../mutations.js";
import { exercise, makeStudy } from "../studies.js";
import type { FuzzTarget, Place } from "../target.js";

function write({ folder }: Place, bytes: Uint8Array): string {
  const path = join(folder, "study.sqlite");
  const size = bytes.length < 4 ? 0 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  writeFileSync(path, bytes.subarray(4, 4 + size));
  if (4 + size < bytes.length) writeFileSync(`${path}-wal`, bytes.subarray(4 + size));
  return path;
}

function packed(file: Uint8Array, wal: Uint8Array = new Uint8Array(0)): Uint8Array {
  const bytes = new Uint8Array(4 + file.length + wal.length);
  new DataView(bytes.buffer).setUint32(0, file.length);
  bytes.set(file, 4);
  bytes.set(wal, 4 + file.length);
  return bytes;
}

export const studyFile: FuzzTarget = {
  name: "study-file",
  writes: true,
  testCases: 2000,
  async prepare(fixtures) {
    const { file, wal, whole } = await makeStudy(fixtures);
    const words = [
      "SQLite format 3\0",
      "CREATE TABLE",
      "CREATE TRIGGER",
      "trials",
      "'running'",
      "{}",
      "[]",
      "null",
      '"',
      "\0\0\0\0",
      "\xff\xff",
    ];
    // Of the packed length no bit is changed: that is no part of any file.
    const files = mutated([whole, whole, file], words).map((bytes) => packed(bytes));
    const both = mutated([wal], words).map((bytes) => packed(file, bytes));
    return fc.oneof({ weight: 3, arbitrary: files }, { weight: 1, arbitrary: both });
  },
  run: (bytes, place) => exercise(write(place, bytes)),
};
