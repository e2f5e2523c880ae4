import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import test from "ava";

const main = fileURLToPath(new URL("./main.js", import.meta.url));

// npm run faults tries every point, in the system's calls below Node and SQLite, too.
for (const [run, every] of [
  ["train", 9],
  ["sweep", 60],
] as const) {
  test.serial(
    `${run}: an error or a kill at each ${every}th call is told with its remedy and mended by resuming`,
    async (t) => {
      t.timeout(600_000);
      const folder = mkdtempSync(join(tmpdir(), "plateau-faults-"));
      t.teardown(() => rmSync(folder, { recursive: true, force: true }));
      const args = [main, "--only", run, "--by", "calls", "--every", String(every), "--into", folder];
      const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
      let table = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => (table += text));
      const code = await new Promise((resolve) => child.on("close", resolve));
      t.is(code, 0, table);
      const rows = table.split("\n").filter((line) => line.startsWith(`| ${run} |`));
      t.true(rows.length >= 6, table);
      for (const row of rows) {
        const [tried, struck, survived] = row
          .split(" | ")
          .slice(4)
          .map((cell) => Number.parseInt(cell, 10));
        t.is(survived, tried, row);
        t.true(struck > 0, row);
      }
    },
  );
}
