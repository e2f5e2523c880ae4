import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { sweepRequest } from "../../src/cli/sweep-options.js";
import { folder } from "./plateau.js";

test("what is no option of a sweep's file is told with the file, and what there is", async (t) => {
  const file = join(folder(t), "sweep.yaml");
  for (const [line, message] of [
    ["trails: 4", /sweep\.yaml: trails is no option \(known: trials, .*lookahead/],
    ["executor: bullmq", /sweep\.yaml: executor is no option \(known: /],
    ["steps: 200", /sweep\.yaml: steps is no option \(it is one of training: put it under experiment\)$/],
  ] as const) {
    writeFileSync(file, `target: sine\n${line}\n`);
    await t.throwsAsync(sweepRequest(file, {}), { code: "usage", message });
  }
});
