import test, { type ExecutionContext } from "ava";
import fc from "fast-check";
import { type ErrorCode, PlateauError } from "../../src/errors.js";
import { readSafetensors, writeSafetensors } from "../../src/formats/safetensors.js";
import { arrays, dtypes, elementCount, type FileDType, type FileTensor } from "../../src/formats/tensor.js";

/** A file of this header text and so many bytes of data. */
function file(header: string | Uint8Array, dataBytes = 0, claimed?: bigint): Uint8Array {
  const head = typeof header === "string" ? new TextEncoder().encode(header) : header;
  const bytes = new Uint8Array(8 + head.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, claimed ?? BigInt(head.length), true);
  bytes.set(head, 8);
  return bytes;
}

const f32 = (shape: number[], begin: number, end: number) =>
  `{"dtype":"F32","shape":[${shape}],"data_offsets":[${begin},${end}]}`;

function rejects(t: ExecutionContext, bytes: Uint8Array, message: string): void {
  const error = t.throws(() => readSafetensors(bytes, "run/weights"), { instanceOf: PlateauError });
  t.is(error?.code, "format");
  t.is(error?.message, `run/weights: ${message}`);
}

test("the bytes are those of the reference implementation (safetensors 0.8.0 for Python)", (t) => {
  const bytes = writeSafetensors(
    new Map<string, FileTensor>([
      ["b", { dtype: "U8", shape: [3], data: Uint8Array.of(1, 2, 255) }],
      ["head.weight", { dtype: "F32", shape: [1, 2], data: Float32Array.of(1.5, -0) }],
      ["a", { dtype: "F32", shape: [], data: Float32Array.of(Number.NaN) }],
      ["é", { dtype: "I32", shape: [1], data: Int32Array.of(-2) }],
      ["labels", { dtype: "I64", shape: [1], data: BigInt64Array.of(-1n) }],
      ["wide", { dtype: "F64", shape: [1], data: Float64Array.of(0.1) }],
    ]),
    { kind: 'a "model"' },
  );
  t.is(Buffer.from(bytes).toString("latin1"), Buffer.from(REFERENCE, "base64").toString("latin1"));
});

test("an empty file has a header and nothing else", (t) => {
  const bytes = writeSafetensors([]);
  t.is(bytes.length, 16);
  t.is(readSafetensors(bytes).tensors.size, 0);
  t.is(readSafetensors(file("{}")).tensors.size, 0);
});

test("names that JavaScript objects treat specially are names like any other", (t) => {
  const tensor: FileTensor = { dtype: "F32", shape: [1], data: Float32Array.of(3) };
  const names = ["__proto__", "constructor", "hasOwnProperty", "toString", "", " ", "a\nb", "0", "𝄞"];
  const metadata = Object.fromEntries(names.map((name) => [name, `value of ${name}`]));
  const read = readSafetensors(
    writeSafetensors(
      names.map((name) => [name, tensor]),
      metadata,
    ),
  );
  t.deepEqual([...read.tensors.keys()].sort(), [...names].sort());
  t.is(Object.getPrototypeOf(read.metadata), null);
  for (const name of names) t.is(read.metadata[name], `value of ${name}`);
  t.is(({} as Record<string, unknown>)["dtype"], undefined);
});

test("equal content gives equal bytes whatever order it came in", (t) => {
  const a: [string, FileTensor] = ["a", { dtype: "F32", shape: [2], data: Float32Array.of(1, 2) }];
  const b: [string, FileTensor] = ["b", { dtype: "F64", shape: [1], data: Float64Array.of(3) }];
  t.deepEqual(writeSafetensors([a, b], { x: "1", y: "2" }), writeSafetensors([b, a], { y: "2", x: "1" }));
});

test("unaligned data is copied, aligned data is a view", (t) => {
  const header = `{"a":${f32([1], 0, 4)}}`;
  const pad = (8 - (header.length % 8)) % 8;
  for (const extra of [0, 1, 2, 3]) {
    const bytes = file(header + " ".repeat(pad + extra), 4);
    new DataView(bytes.buffer).setFloat32(bytes.length - 4, 1.25, true);
    const { data } = readSafetensors(bytes).tensors.get("a")!;
    t.deepEqual(data, Float32Array.of(1.25));
    t.is(data.buffer === bytes.buffer, extra === 0);
  }
  const whole = writeSafetensors([["a", { dtype: "F64", shape: [1], data: Float64Array.of(7) }]]);
  const shifted = new Uint8Array(whole.length + 3);
  shifted.set(whole, 3);
  t.deepEqual(readSafetensors(shifted.subarray(3)), readSafetensors(whole));
});

