import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { type Analysis, analyzeSubject } from "../../../src/analysis/analyze.js";
import { fitMeasureOptions, fitSubject } from "../../../src/experiments/fit/fit.js";
import { subjectOf } from "../../../src/experiments/subject.js";
import { dataFiles } from "../../../src/report/data-files.js";
import { requireDrawable } from "../../../src/report/parts.js";
import { documentAt } from "../../../src/report/sources/registry.js";
import { finishedFit, finishedRun } from "../finished.js";
import { mutatedJson } from "../mutated-json.js";
import { prefixed } from "../mutations.js";
import { Refusals } from "../refusals.js";
import type { FuzzTarget } from "../target.js";

/** All measures of a report, as quickly as they can be taken. */
const budgets = {
  run: {
    errors: { samples: 16, starts: 1, derivativeSamples: 4 },
    failureRate: { samples: 8 },
    plateaus: { segments: 1, samples: 64 },
    modulus: { samples: 16, starts: 1, scales: 5 },
    spectrum: { segments: 1, samples: 16, grid: 0 },
    attention: { samples: 4, keep: true },
  },
  fit: { errors: { samples: 16, starts: 1 }, attention: { samples: 4, keep: true } },
};
const folders = ["run", "fit"] as const;

/**
 * The report of a run or a fit whose `analysis.json` a stranger wrote: measures that are there are not taken again, so
 * each is there, and one is another.
 */
export const storedMeasures: FuzzTarget = {
  name: "stored-measures",
  writes: true,
  testCases: 200,
  async prepare(fixtures) {
    const { experiment, model, result } = await finishedRun(join(fixtures, "run"));
    const ofRun = await analyzeSubject(subjectOf(experiment, model), {
      ...{ measures: Object.keys(budgets.run), options: budgets.run },
    });
    const fit = await finishedFit(join(fixtures, "fit"), join(fixtures, "table.csv"));
    const options = { ...budgets.fit, ...fitMeasureOptions(fit.result.sizes) };
    const ofFit = await analyzeSubject(fitSubject(fit.data, fit.model), {
      ...{ measures: Object.keys(options), options },
    });
    const changed = ({ measures }: Analysis, weightsSha256: string, which: number) => {
      const all = JSON.parse(JSON.stringify(measures)) as Record<string, { result: unknown }>;
      return fc.constantFrom(...Object.keys(all)).chain((name) =>
        mutatedJson(all[name].result).map((json) => {
          const others = JSON.stringify({ ...all, [name]: { ...all[name], result: "RESULT" } });
          const text = `{"weightsSha256":"${weightsSha256}","measures":${others.replace('"RESULT"', () => json)}}`;
          return prefixed(which, new TextEncoder().encode(text));
        }),
      );
    };
    return fc.oneof(changed(ofRun, result.weightsSha256, 0), changed(ofFit, fit.result.weightsSha256, 1));
  },
  async run(bytes, { folder, fixtures }) {
    const name = folders[bytes[0] % folders.length];
    const path = join(folder, name);
    cpSync(join(fixtures, name), path, { recursive: true });
    cpSync(join(fixtures, "table.csv"), join(folder, "table.csv"));
    writeFileSync(join(path, "analysis.json"), bytes.subarray(1));
    const refusals = new Refusals();
    await refusals.attempt(async () => {
      const document = await documentAt(path);
      await refusals.attempt(() => requireDrawable(document));
      await refusals.attempt(() => dataFiles(document, "data.json"));
    });
    refusals.tell();
  },
};
