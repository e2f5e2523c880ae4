// Entry of `npm run soak`: node dist/bench/soak/main.js
//   [--trials N | --minutes M] [--study TRIALS] [--workers W] [--parts threads,redis] [--out FILE]
// Ctrl-C ends it after the study that is being run, and what was measured so far is judged.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { scriptOptions } from "../../test/support/script-options.js";
import { judge, LEAST_SAMPLES } from "./judge.js";
import { parts } from "./parts/registry.js";
import { watchMemories } from "./resources.js";
import { Soak } from "./soak.js";
import { table } from "./table.js";

const { values } = scriptOptions(import.meta.url, {
  options: {
    minutes: { type: "string" },
    trials: { type: "string" },
    study: { type: "string", default: "48" },
    workers: { type: "string", default: "2" },
    parts: { type: "string", default: parts.map(({ name }) => name).join() },
    out: { type: "string" },
  },
});
const trials = Number(values.trials ?? Number.POSITIVE_INFINITY);
const most = Number(values.minutes ?? (values.trials === undefined ? 15 : Number.POSITIVE_INFINITY));

watchMemories();
const wanted = values.parts.split(",");
const kinds = parts.filter(({ name, missing }) => {
  if (!wanted.includes(name)) return false;
  const why = missing?.();
  if (why) console.log(`${name} is left out: ${why}`);
  return !why;
});

let stopped = false;
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    stopped = true;
    process.stderr.write("\nstopping after this study; once more: at once\n");
  });
}

const home = mkdtempSync(join(tmpdir(), "soak-"));
const out = values.out ?? `${home}.jsonl`;
// Whatever is temporary lies there, and nothing of other programs does.
process.env["TMPDIR"] = home;
const options = { folder: home, workers: Number(values.workers), trials: Number(values.study) };
const begin = performance.now();
const minutes = () => (performance.now() - begin) / 60_000;
const soak = await Soak.begin(kinds, options, out);
try {
  while (!stopped && minutes() < most && soak.trials < trials) {
    await soak.cycle();
    process.stderr.write(`\r${minutes().toFixed(1)} min, ${soak.trials} trials `);
  }
} finally {
  await soak.close();
  rmSync(home, { recursive: true, force: true });
  process.stderr.write("\n");
}

console.log(
  `${soak.trials} trials in ${minutes().toFixed(1)} min${stopped ? ", stopped" : ""}: ${soak.shares}`,
);
const leaks: string[] = [];
let judged = 0;
for (const [who, samples] of soak.samples()) {
  if (samples.length < LEAST_SAMPLES) {
    console.log(`${who}: ${samples.length} samples, too few to be judged`);
    continue;
  }
  judged++;
  const judgements = judge(samples);
  console.log(`${who}: ${samples.length} samples`);
  console.log(table(judgements));
  for (const { resource, leaks: does } of judgements) if (does) leaks.push(`${resource} of ${who}`);
}
if (values.out === undefined) rmSync(out, { force: true });
const flat = judged > 0 && leaks.length === 0;
if (judged === 0) console.log("not judged: give more --trials or --minutes");
else console.log(flat ? "flat" : `leaks: ${leaks.join(", ")}`);
process.exit(flat ? 0 : 1);
