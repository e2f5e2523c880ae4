import test from "ava";
import { PlateauError } from "../../src/errors.js";
import { type FileTensor, toFloat32, toFloat64, toInt32 } from "../../src/formats/tensor.js";

const bitsOf = (value: number) => new Uint32Array(Float32Array.of(value).buffer)[0];
const tensor = (dtype: FileTensor["dtype"], data: FileTensor["data"]) =>
  ({ dtype, shape: [data.length], data }) as FileTensor;

test("float16 is exact on all 65,536 bit patterns, NaN payloads included", (t) => {
  const halves = Uint16Array.from({ length: 65536 }, (_, i) => i);
  const singles = toFloat32(tensor("F16", halves));
  const bits = new Uint32Array(singles.buffer, singles.byteOffset, singles.length);
  let wrong = 0;
  for (const half of halves) {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 31;
    const fraction = half & 1023;
    if (exponent === 31 && fraction) {
      if (bits[half] !== (((half & 0x8000) << 16) | 0x7f800000 | (fraction << 13)) >>> 0) wrong++;
      continue;
    }
    const value =
      exponent === 31
        ? sign * Infinity
        : exponent === 0
          ? sign * fraction * 2 ** -24
          : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
    if (!Object.is(singles[half], value)) wrong++;
  }
  t.is(wrong, 0);
});

test("float16 has the values that the standard names", (t) => {
  const patterns = [0x0000, 0x8000, 0x0001, 0x83ff, 0x0400, 0x3c00, 0x3555, 0xc000, 0x7bff, 0x7c00, 0xfc00];
  t.deepEqual(
    [...toFloat64(tensor("F16", Uint16Array.from(patterns)))],
    [0, -0, 2 ** -24, -1023 * 2 ** -24, 2 ** -14, 1, 0.333251953125, -2, 65504, Infinity, -Infinity],
  );
});

test("bfloat16 is the upper half of float32, bit for bit", (t) => {
  const halves = Uint16Array.from({ length: 65536 }, (_, i) => i);
  const singles = toFloat32(tensor("BF16", halves));
  const bits = new Uint32Array(singles.buffer, singles.byteOffset, singles.length);
  t.true(halves.every((half) => bits[half] === half * 65536));
  t.deepEqual(
    [...toFloat64(tensor("BF16", Uint16Array.of(0x3f80, 0xc049, 0x0001, 0x7f80, 0x8000)))],
    [1, -3.140625, 2 ** -133, Infinity, -0],
  );
});

test("float32 and float64 keep their bits, float64 is rounded to nearest in float32", (t) => {
  const singles = Float32Array.of(1.1, -0, 1e-45, Infinity);
  t.is(toFloat32(tensor("F32", singles)), singles);
  t.deepEqual([...toFloat64(tensor("F32", singles))], [...singles]);
  const doubles = Float64Array.of(0.1, -Infinity, Number.NaN, 1e-300);
  t.is(toFloat64(tensor("F64", doubles)), doubles);
  t.deepEqual([...toFloat32(tensor("F64", doubles))], [Math.fround(0.1), -Infinity, Number.NaN, 0]);
  t.is(bitsOf(toFloat32(tensor("F64", Float64Array.of(-1e-300)))[0]), 0x80000000);
});

test("integers and booleans become numbers", (t) => {
  const longs = tensor("I64", BigInt64Array.of(0n, -1n, 9007199254740991n));
  t.deepEqual([...toFloat64(longs)], [0, -1, 9007199254740991]);
  t.deepEqual([...toInt32(tensor("I64", BigInt64Array.of(-100n, 2147483647n)))], [-100, 2147483647]);
  t.deepEqual([...toFloat32(tensor("I32", Int32Array.of(-7, 16777216)))], [-7, 16777216]);
  t.deepEqual([...toFloat32(tensor("U8", Uint8Array.of(0, 255)))], [0, 255]);
  t.deepEqual([...toFloat64(tensor("BOOL", Uint8Array.of(0, 1)))], [0, 1]);
});

test("a value that the type cannot hold is named", (t) => {
  const fails = (convert: () => unknown, message: string) =>
    t.throws(convert, { instanceOf: PlateauError, message });
  fails(
    () => toFloat64(tensor("I64", BigInt64Array.of(0n, 9007199254740992n)), "labels"),
    '"labels": element 1 is 9007199254740992, which float64 cannot hold',
  );
  fails(
    () => toFloat32(tensor("I32", Int32Array.of(16777217)), "n"),
    '"n": element 0 is 16777217, which float32 cannot hold',
  );
  fails(
    () => toFloat32(tensor("F64", Float64Array.of(1, -1e39)), "w"),
    '"w": element 1 is -1e+39, which float32 cannot hold',
  );
  fails(
    () => toInt32(tensor("I64", BigInt64Array.of(2147483648n)), "labels"),
    '"labels": element 0 is 2147483648, which int32 cannot hold',
  );
  fails(
    () => toInt32(tensor("F32", Float32Array.of(0.5))),
    '"tensor": element 0 is 0.5, which int32 cannot hold',
  );
});
