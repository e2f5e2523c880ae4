import { readFileSync } from "node:fs";

/** One reference vector file of test/fixtures/golden (PyTorch, float64 from float32 inputs). */
export interface Golden {
  metadata: Record<string, string>;
  /** A tensor by name; float32 stays float32, float64 and int64 become float64. */
  tensor(name: string): Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;
  shape(name: string): number[];
}

/** Reads `name`.safetensors. On its own on purpose: tests must not lean on the reader they also test. */
export function golden(name: string): Golden {
  const file = readFileSync(new URL(`../../test/fixtures/golden/${name}.safetensors`, import.meta.url));
  const start = 8 + Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.toString("utf8", 8, start)) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  const entry = (tensor: string) => {
    if (!(tensor in header)) throw new Error(`${name} has no ${tensor}: ${Object.keys(header).join(", ")}`);
    return header[tensor];
  };
  return {
    metadata: (header.__metadata__ ?? {}) as unknown as Record<string, string>,
    tensor(tensor) {
      const { dtype, data_offsets } = entry(tensor);
      const bytes = new Uint8Array(file.subarray(start + data_offsets[0], start + data_offsets[1])).buffer;
      if (dtype === "F32") return new Float32Array(bytes);
      if (dtype === "F64") return new Float64Array(bytes);
      return Float64Array.from(new BigInt64Array(bytes), Number);
    },
    shape: (tensor) => entry(tensor).shape,
  };
}
