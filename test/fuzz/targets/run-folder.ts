import {
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { storedMeasures } from "../../../src/experiments/analysis-file.js";
import { ExperimentFolder } from "../../../src/experiments/experiment-folder.js";
import { findExperiment } from "../../../src/experiments/registry.js";
import { findRepeater } from "../../../src/experiments/repeat/registry.js";
import { RunDirectory } from "../../../src/experiments/run-directory.js";
import { readRepeatable } from "../../../src/report/repeatable.js";
import { finishedRun } from "../finished.js";
import { mutatedJson } from "../mutated-json.js";
import { mutated, prefixed } from "../mutations.js";
import { Refusals } from "../refusals.js";
import type { FuzzTarget } from "../target.js";

const names = [
  "run.json",
  "result.json",
  "history.json",
  "weights.safetensors",
  "checkpoint.safetensors",
  "experiment.json",
  "analysis.json",
  "report.html",
];
const words = [
  `"deep":${"[".repeat(20_000)}${"]".repeat(20_000)},`,
  "null",
  "{}",
  "[]",
  "-1",
  "1e999",
  '"__proto__":',
  '"config":',
  '"study": "../../../x.sqlite"',
  '"target": "',
  '"sha256"',
  "[".repeat(20_000),
  '"plateau"',
  '"steps": ',
  "true",
  '"../../../etc/passwd"',
  "\0",
];

/** A finished run's folder with one of its files as somebody else left it. */
export const runFolder: FuzzTarget = {
  name: "run-folder",
  writes: true,
  testCases: 1000,
  async prepare(fixtures) {
    const folder = join(fixtures, "run");
    const { experiment } = await finishedRun(folder);
    renameSync(`${folder}.checkpoint`, join(folder, "checkpoint.safetensors"));
    writeFileSync(join(folder, "analysis.json"), JSON.stringify({ weightsSha256: "0", measures: {} }));
    const kind = findExperiment("replicate");
    const own = join(fixtures, "experiment");
    ExperimentFolder.create(own, kind, kind.parse({}));
    cpSync(join(own, "experiment.json"), join(folder, "experiment.json"));
    const repeat = JSON.stringify({
      kind: "train",
      plateau: "0",
      config: experiment.config,
      fingerprint: "0".repeat(64),
    });
    const page = `<meta name="generator" content="plateau 0"><script type="application/json" id="plateau-repeat">${repeat}</script>`;
    writeFileSync(join(folder, "report.html"), page);
    return fc.nat(names.length - 1).chain((which) => {
      const content = readFileSync(join(folder, names[which]));
      const files = mutated([content], words).map((bytes) => prefixed(which, bytes));
      if (!names[which].endsWith(".json")) return files;
      const values = mutatedJson(JSON.parse(String(content)));
      return fc.oneof(
        files,
        values.map((json) => prefixed(which, new TextEncoder().encode(json))),
      );
    });
  },
  async run(bytes, { folder, fixtures }) {
    const path = join(folder, "run");
    mkdirSync(path);
    const from = join(fixtures, "run");
    const changed = names[bytes[0] % names.length];
    const is = (name: string) => changed.startsWith(name);
    for (const name of readdirSync(from))
      if (name !== changed) copyFileSync(join(from, name), join(path, name));
    writeFileSync(join(path, changed), bytes.subarray(1));
    const refusals = new Refusals();
    const attempt = (work: () => unknown) => refusals.attempt(work);
    await attempt(async () => {
      const directory = RunDirectory.open(path);
      await attempt(() => directory.result());
      if (is("history")) await attempt(() => directory.history());
      if (is("run") || is("checkpoint")) await attempt(() => directory.checkpoint());
      if (is("run") || is("result") || is("weights")) await attempt(() => directory.model());
    });
    if (is("experiment")) {
      await attempt(() => ExperimentFolder.open(path));
      await attempt(() => ExperimentFolder.resume(path, findExperiment("replicate")));
    }
    if (is("analysis")) await attempt(() => storedMeasures(path, "0"));
    if (is("report")) {
      await attempt(() => {
        const { kind, config } = readRepeatable(join(path, "report.html"));
        const repeater = findRepeater(kind);
        repeater.describe(repeater.parse(config));
      });
    }
    refusals.tell();
  },
};
