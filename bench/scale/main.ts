// A thousand virtual workers on the real driver, sampler and storage:
//   npm run scale -- [--faults] [--sampler tpe] [--pruner asha] [--trials 100000] [--pace 1] …
// Without --pace time is virtual: how many trials a second the driver ends. With --pace 1 workers take real seconds:
// how long ended trials wait to be recorded.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { scriptOptions } from "../../test/support/script-options.js";
import { noFaults } from "./executor.js";
import { simulate } from "./simulate.js";

const { values } = scriptOptions(import.meta.url, {
  options: {
    sampler: { type: "string", default: "random" },
    pruner: { type: "string", default: "none" },
    trials: { type: "string", default: "100000" },
    workers: { type: "string", default: "1000" },
    lookahead: { type: "string" },
    steps: { type: "string", default: "10" },
    "trial-seconds": { type: "string", default: "2" },
    faults: { type: "boolean", default: false },
    pace: { type: "string" },
    json: { type: "boolean", default: false },
    quiet: { type: "boolean", default: false },
  },
});

const workers = Number(values.workers);
const folder = mkdtempSync(join(tmpdir(), "plateau-scale-"));
try {
  const found = await simulate({
    file: join(folder, "scale.sqlite"),
    study: {
      sampler: values.sampler,
      pruner: values.pruner,
      // One more than workers, and what one straggler holds up.
      lookahead: Number(values.lookahead ?? 2 * workers),
    },
    trials: Number(values.trials),
    workers,
    work: {
      steps: Number(values.steps),
      seconds: Number(values["trial-seconds"]),
      diverging: 0.02,
      failing: 0.01,
    },
    faults: values.faults
      ? { ...noFaults, death: 0.02, undead: 0.3, lost: 0.01, twice: 0.01, late: 0.02 }
      : noFaults,
    ...(values.pace === undefined ? {} : { pace: Number(values.pace) }),
    onProgress: (ended, seconds) => {
      if (!values.quiet && ended % 10_000 === 0) {
        process.stderr.write(`${ended} trials, the last 1000 at ${(1000 / seconds).toFixed(0)}/s\n`);
      }
    },
  });
  const short = (value: number) => Number(value.toPrecision(3));
  if (values.json) console.log(JSON.stringify(found));
  else {
    const { states, happened, lag } = found;
    console.log(`${values.sampler}, ${values.pruner}: ${found.trials} trials, ${workers} workers`);
    console.log(`  states     ${JSON.stringify(states)}`);
    console.log(`  faults     ${JSON.stringify(happened)}`);
    console.log(
      `  time       ${short(found.seconds)} s (${short(found.cpuSeconds)} s of the processor) for ${short(found.virtualSeconds)} virtual ones, driver busy ${short(100 * found.busy)}%`,
    );
    console.log(
      `  rate       ${short(found.rate)} trials a second of the processor, slowest thousand ${short(found.slowest)}`,
    );
    if (lag) console.log(`  lag        ${lag.map(short).join(", ")} ms (median, 99%, most)`);
    console.log(`  memory     ${short(found.rssMB)} MB; file ${short(found.fileMB)} MB`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
