import fc from "fast-check";
import { npyTable, writeNpy } from "../../../src/formats/npy.js";
import { exerciseTable } from "../exercise-table.js";
import { mutated } from "../mutations.js";
import type { FuzzTarget } from "../target.js";

const header = (text: string, data: Uint8Array, major = 1, claimed = text.length): Uint8Array => {
  const bytes = new Uint8Array((major === 1 ? 10 : 12) + text.length + data.length);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, major, 0]);
  const view = new DataView(bytes.buffer);
  if (major === 1) view.setUint16(8, claimed, true);
  else view.setUint32(8, claimed, true);
  const start = major === 1 ? 10 : 12;
  for (let i = 0; i < text.length; i++) bytes[start + i] = text.charCodeAt(i);
  bytes.set(data, start + text.length);
  return bytes;
};

const size = fc.constantFrom(
  "0",
  "1",
  "2",
  "3",
  "8",
  "-1",
  "4294967296",
  "9007199254740993",
  "1e3",
  "2L",
  "",
  "16777216",
);
const made = fc
  .record({
    descr: fc.constantFrom(
      "<f4",
      ">f8",
      "|u1",
      "|b1",
      "<i8",
      ">u2",
      "<c8",
      "|O",
      "|V8",
      "<f16",
      "__proto__",
      "=f4",
      "<U4",
    ),
    order: fc.constantFrom("True", "False", "None", "0"),
    shape: fc.array(size, { maxLength: 4 }),
    extra: fc.constantFrom("", "'x': 1, ", "'shape': (1,), ", "'descr': [('a', '<f4')], ", " ".repeat(3000)),
    data: fc.uint8Array({ maxLength: 80 }),
    major: fc.constantFrom(1, 1, 2, 3, 4),
    claimed: fc.option(fc.constantFrom(0, 1, 65535, 2 ** 32 - 1), { nil: undefined, freq: 8 }),
  })
  .map(({ descr, order, shape, extra, data, major, claimed }) =>
    header(
      `{'descr': '${descr}', 'fortran_order': ${order}, ${extra}'shape': (${shape}), }\n`,
      data,
      major,
      claimed,
    ),
  );

const corpus = [
  writeNpy([3, 2], Float32Array.of(1, 2, 3, 4, 5, 6)),
  writeNpy([4], new Float32Array(4)),
  header("{'descr': '>i8', 'fortran_order': True, 'shape': (2, 1), }\n", new Uint8Array(16).fill(255), 2),
];

export const npy: FuzzTarget = {
  name: "npy",
  prepare: () => fc.oneof(mutated(corpus, ["'descr'", "(,)", "True", "\\x", "L,", "'shape': (2,"]), made),
  run: (bytes) => exerciseTable(npyTable(bytes)),
};
