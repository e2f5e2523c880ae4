import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { exportTrials, trialTable } from "../../../src/sweep/export.js";
import { openSqlite } from "../../../src/sweep/storage/sqlite.js";
import { Study } from "../../../src/sweep/study.js";
import { mutated } from "../mutations.js";
import { Refusals } from "../refusals.js";
import type { FuzzTarget, Place } from "../target.js";

const input = {
  name: "line",
  seeds: 2,
  sampler: { name: "tpe", startup: 2 },
  pruner: "median",
  space: { parameters: { x: { type: "uniform", low: 0, high: 1 }, kind: ["a", "b"] } },
} as const;

/** A study of a few trials, some of them open, and what SQLite has beside it while it is written. */
export async function makeStudy(
  folder: string,
): Promise<{ file: Uint8Array; wal: Uint8Array; whole: Uint8Array }> {
  const path = join(folder, "made.sqlite");
  const study = await Study.open(path, input);
  const objective = ({
    parameters,
    report,
  }: {
    parameters: Readonly<Record<string, unknown>>;
    report: (step: number, value: number) => unknown;
  }) => {
    report(1, Number(parameters["x"]));
    return Number(parameters["x"]);
  };
  for await (const _ of study.run({ trials: 6, workers: 1, objective }));
  study.ask()?.report(1, 0.5);
  copyFileSync(path, join(folder, "open.sqlite"));
  const file = readFileSync(path);
  const wal = readFileSync(`${path}-wal`);
  study.close();
  return { file, wal, whole: readFileSync(path) };
}

/** Reads all there is, then goes on with it. */
export async function exercise(path: string): Promise<void> {
  const refusals = new Refusals();
  const attempt = (work: () => unknown) => refusals.attempt(work);
  await attempt(async () => {
    const storage = openSqlite(path, { readonly: true });
    try {
      await attempt(() => storage.list());
      const study = storage.find("line");
      if (!study) return;
      await attempt(() => study.best());
      await attempt(() => study.progress(0));
      await attempt(() => [...exportTrials(study)]);
      await attempt(() => trialTable(study));
      await attempt(() => [...study.observations(0, 100)]);
    } finally {
      storage.close();
    }
  });
  await attempt(async () => {
    const study = await Study.open(path, {});
    try {
      await attempt(() => study.insight("history"));
      await attempt(() => study.retryFailed());
      const trial = study.ask();
      trial?.report(2, 0.25);
      trial?.tell(trial.seeds.map(() => 0.5));
    } finally {
      study.close();
    }
  });
  refusals.tell();
}

function write({ folder }: Place, bytes: Uint8Array): string {
  const path = join(folder, "study.sqlite");
  const size = bytes.length < 4 ? 0 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  writeFileSync(path, bytes.subarray(4, 4 + size));
  if (4 + size < bytes.length) writeFileSync(`${path}-wal`, bytes.subarray(4 + size));
  return path;
}

function packed(file: Uint8Array, wal: Uint8Array = new Uint8Array(0)): Uint8Array {
  const bytes = new Uint8Array(4 + file.length + wal.length);
  new DataView(bytes.buffer).setUint32(0, file.length);
  bytes.set(file, 4);
  bytes.set(wal, 4 + file.length);
  return bytes;
}

export const studyFile: FuzzTarget = {
  name: "study-file",
  writes: true,
  testCases: 300,
  async prepare(fixtures) {
    const { file, wal, whole } = await makeStudy(fixtures);
    const words = [
      "SQLite format 3\0",
      "CREATE TABLE",
      "CREATE TRIGGER",
      "trials",
      "'running'",
      "{}",
      "[]",
      "null",
      '"',
      "\0\0\0\0",
      "\xff\xff",
    ];
    // Of the packed length no bit is changed: that is no part of any file.
    const files = mutated([whole, whole, file], words).map((bytes) => packed(bytes));
    const both = mutated([wal], words).map((bytes) => packed(file, bytes));
    return fc.oneof({ weight: 3, arbitrary: files }, { weight: 1, arbitrary: both });
  },
  run: (bytes, place) => exercise(write(place, bytes)),
};
