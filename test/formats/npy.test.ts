import test, { type ExecutionContext } from "ava";
import fc from "fast-check";
import { PlateauError } from "../../src/errors.js";
import { npyTable, readNpy } from "../../src/formats/npy.js";

/** A file of this header text and data. */
function file(header: string, data: Uint8Array | number, version = 1): Uint8Array {
  const text = new TextEncoder().encode(header);
  const prefix = version === 1 ? 10 : 12;
  const body = typeof data === "number" ? new Uint8Array(data) : data;
  const bytes = new Uint8Array(prefix + text.length + body.length);
  bytes.set([0x93, ...new TextEncoder().encode("NUMPY"), version, 0]);
  const view = new DataView(bytes.buffer);
  if (version === 1) view.setUint16(8, text.length, true);
  else view.setUint32(8, text.length, true);
  bytes.set(text, prefix);
  bytes.set(body, prefix + text.length);
  return bytes;
}

const header = (descr: string, shape: string, fortran = "False") =>
  `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': (${shape}), }\n`;

function refuses(t: ExecutionContext, bytes: Uint8Array, message: string): void {
  const error = t.throws(() => readNpy(bytes, "a.npy"), { instanceOf: PlateauError });
  t.is(error?.code, "format");
  t.is(error?.message, `a.npy: ${message}`);
}

// numpy.lib.format.write_array of numpy 1.24.2.
const written = {
  "np.asfortranarray(np.arange(6).reshape(2, 3).astype('<f8'))": {
    base64:
      "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAAAAAAAAAAAAAhAAAAAAAAA8D8AAAAAAAAQQAAAAAAAAABAAAAAAAAAFEA=",
    dtype: "<f8",
  },
  "np.arange(6).reshape(2, 3).astype('>i4')": {
    base64:
      "k05VTVBZAQB2AHsnZGVzY3InOiAnPmk0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAAAAQAAAAIAAAADAAAABAAAAAU=",
    dtype: ">i4",
  },
  "np.arange(6).reshape(2, 3).astype('<f4'), version=(3, 0)": {
    base64:
      "k05VTVBZAwB0AAAAeydkZXNjcic6ICc8ZjQnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAACAPwAAAEAAAEBAAACAQAAAoEA=",
    dtype: "<f4",
  },
};

for (const [code, { base64, dtype }] of Object.entries(written)) {
  test(`what NumPy writes for ${code}`, (t) => {
    const { data, ...rest } = readNpy(Buffer.from(base64, "base64"));
    t.deepEqual(rest, { dtype, shape: [2, 3] });
    t.deepEqual([...data], [0, 1, 2, 3, 4, 5]);
  });
}

const types = {
  f4: [4, "setFloat32", [1.5, -0, Number.NaN, Number.NEGATIVE_INFINITY]],
  f8: [8, "setFloat64", [0.1, 1e308]],
  i1: [1, "setInt8", [-128, 127]],
  i2: [2, "setInt16", [-32768, 2]],
  i4: [4, "setInt32", [-(2 ** 31), 7]],
  i8: [8, "setBigInt64", [-(2 ** 53), 2 ** 60]],
  u1: [1, "setUint8", [255, 0]],
  u2: [2, "setUint16", [65535, 1]],
  u4: [4, "setUint32", [2 ** 32 - 1, 1]],
  u8: [8, "setBigUint64", [2 ** 63, 1]],
  b1: [1, "setUint8", [1, 0]],
} as const;

for (const [type, [width, set, values]] of Object.entries(types)) {
  test(`${type} of either byte order`, (t) => {
    for (const order of ["<", ">"]) {
      const view = new DataView(new ArrayBuffer(width * values.length));
      values.forEach((value, i) => {
        const stored = type.endsWith("8") && type !== "f8" ? BigInt(value) : value;
        (view[set] as (at: number, value: unknown, little: boolean) => void)(
          i * width,
          stored,
          order === "<",
        );
      });
      const bytes = file(header(order + type, `${values.length},`), new Uint8Array(view.buffer));
      t.deepEqual([...readNpy(bytes).data], [...values]);
    }
  });
}

