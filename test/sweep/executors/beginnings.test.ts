import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import test, { type ExecutionContext } from "ava";
import { BrokenExecutor } from "../../../src/sweep/executors/broken.js";
import type { Executor } from "../../../src/sweep/executors/executor.js";
import { type ThreadsOptions, threadPool } from "../../../src/sweep/executors/threads.js";
import { Study } from "../../../src/sweep/study.js";
import { folder, main, plateau, startScript } from "../../cli/plateau.js";
import { startRedis, withRedis } from "../../support/redis.js";
import { facts, finish } from "../support/facts.js";
import { line } from "../support/line.js";

const objective = new URL("../objectives/steps.js", import.meta.url).href;
const entry = fileURLToPath(new URL("../../../workers/entry.cjs", import.meta.url));

/** Runs trials on threads of a file that stands for plateau's own. */
function threadsOf(file: string, options: ThreadsOptions): Executor {
  const { workers, run, close } = threadPool(options, pathToFileURL(file).href);
  return { workers, run: (...trial) => run(objective, ...trial), close };
}

function fileOf(t: ExecutionContext, source: string): string {
  const file = join(folder(t), "worker.cjs");
  writeFileSync(file, source);
  return file;
}

const sources: Record<string, readonly [source: string, why: RegExp]> = {
  throws: ["throw new Error('boom');", /\(boom\): install plateau anew/],
  exits: ["process.exit(3);", /\(exit code 3\)/],
  "throws as it loads more": [
    "module.exports = async () => { throw 1; }; setImmediate(() => { throw new Error('late'); });",
    /\(late\)/,
  ],
  "has a broken installation": [
    'const told = import("./no.mjs").catch((unbegun) => ({ unbegun })); module.exports = () => told;',
    /\(Cannot find module .*no\.mjs/,
  ],
};

for (const [i, [what, [source, why]]] of Object.entries(sources).entries()) {
  const workers = 1 + 2 * (i % 2);
  test(`a worker file that ${what}: ${workers} threads end the run, and it goes on later`, async (t) => {
    await using study = await Study.open(":memory:", { ...line, retries: 0, task: { steps: 2 } });
    const broken = threadsOf(fileOf(t, source), { workers });
    const error = await t.throwsAsync(finish(study, { trials: 6, executor: broken }), {
      ...{ instanceOf: BrokenExecutor, code: "threads" },
      message: /^no worker thread begins, \d+ have ended before they could .* nothing is lost$/,
    });
    t.regex(error!.message, why);
    t.deepEqual([study.states.failed, study.states.running], [0, 0]);
    await finish(study, { trials: 6, executor: threadsOf(entry, { workers }) });
    await using other = await Study.open(":memory:", { ...line, retries: 0, task: { steps: 2 } });
    await finish(other, { trials: 6, objective });
    t.deepEqual(facts(study), facts(other));
  });
}

test("a worker file that is missing is said", async (t) => {
  await using study = await Study.open(":memory:", line);
  const executor = threadsOf(join(folder(t), "no.cjs"), { workers: 2 });
  await t.throwsAsync(finish(study, { trials: 2, executor }), {
    ...{ instanceOf: BrokenExecutor, message: /\(Cannot find module .*no\.cjs/ },
  });
});

test("a thread without memory to begin is said as such", async (t) => {
  await using study = await Study.open(":memory:", line);
  const hoard = "const hoard = []; for (;;) hoard.push(Array.from({ length: 100_000 }, (_, i) => i + 0.5));";
  const limits = { resourceLimits: { maxOldGenerationSizeMb: 32 } };
  const executor = threadsOf(fileOf(t, hoard), { workers: 1, ...limits });
  await t.throwsAsync(finish(study, { trials: 2, executor }), {
    ...{ instanceOf: BrokenExecutor, code: "memory" },
    message: /memory limit.*: use fewer workers, or raise the limits of their memory/,
  });
});

for (const ends of ["throw new Error('boom')", "process.exit(3)"]) {
  test(`threads that begin at last cost nothing: ${ends} three times`, async (t) => {
    const path = folder(t);
    const file = join(path, "worker.cjs");
    // One a time: the file that it makes is the next one's.
    writeFileSync(
      file,
      `const { openSync } = require("node:fs");
      for (const n of [1, 2, 3]) {
        let first = true;
        try { openSync(${JSON.stringify(path)} + "/" + n, "wx"); } catch { first = false; }
        if (first) ${ends};
      }
      module.exports = require(${JSON.stringify(entry)});`,
    );
    await using study = await Study.open(":memory:", { ...line, retries: 0, task: { steps: 2 } });
    await finish(study, { trials: 4, executor: threadsOf(file, { workers: 1 }) });
    t.true([1, 2, 3].every((n) => existsSync(join(path, String(n)))));
    t.deepEqual(
      [...study.trials()].map(({ state, failures }) => [state, failures]),
      Array(4).fill(["complete", 0]),
    );
  });
}

test("trials that end their threads again and again are not taken for threads that do not begin", async (t) => {
  const file = fileURLToPath(new URL("../objectives/misbehaving.js", import.meta.url));
  await using study = await Study.open(":memory:", {
    ...line,
    retries: 9,
    space: { parameters: { deed: "exit" } },
  });
  const { workers, run, close } = threadPool({ workers: 1 });
  const executor: Executor = { workers, close, run: (...trial) => run(pathToFileURL(file).href, ...trial) };
  await finish(study, { trials: 1, executor });
  t.like(study.trial(0), { state: "failed", failures: 9 });
});

const preload = `import { isMainThread } from "node:worker_threads";
if (!isMainThread) throw new Error("boom");
`;
const small = [
  ...["sweep", "sine(1)", "--trials", "2", "--seed", "1", "--steps", "10", "--batch", "8", "--d-model", "8"],
  ...["--train-rows", "100", "--validation-rows", "50", "--test-rows", "50", "--space", "sound"],
];

test("a preload that throws in threads ends plateau sweep with one line, and --resume goes on", async (t) => {
  const cwd = folder(t);
  writeFileSync(join(cwd, "preload.mjs"), preload);
  const sweep = [...small, "--quiet", "--study", "a.sqlite"];
  const { code, stderr } = await startScript(["--import", "./preload.mjs", main, ...sweep], { cwd }).ended;
  t.is(code, 1);
  t.regex(
    stderr,
    /^error: no worker thread begins, \d have ended before they could \(boom\): .*--resume.*\n$/,
  );
  const resumed = await plateau([...sweep, "--resume"], { cwd });
  t.is(resumed.code, 0, resumed.stderr);
});

withRedis.test("plateau worker ends with the reason, and its trials go on elsewhere", async (t) => {
  t.timeout(180_000);
  const { url } = await startRedis(t);
  const cwd = folder(t);
  writeFileSync(join(cwd, "preload.mjs"), preload);
  const worker = ["worker", "--redis", url, "--threads", "2"];
  const sweep = plateau([...small, "--executor", "bullmq", "--redis", url, "--json", "--retries", "0"], {
    cwd,
  });
  const broken = await startScript(["--import", "./preload.mjs", main, ...worker], { cwd }).ended;
  t.is(broken.code, 1);
  t.regex(broken.stderr, /\nerror: no worker thread begins, \d have ended before they could \(boom\): .*\n$/);
  const good = plateau([...worker, "--once"], { cwd });
  const { code, stderr, stdout } = await sweep;
  t.is(code, 0, stderr);
  t.is(stdout.match(/"state":"complete"/g)?.length, 2, stdout);
  t.is((await good).code, 0);
});