test("tensors of no elements fit anywhere between others", (t) => {
  const header = `{"e":${f32([0, 3], 4, 4)},"a":${f32([1], 0, 4)},"z":${f32([0], 0, 0)},"b":${f32([], 4, 8)}}`;
  const { tensors } = readSafetensors(file(header, 8));
  t.deepEqual([...tensors.keys()], ["e", "a", "z", "b"]);
  t.is(tensors.get("e")!.data.length, 0);
});

test("a file shorter than its parts is rejected", (t) => {
  rejects(t, new Uint8Array(0), "is 0 bytes long, a safetensors file starts with 8 bytes of header length");
  rejects(t, new Uint8Array(7), "is 7 bytes long, a safetensors file starts with 8 bytes of header length");
  rejects(t, file("{}", 0, 3n), "claims a header of 3 bytes, but 2 follow: truncated or no safetensors file");
  const limit = "at most 100000000 are allowed: is it a safetensors file?";
  rejects(t, file("{}", 0, 100_000_001n), `claims a header of 100000001 bytes, ${limit}`);
  rejects(t, file("{}", 0, 2n ** 64n - 1n), `claims a header of 18446744073709551615 bytes, ${limit}`);
});

test("a header that is no JSON object is rejected", (t) => {
  rejects(t, file(""), 'the header starts with "" instead of "{"');
  rejects(t, file("[1]"), 'the header starts with "[1]" instead of "{"');
  rejects(t, file("\ufeff{}"), 'the header starts with "\ufeff{}" instead of "{"');
  rejects(t, file(Uint8Array.of(0x7b, 0x22, 0xff, 0x22)), "the header of 4 bytes is not UTF-8");
  rejects(t, file('{"a"}'), `header: not JSON: ':' expected at character 4, found "}"`);
  rejects(
    t,
    file('{"a":1,}'),
    'header: not JSON: a name in quotation marks expected at character 7, found "}"',
  );
  rejects(t, file("{} x"), 'header: not JSON: the end expected at character 3, found "x"');
  rejects(t, file('{"a":'), "header: not JSON: a value expected at character 5, found the end");
  rejects(t, file('{"a'), `header: not JSON: '"' expected at character 3, found the end`);
  rejects(t, file('{"a\\'), `header: not JSON: '"' expected at character 5, found the end`);
  rejects(t, file('{"\\x":1}'), 'header: not JSON: bad escape in the string "\\"\\\\x\\"" at character 1');
  rejects(t, file('{"\\ud800":1}'), 'header: the string "\\ud800" has half a surrogate pair');
  rejects(t, file(`{"a":${"[".repeat(1e6)}`), "header: nested more than 64 levels deep at character 69");
});

test("a name that stands twice is rejected", (t) => {
  const one = f32([1], 0, 4);
  rejects(t, file(`{"a":${one},"a":${one}}`, 4), 'header: the name "a" stands twice');
  rejects(t, file(`{"a":${one},"\\u0061":${one}}`, 4), 'header: the name "a" stands twice');
  rejects(t, file(`{"__proto__":${one},"__proto__":${one}}`, 4), 'header: the name "__proto__" stands twice');
  rejects(t, file('{"__metadata__":{"k":"1","k":"1"}}'), 'header: the name "k" stands twice');
  rejects(t, file(`{"a":{"dtype":"F32","dtype":"F32"}}`), 'header: the name "dtype" stands twice');
});

test("metadata that is no map of strings is rejected", (t) => {
  rejects(t, file('{"__metadata__":[]}'), "__metadata__ is [] instead of an object");
  rejects(t, file('{"__metadata__":{"k":1.50}}'), '__metadata__: the value of "k" is 1.50, no string');
  rejects(
    t,
    file('{"__metadata__":{"k":{"a":null}}}'),
    '__metadata__: the value of "k" is {"a":null}, no string',
  );
});

test("a bad dtype or shape is rejected", (t) => {
  const known = "(known: I64, F64, F32, I32, BF16, F16, U8, BOOL)";
  const a = (dtype: string, shape: string, offsets = "[0,4]") =>
    file(`{"a":{"dtype":${dtype},"shape":${shape},"data_offsets":${offsets}}}`, 4);
  rejects(t, file('{"a":7}'), 'tensor "a": is 7 instead of an object');
  rejects(t, file('{"a":{}}'), `tensor "a": dtype is nothing ${known}`);
  rejects(t, a('"F8_E4M3"', "[4]"), `tensor "a": dtype is "F8_E4M3" ${known}`);
  rejects(t, a('"__proto__"', "[4]"), `tensor "a": dtype is "__proto__" ${known}`);
  for (const shape of [
    "[-1]",
    "[1.0]",
    "[1e0]",
    '["1"]',
    "[null]",
    "[[1]]",
    "4",
    '{"0":1}',
    "[9007199254740992]",
  ])
    rejects(
      t,
      a('"F32"', shape),
      `tensor "a": shape is ${shape}, no list of whole numbers from 0 to 2^53 − 1`,
    );
  for (const shape of ["[4294967296,4294967296]", "[9007199254740991]", "[9007199254740991,2,0]"])
    rejects(t, a('"F32"', shape), `tensor "a": shape ${shape} has more than 2^53 − 1 bytes`);
  rejects(
    t,
    a('"F32"', "[1000000000000]"),
    'tensor "a": F32 of shape [1000000000000] has 4000000000000 bytes, data_offsets [0,4] give 4',
  );
  for (const offsets of ["[0]", "[0,4,4]", "[-1,3]", "[0,4.0]", "null"])
    rejects(t, a('"F32"', "[1]", offsets), `tensor "a": data_offsets is ${offsets}, no [begin, end]`);
});

