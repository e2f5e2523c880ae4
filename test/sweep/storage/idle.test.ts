import { execFile } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import test from "ava";
import { Connection } from "../../../src/sweep/storage/connection.js";
import { keep, MOST_IDLE, MOST_UNCOLLECTED, reuse } from "../../../src/sweep/storage/idle.js";
import { Study } from "../../../src/sweep/study.js";
import { given } from "../../support/given.js";

const input = { name: "line", space: { parameters: { x: { type: "uniform", low: 0, high: 1 } } } } as const;

function temporary(t: { teardown(work: () => void): void }): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "plateau-idle-")));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const study = new URL("../../../src/sweep/study.js", import.meta.url).href;

/** Opens many studies one after the other and waits for nothing but that; how many of their files were open at a time. */
const program = `
  import { readdirSync, readlinkSync } from "node:fs";
  const { Study } = await import(${JSON.stringify(study)});
  const folder = process.argv[1];
  const open = () =>
    readdirSync("/proc/self/fd").filter((fd) => {
      try {
        return readlinkSync("/proc/self/fd/" + fd).startsWith(folder);
      } catch {
        return false;
      }
    }).length;
  let most = 0;
  for (let i = 0; i < 130; i++) {
    const study = await Study.open(folder + "/" + i + ".sqlite", ${JSON.stringify(input)});
    study.ask()?.report(1, i);
    study.close();
    if (i % 8 === 7) gc();
    most = Math.max(most, open());
  }
  console.log(most);`;

given(process.platform === "linux", "which files a process has open is asked of /proc").test(
  "a program that opens many study files one after the other holds a bounded number of them open",
  async (t) => {
    t.timeout(240_000);
    const args = ["--expose-gc", "--input-type=module", "--eval", program, temporary(t)];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    const most = Number(stdout);
    t.true(most >= MOST_IDLE, stdout);
    // What waits to be freed since the last turn but one, and the study that is open, with what SQLite has beside it.
    t.true(most <= MOST_IDLE + 2 * MOST_UNCOLLECTED + 8, stdout);
  },
);

test("a study whose connection was let go of is opened again, as it was left", async (t) => {
  const folder = temporary(t);
  const path = (i: number) => join(folder, `${i}.sqlite`);
  for (let i = 0; i < MOST_IDLE + 8; i++) {
    const opened = await Study.open(path(i), input);
    opened.ask()!.tell([i]);
    opened.close();
  }
  // The first eight are no longer kept; the rest are.
  for (let i = 0; i < MOST_IDLE + 8; i++) {
    const opened = await Study.open(path(i), input);
    t.is(opened.trial(0)?.value, i);
    opened.close();
  }
});

test("a connection that could not write is not used again: SQLite may have opened its file for reading alone", (t) => {
  const file = join(temporary(t), "a.sqlite");
  const close = (fails: boolean) => {
    const connection = new Connection(file, { create: !fails, readonly: fails });
    if (fails) t.throws(() => connection.execute("CREATE TABLE a (b)"), { code: "io", message: /read-only/ });
    connection.close();
    const found = reuse(file);
    if (found) keep(file, found, true);
    return found;
  };
  const first = close(false);
  t.truthy(first);
  t.is(close(false), first);
  t.is(close(true), undefined);
  t.truthy(close(false));
});
