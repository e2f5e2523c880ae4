import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { campaign } from "./campaign.js";
import { targets } from "./registry.js";

// npm run fuzz tries 100,000 of each; here another seed would be as good, and a machine may be busy.
for (const { name, testCases = 2000 } of targets) {
  // One after the other: each has a process of its own.
  test.serial(
    `${name}: ${testCases} hostile inputs are read or refused by a PlateauError, and leave nothing behind`,
    async (t) => {
      t.timeout(1_200_000);
      const folder = mkdtempSync(join(tmpdir(), "plateau-fuzz-"));
      const { failure, cases } = await campaign(
        { target: name, cases: testCases, seed: 7, deadline: 30, patience: 300 },
        folder,
      );
      if (failure) {
        // The input stays where it is told to be.
        const bytes =
          failure.input === "" ? "" : readFileSync(failure.input).subarray(0, 300).toString("base64");
        t.fail(`${failure.message}\ninput: ${failure.input}\nit begins with (base64) ${bytes}`);
        return;
      }
      rmSync(folder, { recursive: true, force: true });
      t.is(cases, testCases);
    },
  );
}