test("offsets that do not tile the data are rejected", (t) => {
  const two = (a: string, b: string, bytes: number) => file(`{"a":${a},"b":${b}}`, bytes);
  rejects(t, two(f32([1], 4, 0), f32([1], 0, 4), 8), 'tensor "a": data_offsets [4,0] end before they begin');
  rejects(
    t,
    two(f32([1], 0, 4), f32([1], 4, 8), 7),
    'tensor "b": data_offsets [4,8] pass the 7 bytes of data: truncated file?',
  );
  rejects(
    t,
    two(f32([2], 0, 8), f32([1], 4, 8), 8),
    'tensor "b" begins at 4, inside tensor "a" which ends at 8',
  );
  rejects(
    t,
    two(f32([1], 0, 4), f32([1], 0, 4), 4),
    'tensor "b" begins at 0, inside tensor "a" which ends at 4',
  );
  rejects(
    t,
    two(f32([1], 0, 4), f32([1], 8, 12), 12),
    'bytes 4 to 8 between tensor "a" and tensor "b" belong to none',
  );
  rejects(
    t,
    two(f32([1], 4, 8), f32([1], 8, 12), 12),
    'bytes 0 to 4 between the start and tensor "a" belong to none',
  );
  rejects(t, two(f32([1], 4, 8), f32([1], 0, 4), 9), '1 bytes are left over after tensor "a"');
  rejects(t, file("{}", 2), "2 bytes are left over after the start");
});

test("what the format cannot hold is not written", (t) => {
  const data = Float32Array.of(1, 2);
  const ok: FileTensor = { dtype: "F32", shape: [2], data };
  const throws = (code: ErrorCode, tensors: [string, FileTensor][], metadata?: Record<string, string>) =>
    t.is(t.throws(() => writeSafetensors(tensors, metadata), { instanceOf: PlateauError })?.code, code);
  for (const shape of [[], [3], [-1, -2], [0.5, 4], [Number.NaN]])
    throws("shape-mismatch", [["a", { ...ok, shape }]]);
  throws("usage", [["__metadata__", ok]]);
  throws("usage", [["\ud800", ok]]);
  throws("usage", [
    ["a", ok],
    ["a", ok],
  ]);
  throws("usage", [["a", { dtype: "F64", shape: [2], data } as unknown as FileTensor]]);
  throws("usage", [["a", { dtype: "Q4", shape: [2], data } as unknown as FileTensor]]);
  throws("usage", [], { k: 1 } as unknown as Record<string, string>);
  throws("usage", [], { k: "\udc00" });
});

const anyTensor: fc.Arbitrary<FileTensor> = fc
  .tuple(fc.constantFrom(...dtypes), fc.array(fc.nat(4), { maxLength: 3 }))
  .chain(([dtype, shape]) => {
    const bytes = elementCount(shape)! * arrays[dtype].BYTES_PER_ELEMENT;
    return fc
      .uint8Array({ minLength: bytes, maxLength: bytes })
      .map((data) => ({ dtype, shape, data: new arrays[dtype](data.slice().buffer) }) as FileTensor);
  });
const anyTensors = fc.dictionary(
  fc.string({ unit: "grapheme" }).filter((name) => name !== "__metadata__"),
  anyTensor,
  { maxKeys: 6 },
);
const anyMetadata = fc.dictionary(
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: "binary" }).filter((s) => !/\p{Surrogate}/u.test(s)),
);

const bits = ({ data }: FileTensor) =>
  Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("hex");

test("tensors that are none are not written", (t) => {
  const write = (tensors: unknown) => () => writeSafetensors(tensors as Map<string, FileTensor>);
  t.throws(write({}), { code: "usage", message: /the tensors are an object, expected a Map/ });
  t.throws(write([["a", null]]), { code: "usage", message: /tensor "a" is null, expected its dtype/ });
});

test("tensors of a state dict, which name no dtype, are refused with what writes them", (t) => {
  const state = new Map([["head.weight", { shape: [1], data: Float32Array.of(1) }]]);
  t.throws(() => writeSafetensors(state as unknown as Map<string, FileTensor>), {
    code: "usage",
    message:
      /tensor "head.weight" has no dtype \(known: .*\); encodeWeights\(model\) writes a model's weights/,
  });
});