test("the header may be spaced and ordered in any way, also as Python 2 wrote it", (t) => {
  const text = `{"shape":(2L,  1L),'fortran_order' : True,"descr" : "|u1"}   \n`;
  t.deepEqual(readNpy(file(text, Uint8Array.of(4, 5), 2)), {
    dtype: "|u1",
    shape: [2, 1],
    data: Float64Array.of(4, 5),
  });
});

test("files that are none, truncated or beyond what is read", (t) => {
  const good = file(header("<f4", "2, 3"), 24);
  refuses(t, new Uint8Array(0), "does not start with \\x93NUMPY: no npy file");
  refuses(
    t,
    Uint8Array.from(Buffer.from("PK\x03\x04....")),
    "is an archive (npz): save the one array with numpy.save",
  );
  refuses(t, good.subarray(0, 9), "ends after 9 bytes, inside its header: truncated");
  refuses(t, good.subarray(0, 40), `claims a header of ${good.length - 34} bytes, but 30 follow: truncated`);
  refuses(t, good.subarray(0, -1), "<f4 of shape [2, 3] has 24 bytes, 23 follow the header: truncated");
  refuses(
    t,
    file(header("<f4", "2, 3"), 25),
    "<f4 of shape [2, 3] has 24 bytes, 25 follow the header: something is appended",
  );
  refuses(t, file(header("<f4", "2, 3"), 24, 9), "has format version 9.0 (known: 1.0, 2.0, 3.0)");
  refuses(
    t,
    file(header("<c16", "2,"), 32),
    'dtype is "<c16" (known: f4, f8, i1, i2, i4, i8, u1, u2, u4, u8, b1): convert it with astype',
  );
  t.throws(() => readNpy(file(header("|O", "2,"), 32)), { message: /dtype is "\|O"/ });
  refuses(t, file(header("<f8", ""), 8), "has 0 dimensions: reshape it to rows × columns");
  refuses(t, file(header("<f8", "1, 1, 1"), 8), "has 3 dimensions: reshape it to rows × columns");
  refuses(
    t,
    file(header("<f4", "4503599627370496, 2"), 8),
    "4503599627370496 rows of 2 columns, at most 16777216 cells are read: take fewer rows or columns",
  );
  refuses(t, file(header("<f4", "2, 5000"), 8), "5000 columns, at most 4096 are read");
  refuses(
    t,
    file(header("<f4", "99999999999999999999,"), 8),
    "the shape (99999999999999999999,) is no list of sizes",
  );
  refuses(t, file(header("<f4", "2 3"), 8), "the shape (2 3) is no list of sizes");
  refuses(
    t,
    file("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }", 8),
    "is a structured array: save its fields as one plain array",
  );
  refuses(
    t,
    file("{'descr': '<f4', 'shape': __import__('os').getcwd()}", 8),
    "the header cannot be read from \" 'shape': __import__('os').getcwd()}\"",
  );
  refuses(
    t,
    file("{'descr': '<f4', 'shape': (2,)}", 8),
    "the header \"{'descr': '<f4', 'shape': (2,)}\" lacks descr, fortran_order or shape",
  );
  const large = new Uint8Array(8);
  new DataView(large.buffer).setBigInt64(0, 2n ** 53n + 1n, true);
  refuses(t, file(header("<i8", "1,"), large), "element 0 passes ±2^53: float64 cannot hold it");
});

test("as a table: a column of the array is one of the table", (t) => {
  const data = Float64Array.of(1, 2, 3, 4, 5, 6);
  const table = npyTable(file(header("<f8", "3, 2"), new Uint8Array(data.buffer)));
  t.is(table.rows, 3);
  t.deepEqual(
    table.columns.map(({ name, cells }) => [name, ...Array.from(cells)]),
    [
      ["column1", 1, 3, 5],
      ["column2", 2, 4, 6],
    ],
  );
  t.throws(() => npyTable(file(header("<f8", "0, 2"), 0), "a.npy"), { message: /a\.npy: no data.*\[0, 2\]/ });
});

test("a file damaged anywhere is read or refused, never another failure", (t) => {
  const good = file(header("<f4", "2, 3"), 24);
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (at, value, length) => {
      const bad = good.slice(0, length);
      if (at < length) bad[at] = value;
      try {
        readNpy(bad);
      } catch (error) {
        if ((error as PlateauError).code !== "format") throw error;
      }
    }),
    { seed: 5, numRuns: 1000 },
  );
  t.pass();
});
