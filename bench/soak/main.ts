// Entry of `npm run soak`: node --expose-gc dist/bench/soak/main.js [--minutes M] [--workers W] [--out FILE]
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import Table from "cli-table3";
import { Soak } from "./cycle.js";
import { type Judgement, judge, type Sample } from "./judge.js";
import { collect, measure, type Resource, watchMemories } from "./resources.js";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "15" },
    workers: { type: "string", default: "2" },
    out: { type: "string" },
  },
});
/** Fewer say nothing about a slope. */
const LEAST = 16;

if (!globalThis.gc) throw new Error("needs node --expose-gc: npm run soak");
watchMemories();
const folder = mkdtempSync(join(tmpdir(), "soak-"));
// Whatever is temporary lies there, and nothing of other programs does.
process.env["TMPDIR"] = folder;
const soak = new Soak(folder, Number(values.workers));
const samples: Sample[] = [];
const begin = performance.now();
const minutes = () => (performance.now() - begin) / 60_000;
try {
  while (minutes() < Number(values.minutes) || samples.length < LEAST) {
    await soak.cycle();
    await collect();
    samples.push({ trials: soak.trials, resources: measure() });
    process.stderr.write(`\r${minutes().toFixed(1)} min, ${soak.trials} trials `);
  }
} finally {
  await soak.close();
  rmSync(folder, { recursive: true, force: true });
  process.stderr.write("\n");
}

const judgements = judge(samples);
console.log(
  `${soak.trials} trials in ${minutes().toFixed(1)} min, ${samples.length} samples, ${values.workers} workers`,
);
console.log(table(judgements));
if (values.out) writeFileSync(values.out, `${JSON.stringify({ judgements, samples })}\n`);
const leaks = judgements.filter(({ leaks }) => leaks).map(({ resource }) => resource);
console.log(leaks.length > 0 ? `leaks: ${leaks.join(", ")}` : "flat");
process.exit(leaks.length > 0 ? 1 : 0);

function table(judgements: readonly Judgement[]): string {
  const head = ["", "first", "median", "last", "a 1,000 trials [95%]", "grown for certain", ""];
  const rows = judgements.map(({ resource, first, median, last, slope, certain, leaks }) => {
    const say = (value: number) => said(resource, value);
    const interval = `${say(slope.slope)} [${say(slope.low)}, ${say(slope.high)}]`;
    return [resource, say(first), say(median), say(last), interval, say(certain), leaks ? "leaks" : "flat"];
  });
  const made = new Table({ head, style: { head: [], border: [] } });
  made.push(...rows);
  return made.toString();
}

function said(resource: Resource, value: number): string {
  const counts: readonly Resource[] = ["descriptors", "threads", "handles", "temporaries"];
  return counts.includes(resource) ? String(Number(value.toFixed(2))) : `${(value / 1e6).toFixed(2)} MB`;
}
