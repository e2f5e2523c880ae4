import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { folder, type Options, plateau, sleep, start, startScript, tiny } from "./plateau.js";
import { small, spaceFile } from "./small-sweep.js";

test("commands leave nothing in the folders for temporary files, whether they end well or not", async (t) => {
  t.timeout(600_000);
  const cwd = folder(t);
  const temporary = folder(t);
  const options: Options = { cwd, env: { TMPDIR: temporary, TMP: temporary, TEMP: temporary } };
  const run = async (code: number, ...args: string[]) => {
    const ended = await plateau(args, options);
    t.is(ended.code, code, `${args.join(" ")}: ${ended.stderr}`);
    t.deepEqual(readdirSync(temporary), [], args.join(" "));
  };
  await run(0, "train", "m2n1", ...tiny, "--out", "run");
  await run(0, "report", "run", "-o", "run.html");
  await run(0, "repeat", "run.html");
  await run(0, "sweep", "m2n1", "--space", spaceFile(cwd), "--trials", "2", ...small);
  await run(0, "report", "runs.sqlite", "-o", "sweep.html");
  await run(0, "repeat", "sweep.html");
  // Nothing can be written there.
  mkdirSync(join(cwd, "taken.html"));
  await run(1, "report", "run", "-o", "taken.html");
});

test("a repetition takes its temporary folder along, however it is stopped", async (t) => {
  t.timeout(600_000);
  const cwd = folder(t);
  const temporary = folder(t);
  const options: Options = { cwd, env: { TMPDIR: temporary, TMP: temporary, TEMP: temporary } };
  const middling = [...tiny, "--steps", "3000", "--evaluate-every", "1000"];
  t.is((await plateau(["train", "m2n1", ...middling, "--out", "run"], options)).code, 0);
  t.is((await plateau(["report", "run", "-o", "run.html"], options)).code, 0);
  const { child, ended } = start(["repeat", "run.html"], options);
  while (readdirSync(temporary).length === 0 && child.exitCode === null) await sleep(5);
  t.is(readdirSync(temporary).length, 1, "it has begun");
  child.kill("SIGINT");
  const { code, stderr } = await ended;
  t.is(code, 130, stderr);
  t.deepEqual(readdirSync(temporary), []);

  // Whoever is told twice ends like this.
  const module = new URL("../../src/experiments/repeat/folder.js", import.meta.url);
  const program = `const { repeatFolder } = await import("${module}"); console.log(repeatFolder().work); process.exit(7)`;
  const exited = await startScript(["--input-type=module", "--eval", program], options).ended;
  t.is(exited.code, 7, exited.stderr);
  t.true(exited.stdout.startsWith(temporary));
  t.deepEqual(readdirSync(temporary), []);
});
