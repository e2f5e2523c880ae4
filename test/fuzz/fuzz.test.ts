import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { campaign } from "./campaign.js";
import { targets } from "./registry.js";

// npm run fuzz tries 100,000 of each; here no case is timed, and another seed would be as good.
for (const { name, testCases = 2000 } of targets) {
  // One after the other: each has a process of its own.
  test.serial(
    `${name}: ${testCases} hostile inputs are read or refused by a PlateauError, and leave nothing behind`,
    async (t) => {
      t.timeout(600_000);
      const folder = mkdtempSync(join(tmpdir(), "plateau-fuzz-"));
      t.teardown(() => rmSync(folder, { recursive: true, force: true }));
      const { failure, cases } = await campaign({ target: name, cases: testCases, seed: 7 }, folder);
      t.is(failure?.message, undefined);
      t.is(cases, testCases);
    },
  );
}
