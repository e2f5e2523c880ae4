import { requireArguments } from "../arguments.js";
import { PlateauError, quote } from "../errors.js";

/** The typed array of each dtype. */
export interface FileArrays {
  I64: BigInt64Array;
  F64: Float64Array;
  F32: Float32Array;
  I32: Int32Array;
  /** Bit patterns. */
  BF16: Uint16Array;
  /** Bit patterns. */
  F16: Uint16Array;
  U8: Uint8Array;
  BOOL: Uint8Array;
}

/** A dtype as safetensors names it. */
export type FileDType = keyof FileArrays;

/** A tensor as files hold it: row-major, in the element type of the file. */
export type FileTensor = {
  [T in FileDType]: { readonly dtype: T; readonly shape: readonly number[]; readonly data: FileArrays[T] };
}[FileDType];

/** What holds the elements of each dtype. In the order in which safetensors files place them. */
export const arrays = {
  I64: BigInt64Array,
  F64: Float64Array,
  F32: Float32Array,
  I32: Int32Array,
  BF16: Uint16Array,
  F16: Uint16Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
} as const;

export const dtypes = Object.keys(arrays) as FileDType[];

export function isDType(value: unknown): value is FileDType {
  return typeof value === "string" && Object.hasOwn(arrays, value);
}

/** Number of elements of `shape` (1 for a scalar, []), or undefined when it passes 2⁵³ − 1. */
export function elementCount(shape: readonly number[]): number | undefined {
  let count = 1;
  for (const size of shape) {
    count *= size;
    if (!Number.isSafeInteger(count)) return undefined;
  }
  return count;
}

/**
 * The elements as float32. F32 data is handed over as it is, not copied; F64 is rounded to nearest;
 * F16 and BF16 are exact, NaN payloads included; BOOL gives 0 and 1.
 * @throws PlateauError `format` when a finite F64 is too large, or an integer is not exact in float32.
 */
export function toFloat32(tensor: FileTensor, name = "tensor"): Float32Array {
  requireArguments("toFloat32", { tensor: [tensor, "FileTensor: dtype shape data"], name: [name, "text?"] });

  switch (tensor.dtype) {
    case "F32":
      return tensor.data;
    case "F16":
      return float16ToFloat32(tensor.data);
    case "BF16": {
      const bits = Uint32Array.from(tensor.data, (half) => half << 16);
      return new Float32Array(bits.buffer);
    }
    default: {
      const wide = toFloat64(tensor, name);
      const narrow = Float32Array.from(wide);
      const exact = tensor.dtype !== "F64";
      for (let i = 0; i < wide.length; i++) {
        if (exact ? narrow[i] !== wide[i] : Math.abs(narrow[i]) === Infinity && Number.isFinite(wide[i]))
          throw misfit(name, i, wide[i], "float32");
      }
      return narrow;
    }
  }
}

/**
 * The elements as float64, all exact. F64 data is handed over as it is, not copied.
 * @throws PlateauError `format` when an I64 passes ±(2⁵³ − 1).
 */
export function toFloat64(tensor: FileTensor, name = "tensor"): Float64Array {
  requireArguments("toFloat64", { tensor: [tensor, "FileTensor: dtype shape data"], name: [name, "text?"] });

  switch (tensor.dtype) {
    case "F64":
      return tensor.data;
    case "F16":
    case "BF16":
      return Float64Array.from(toFloat32(tensor, name));
    case "I64": {
      const out = new Float64Array(tensor.data.length);
      for (let i = 0; i < out.length; i++) {
        out[i] = Number(tensor.data[i]);
        if (!Number.isSafeInteger(out[i])) throw misfit(name, i, tensor.data[i], "float64");
      }
      return out;
    }
    case "BOOL":
      return Float64Array.from(tensor.data, (byte) => (byte === 0 ? 0 : 1));
    default:
      return Float64Array.from(tensor.data);
  }
}

/**
 * The elements as int32: labels, indices. I32 data is handed over as it is, not copied.
 * @throws PlateauError `format` when a value is no integer or passes 32 bits.
 */
export function toInt32(tensor: FileTensor, name = "tensor"): Int32Array {
  if (tensor.dtype === "I32") return tensor.data;
  const wide = toFloat64(tensor, name);
  const out = Int32Array.from(wide);
  for (let i = 0; i < out.length; i++) if (out[i] !== wide[i]) throw misfit(name, i, wide[i], "int32");
  return out;
}

function float16ToFloat32(halves: Uint16Array): Float32Array {
  const out = new Float32Array(halves.length);
  const bits = new Uint32Array(out.buffer);
  for (let i = 0; i < halves.length; i++) {
    const half = halves[i];
    const sign = (half & 0x8000) << 16;
    const exponent = (half >> 10) & 31;
    const fraction = half & 1023;
    if (exponent === 0) out[i] = (sign ? -1 : 1) * fraction * 2 ** -24;
    else bits[i] = sign | ((exponent === 31 ? 255 : exponent + 112) << 23) | (fraction << 13);
  }
  return out;
}

function misfit(name: string, index: number, value: number | bigint, type: string): PlateauError {
  return new PlateauError(
    "format",
    `${quote(name)}: element ${index} is ${value}, which ${type} cannot hold`,
  );
}
