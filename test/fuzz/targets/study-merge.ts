import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { mergeShards } from "../../../src/sweep/merge.js";
import { openSqlite } from "../../../src/sweep/storage/sqlite.js";
import { Study } from "../../../src/sweep/study.js";
import { mutated, prefixed } from "../mutations.js";
import { change, changes } from "../studies.js";
import type { FuzzTarget } from "../target.js";

const SHARDS = 3;
const WHOLE = "whole.sqlite";
const names = [...Array.from({ length: SHARDS }, (_, k) => `${k + 1}.sqlite`), WHOLE];
const input = {
  ...{ name: "line", seeds: 2, stopWorse: false, sampler: "random" },
  space: { parameters: { x: { type: "uniform", low: 0, high: 1 }, kind: ["a", "b"] } },
} as const;
const objective = ({ parameters }: { parameters: Readonly<Record<string, unknown>> }) =>
  Number(parameters["x"]);

/** Shards of a study, and perhaps the whole as it was merged before, of which one was made by somebody else. */
export const studyMerge: FuzzTarget = {
  name: "study-merge",
  writes: true,
  testCases: 300,
  async prepare(fixtures) {
    const path = (at: number) => join(fixtures, names[at]);
    for (let k = 0; k < SHARDS; k++) {
      const study = await Study.open(path(k), { ...input, shard: `${k + 1}/${SHARDS}` });
      let left = 2;
      for await (const _ of study.run({ trials: 6, workers: 1, objective })) if (--left === 0) break;
      study.close();
    }
    mergeShards([path(0), path(1)], path(SHARDS));
    const text = new TextEncoder();
    const which = fc.nat(SHARDS);
    return fc.oneof(
      which.chain((at) => mutated([readFileSync(path(at))]).map((bytes) => prefixed(at, bytes))),
      which.chain((at) => changes.map((json) => prefixed(16 + at, text.encode(json)))),
    );
  },
  run(bytes, { folder, fixtures }) {
    const changed = (bytes[0] & 15) % names.length;
    for (const [at, name] of names.entries()) {
      if (at === changed && bytes[0] < 16) writeFileSync(join(folder, name), bytes.subarray(1));
      // The whole is there only where it is what was changed.
      else if (name !== WHOLE || at === changed) copyFileSync(join(fixtures, name), join(folder, name));
    }
    const place = join(folder, names[changed]);
    if (bytes[0] >= 16) change(place, new TextDecoder().decode(bytes.subarray(1)));
    const shards = names.slice(0, SHARDS).map((name) => join(folder, name));
    const into = join(folder, WHOLE);
    const before = existsSync(into) ? contentOf(into) : undefined;
    try {
      mergeShards(shards, into);
    } catch (error) {
      const after = existsSync(into) ? contentOf(into) : undefined;
      if (before && !(after && before.equals(after)))
        throw new Error("refused, but the whole study was changed");
      if (!before && after && holdsStudies(into)) throw new Error("refused, but half of it is there");
      throw error;
    }
  },
};

/** All but how often SQLite has written to it, which it counts in the header when a file is shared, too. */
function contentOf(path: string): Buffer {
  const bytes = readFileSync(path);
  for (const [from, to] of [
    [18, 20],
    [24, 28],
    [92, 100],
  ])
    bytes.subarray(from, to).fill(0);
  return bytes;
}

function holdsStudies(path: string): boolean {
  const storage = openSqlite(path);
  try {
    return storage.list().length > 0;
  } finally {
    storage.close();
  }
}