test("what is written is read back bit for bit", (t) => {
  fc.assert(
    fc.property(anyTensors, anyMetadata, (tensors, metadata) => {
      const bytes = writeSafetensors(Object.entries(tensors), metadata);
      const read = readSafetensors(bytes);
      t.deepEqual(Object.entries(read.metadata).sort(), Object.entries(metadata).sort());
      t.is(read.tensors.size, Object.keys(tensors).length);
      for (const [name, tensor] of Object.entries(tensors)) {
        const got = read.tensors.get(name)!;
        t.deepEqual([got.dtype, got.shape, bits(got)], [tensor.dtype, tensor.shape, bits(tensor)]);
        t.is(got.data.buffer, bytes.buffer, "aligned, so a view");
      }
      t.is(Buffer.compare(writeSafetensors(read.tensors, read.metadata), bytes), 0);
    }),
  );
});

/** Reads or is told why not; anything else but a PlateauError fails the test. */
function survives(bytes: Uint8Array): boolean {
  try {
    readSafetensors(bytes);
    return true;
  } catch (error) {
    if (error instanceof PlateauError && error.code === "format") return false;
    throw error;
  }
}

test("every truncation of a file is rejected", (t) => {
  fc.assert(
    fc.property(anyTensors, anyMetadata, (tensors, metadata) => {
      const bytes = writeSafetensors(Object.entries(tensors), metadata);
      for (let length = 0; length < bytes.length; length++)
        if (survives(bytes.subarray(0, length))) t.fail(`survived ${length} of ${bytes.length} bytes`);
    }),
    { numRuns: 30 },
  );
  t.pass();
});

test("flipped bits, spliced bytes and arbitrary headers never crash the reader", (t) => {
  const sample: [string, FileTensor][] = [
    ["a", { dtype: "F32", shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }],
    ["b", { dtype: "BOOL", shape: [1], data: Uint8Array.of(1) }],
  ];
  const base = writeSafetensors(sample, { k: "v" });
  for (let bit = 0; bit < base.length * 8; bit++) {
    const bytes = base.slice();
    bytes[bit >> 3] ^= 1 << (bit & 7);
    survives(bytes);
  }
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(base.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
      (edits) => {
        const bytes = base.slice();
        for (const [at, byte] of edits) bytes[at] = byte;
        survives(bytes);
      },
    ),
    { numRuns: 2000 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => void survives(bytes)),
    { numRuns: 1000 },
  );
  fc.assert(
    fc.property(fc.json(), fc.nat(16), (text, data) => void survives(file(text, data))),
    { numRuns: 1000 },
  );
  const size = fc.oneof(fc.integer(), fc.double(), fc.maxSafeNat(), fc.nat(4), fc.constant(null));
  const entry = fc.record({
    dtype: fc.constantFrom<FileDType | "Q4">(...dtypes, "Q4"),
    shape: fc.array(size, { maxLength: 3 }),
    data_offsets: fc.array(fc.oneof(fc.nat(16), size), { maxLength: 3 }),
  });
  const headers = fc.dictionary(fc.string(), entry, { maxKeys: 3 });
  fc.assert(
    fc.property(headers, fc.nat(16), (header, data) => void survives(file(JSON.stringify(header), data))),
    {
      numRuns: 3000,
    },
  );
  t.pass();
});

// What safetensors.numpy.save writes of the tensors and metadata of the first test.
const REFERENCE =
  "iAEAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJraW5kIjoiYSBcIm1vZGVsXCIifSwibGFiZWxzIjp7ImR0eXBlIjoiSTY0Iiwic2hh" +
  "cGUiOlsxXSwiZGF0YV9vZmZzZXRzIjpbMCw4XX0sIndpZGUiOnsiZHR5cGUiOiJGNjQiLCJzaGFwZSI6WzFdLCJkYXRhX29mZnNl" +
  "dHMiOls4LDE2XX0sImEiOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6W10sImRhdGFfb2Zmc2V0cyI6WzE2LDIwXX0sImhlYWQud2Vp" +
  "Z2h0Ijp7ImR0eXBlIjoiRjMyIiwic2hhcGUiOlsxLDJdLCJkYXRhX29mZnNldHMiOlsyMCwyOF19LCLDqSI6eyJkdHlwZSI6Ikkz" +
  "MiIsInNoYXBlIjpbMV0sImRhdGFfb2Zmc2V0cyI6WzI4LDMyXX0sImIiOnsiZHR5cGUiOiJVOCIsInNoYXBlIjpbM10sImRhdGFf" +
  "b2Zmc2V0cyI6WzMyLDM1XX19ICAgICAgIP//////////mpmZmZmZuT8AAMB/AADAPwAAAID+////AQL/";
