import fc from "fast-check";
import { readSafetensors, writeSafetensors } from "../../../src/formats/safetensors.js";
import { dtypes, type FileTensor, toFloat32, toFloat64, toInt32 } from "../../../src/formats/tensor.js";
import { mutated } from "../mutations.js";
import type { FuzzTarget } from "../target.js";

const text = new TextEncoder();

function framed(header: string, data: Uint8Array, claimed = BigInt(text.encode(header).length)): Uint8Array {
  const bytes = text.encode(header);
  const file = new Uint8Array(8 + bytes.length + data.length);
  new DataView(file.buffer).setBigUint64(0, BigInt.asUintN(64, claimed), true);
  file.set(bytes, 8);
  file.set(data, 8 + bytes.length);
  return file;
}

const corpus = [
  writeSafetensors([["w", { dtype: "F32", shape: [2, 3], data: new Float32Array(6) }]]),
  writeSafetensors(
    [
      ["a", { dtype: "I64", shape: [2], data: new BigInt64Array(2) }],
      ["b", { dtype: "BF16", shape: [3], data: new Uint16Array(3) }],
      ["c", { dtype: "BOOL", shape: [], data: Uint8Array.of(1) }],
      ["d", { dtype: "F16", shape: [0, 4], data: new Uint16Array(0) }],
      ["e", { dtype: "F64", shape: [1], data: Float64Array.of(Number.NaN) }],
    ],
    { format: "pt", "../../x": "__proto__" },
  ),
  writeSafetensors([]),
];

const odd = fc.constantFrom<number | string>(
  -1,
  0,
  1,
  4,
  8,
  1e3,
  2 ** 31,
  2 ** 53 - 1,
  2 ** 53,
  1e308,
  "2.0",
  "1e3",
  "-0",
  '"4"',
  "null",
  "[4]",
  "18446744073709551616",
);
const name = fc.oneof(
  fc.constantFrom("w", "w", "__proto__", "constructor", "../../../etc/x", "__metadata__", "toString"),
  fc.string(),
);
const entry = fc
  .record({
    name,
    dtype: fc.oneof(fc.constantFrom<string>(...dtypes, "F8_E4M3", "f32", "__proto__", "C64"), fc.string()),
    shape: fc.array(odd, { maxLength: 5 }),
    offsets: fc.array(odd, { maxLength: 3 }),
    extra: fc.constantFrom("", ',"data_offsets":[0,4]', ',"x":{"y":[[]]}', ',"dtype":"F32"'),
  })
  .map(
    ({ name, dtype, shape, offsets, extra }) =>
      `${JSON.stringify(name)}:{"dtype":${JSON.stringify(dtype)},"shape":[${shape}],"data_offsets":[${offsets}]${extra}}`,
  );
/** Headers whose parts are each plausible. */
const headers = fc
  .record({
    entries: fc.array(entry, { maxLength: 6 }),
    data: fc.uint8Array({ maxLength: 64 }),
    claimed: fc.option(fc.bigInt({ min: -4n, max: 2n ** 64n }), { nil: undefined, freq: 8 }),
    deep: fc.constantFrom(0, 0, 0, 0, 63, 65, 20_000),
  })
  .map(({ entries, data, claimed, deep }) => {
    const nested = deep > 0 ? [`"deep":${"[".repeat(deep)}${"]".repeat(deep)}`] : [];
    return framed(`{${[...entries, ...nested].join(",")}}`, data, claimed);
  });

export const safetensors: FuzzTarget = {
  name: "safetensors",
  prepare: () =>
    fc.oneof(
      mutated(corpus, [
        '"F32"',
        "data_offsets",
        "[0,4]",
        "1e999",
        "\\ud800",
        '"__proto__"',
        "{{",
        "9007199254740993",
      ]),
      headers,
    ),
  run(bytes) {
    for (const [name, tensor] of readSafetensors(bytes).tensors) {
      for (const convert of [toFloat32, toFloat64, toInt32]) read(() => convert(tensor as FileTensor, name));
    }
  },
};

/** A refusal of one conversion is none of the file. */
function read(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    if ((error as Error).name !== "PlateauError") throw error;
  }
}
