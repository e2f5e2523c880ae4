import { streamKey } from "../random/keys.js";
import { uniform64 } from "../random/uniform.js";

/** Numbers that a target is made of, uniform on [−1, 1), from a seed: drawn when first asked for. */
export function seeded(name: string, seed: number, count: number): () => Float64Array {
  let numbers: Float64Array | undefined;
  return () => (numbers ??= uniform64(streamKey(seed, `target/${name}`), 0, count).map((u) => 2 * u - 1));
}

export const seedParameter = {
  description: "seed",
  default: 0,
  least: 0,
  most: 2 ** 32,
  whole: true,
} as const;
