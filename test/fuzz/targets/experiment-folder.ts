import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { ExperimentFolder } from "../../../src/experiments/experiment-folder.js";
import { type ExperimentRecord, fingerprintOf } from "../../../src/experiments/record.js";
import { experimentKinds, findExperiment } from "../../../src/experiments/registry.js";
import { dataFiles } from "../../../src/report/data-files.js";
import { requireDrawable } from "../../../src/report/parts.js";
import { documentAt } from "../../../src/report/sources/registry.js";
import { mutatedJson } from "../mutated-json.js";
import { prefixed } from "../mutations.js";
import { Refusals } from "../refusals.js";
import type { FuzzTarget } from "../target.js";

/** What experiments came to: results of ours, as docs/figures draws them. */
const stored = new URL("../../../../docs/figures/data/", import.meta.url);
const text = new TextEncoder();

function recordOf(kind: string): ExperimentRecord {
  const record = JSON.parse(
    String(gunzipSync(readFileSync(new URL(`${kind}.json.gz`, stored)))),
  ) as ExperimentRecord;
  const { settings } = record.results as { settings?: readonly object[] };
  if (!settings) return record;
  // Each setting is like the others; cells and effects are, too.
  const some = settings
    .slice(-2)
    .map((setting) =>
      Object.fromEntries(
        Object.entries(setting).map(([name, value]) => [
          name,
          name === "cells" || name === "effects" ? (value as unknown[]).slice(0, 12) : value,
        ]),
      ),
    );
  return { ...record, results: { settings: some } };
}

/** All fields but one, without their braces. */
const rest = (record: ExperimentRecord, name: string) =>
  JSON.stringify(Object.fromEntries(Object.entries(record).filter(([key]) => key !== name))).slice(1, -1);

let records: readonly ExperimentRecord[];

/** A finished experiment's folder as a stranger made it: what it began with, or what it ended with, is another. */
export const experimentFolder: FuzzTarget = {
  name: "experiment-folder",
  writes: true,
  testCases: 500,
  prepare() {
    records = experimentKinds.map(({ name }) => recordOf(name));
    const begun = records.map(({ kind, plateau, config }) => ({
      kind,
      plateau,
      config,
      study: "studies.sqlite",
    }));
    return fc.oneof(
      ...records.flatMap((record, which) => {
        const part = (name: "results" | "config") =>
          mutatedJson(record[name]).map((json) => `{${rest(record, name)},"${name}":${json}}`);
        const of = (place: number) => (json: string) => prefixed(2 * which + place, text.encode(json));
        return [
          { weight: 6, arbitrary: part("results").map(of(0)) },
          { weight: 2, arbitrary: part("config").map(of(0)) },
          { weight: 1, arbitrary: mutatedJson({ ...record, results: {} }).map(of(0)) },
          { weight: 1, arbitrary: mutatedJson(begun[which]).map(of(1)) },
        ];
      }),
    );
  },
  async run(bytes, { folder }) {
    const record = records[(bytes[0] >> 1) % records.length];
    const path = join(folder, "experiment");
    mkdirSync(path);
    const changed = new TextDecoder().decode(bytes.subarray(1));
    const isResult = bytes[0] % 2 === 0;
    const { kind, plateau, config } = record;
    const begun = JSON.stringify({ kind, plateau, config });
    writeFileSync(join(path, "experiment.json"), isResult ? begun : changed);
    writeFileSync(join(path, "result.json"), isResult ? await signed(changed) : JSON.stringify(record));
    const refusals = new Refusals();
    await refusals.attempt(async () => {
      const document = await documentAt(path);
      await refusals.attempt(() => requireDrawable(document));
      await refusals.attempt(() => dataFiles(document, "data.json"));
    });
    if (!isResult) await refusals.attempt(() => ExperimentFolder.resume(path, findExperiment(kind)));
    refusals.tell();
  },
};

/** With the fingerprint that its results have: what an accident never has. */
async function signed(json: string): Promise<string> {
  const record = JSON.parse(json) as Partial<ExperimentRecord> | null;
  if (typeof record?.fingerprint !== "string" || record.results === undefined) return json;
  return JSON.stringify({ ...record, fingerprint: await fingerprintOf(record.results) });
}
