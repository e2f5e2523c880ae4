import { join } from "node:path";
import type { AttentionResult } from "../../analysis/attention.js";
import { writeFileAtomic } from "../../files/atomic.js";
import { makeFolder } from "../../files/folder.js";
import { writeNpy } from "../../formats/npy.js";

/** What is measured of every replica where attention is to be saved. */
export const attentionMeasure = { attention: { keep: true } } as const;

export type AttentionMaps = AttentionResult;

/**
 * Writes the attention of a setting's best model: `attention/<setting>/<block>.npy` for each block, float32
 * [heads, queries, keys], each row of keys the mean over inputs drawn from the target's domain; and `axes.json`,
 * which says so.
 * @throws PlateauError `io`
 */
export function saveAttention(folder: string, setting: string, { samples, blocks }: AttentionMaps): void {
  const path = join(folder, "attention", setting.replaceAll(" ", "-"));
  makeFolder(path);
  for (const { name, queries, keys, heads } of blocks) {
    const maps = heads.flatMap(({ weights = [] }) => weights.flat());
    writeFileAtomic(
      join(path, `${name}.npy`),
      writeNpy([heads.length, queries, keys], Float32Array.from(maps)),
    );
  }
  const axes = {
    axes: ["head", "query token", "key token"],
    value: `attention weight, mean over ${samples} inputs drawn from the target's domain; a row of keys sums to 1`,
    blocks: blocks.map(({ name, queries, keys, heads }) => ({ name, shape: [heads.length, queries, keys] })),
  };
  writeFileAtomic(join(path, "axes.json"), `${JSON.stringify(axes, null, 2)}\n`);
}
