import { PlateauError } from "../../errors.js";
import { readSafetensors } from "../../formats/safetensors.js";
import { toFloat32, toFloat64, toInt32 } from "../../formats/tensor.js";

/** One reference file, read. */
export interface ReferenceFile {
  /** What messages call it. */
  readonly source: string;
  readonly metadata: Record<string, string>;
  readonly names: readonly string[];
  shape(name: string): readonly number[];
  has(name: string): boolean;
  /** @throws PlateauError `format` when the file has no such tensor */
  f32(name: string): Float32Array;
  f64(name: string): Float64Array;
  i32(name: string): Int32Array;
}

/** What came out of one reference file. */
export interface CaseResult {
  name: string;
  kind: "op" | "model";
  ok: boolean;
  /** Largest |ours − reference| relative to the reference tensor's largest magnitude, by tensor. */
  errors: Record<string, number>;
  /** What each error is held against. */
  limits: Record<string, number>;
  /** Why the case could not be run; names the file. */
  problem?: string;
}

export function openReference(bytes: Uint8Array, source: string): ReferenceFile {
  const { metadata, tensors } = readSafetensors(bytes, source);
  const find = (name: string) => {
    const tensor = tensors.get(name);
    if (!tensor) throw new PlateauError("format", `${source}: no tensor ${name}`);
    return tensor;
  };
  return {
    source,
    metadata,
    names: [...tensors.keys()],
    shape: (name) => find(name).shape,
    has: (name) => tensors.has(name),
    f32: (name) => toFloat32(find(name), name),
    f64: (name) => toFloat64(find(name), name),
    i32: (name) => toInt32(find(name), name),
  };
}

/** Below this a reference tensor is 0 but for float64 rounding: errors are then absolute. */
const ZERO = 1e-12;

/** Largest |got − want| relative to the largest magnitude of `want`. */
export function relativeError(got: ArrayLike<number>, want: ArrayLike<number>): number {
  if (got.length !== want.length) return Number.POSITIVE_INFINITY;
  let scale = 0;
  let worst = 0;
  for (let i = 0; i < want.length; i++) {
    const difference = Math.abs(got[i] - want[i]);
    if (Object.is(got[i], want[i]) || got[i] === want[i]) continue;
    if (!Number.isFinite(difference)) return Number.POSITIVE_INFINITY;
    worst = Math.max(worst, difference);
  }
  for (let i = 0; i < want.length; i++) {
    if (Number.isFinite(want[i])) scale = Math.max(scale, Math.abs(want[i]));
  }
  return worst / (scale > ZERO ? scale : 1);
}

/** Parses a JSON string of a file's metadata. @throws PlateauError `format` */
export function metadataJson(file: ReferenceFile, key: string): unknown {
  const text = file.metadata[key];
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new PlateauError("format", `${file.source}: metadata ${key} is no JSON: ${text.slice(0, 60)}`);
  }
}
