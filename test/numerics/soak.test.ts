import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { judge, type Sample } from "../../bench/soak/judge.js";
import { redis } from "../../bench/soak/parts/redis.js";
import { threads } from "../../bench/soak/parts/threads.js";
import { collect, type Measured, measure } from "../../bench/soak/resources.js";
import { theilSen } from "../../bench/soak/slope.js";
import { given } from "../support/given.js";
import { redisIsThere } from "../support/redis-server.js";

const counted = ({ descriptors, threads, handles, temporaries }: Measured) => ({
  ...{ descriptors, threads, handles, temporaries },
});

/** What there is more of than before: what was late to close then may be gone by now. */
const grown = (now: Measured, before: Measured) =>
  Object.entries(counted(now)).filter(
    ([name, count]) => Number(count) > Number(before[name as keyof Measured]),
  );

/** What this process holds as soon as it is no more than what is wanted, or after a while. */
async function settled(want?: Measured): Promise<Measured> {
  // Threads end and descriptors close a little after they were told to.
  for (let wait = 0; wait < 200; wait++) {
    if (wait % 40 === 0) await collect();
    const found = measure();
    if (want && grown(found, want).length === 0) return found;
    await new Promise((resolve) => setTimeout(resolve, want ? 50 : 5));
  }
  return measure();
}

const listed = given(
  existsSync("/proc/self/task"),
  "this system does not list threads and descriptors in /proc",
);
const overRedis = given(
  existsSync("/proc/self/task") && redisIsThere,
  "redis-server is not installed, or this system does not list threads and descriptors in /proc",
);
for (const [kind, { serial }, cycles] of [
  [threads, listed, 3],
  // The second study loses a worker.
  [redis, overRedis, 2],
] as const) {
  serial(`studies by ${kind.name} leave no handles, threads, descriptors or temporary files`, async (t) => {
    t.timeout(600_000);
    const folder = mkdtempSync(join(tmpdir(), "soak-"));
    const before = process.env["TMPDIR"];
    process.env["TMPDIR"] = folder;
    try {
      // What the first use keeps for good: a crew's code, SQLite.
      await life(folder, 1);
      const at = await settled();
      const [first, last] = await life(folder, cycles);
      t.deepEqual(grown(await settled(at), at), []);
      t.deepEqual(readdirSync(folder), []);
      t.deepEqual(last, first, "nor do they elsewhere");
    } finally {
      if (before === undefined) delete process.env["TMPDIR"];
      else process.env["TMPDIR"] = before;
      rmSync(folder, { recursive: true });
    }
  });

  /** What others hold after the first study and after the last. */
  const life = async (folder: string, cycles: number) => {
    const part = await kind.open({ folder, workers: 2, trials: 24 });
    const held = async () =>
      Object.values(await part.others()).map(({ keys, clients, temporaries }) => ({
        ...{ keys, clients, temporaries },
      }));
    await part.cycle();
    const first = await held();
    for (let cycle = 1; cycle < cycles; cycle++) await part.cycle();
    const last = await held();
    await part.close();
    return [first, last];
  };
}

test("the slope of Theil and Sen, and its interval, of a line with outliers", (t) => {
  const x = Array.from({ length: 40 }, (_, i) => i);
  const noise = (i: number) => ((i * 7919) % 11) / 10 - 0.5;
  const y = x.map((at) => 3 * at + noise(at) + (at % 10 === 3 ? 500 : 0));
  const { slope, low, high } = theilSen(x, y);
  t.true(Math.abs(slope - 3) < 0.05, `${slope}`);
  t.true(low < slope && slope < high && low > 2.9);
});

const flat: Measured = {
  ...{ rss: 1e8, heapUsed: 1e7, external: 5e6, arrayBuffers: 1e6, addressSpace: 1e11, wasm: 5e6 },
  ...{ descriptors: 30, threads: 14, handles: 3, temporaries: 0 },
};
const samples = (change: (i: number) => Measured): Sample[] =>
  Array.from({ length: 40 }, (_, i) => ({ trials: 25 * (i + 1), resources: { ...flat, ...change(i) } }));
const leaking = (all: Sample[]) => judge(all).flatMap(({ resource, leaks }) => (leaks ? [resource] : []));

test("what grows is a leak, what is noise, or a step of warming up, is none", (t) => {
  t.deepEqual(leaking(samples(() => ({}))), []);
  t.deepEqual(leaking(samples((i) => ({ rss: 1e8 + 2e7 * ((i * 7919) % 5) }))), []);
  t.deepEqual(leaking(samples((i) => ({ heapUsed: i < 8 ? 5e6 : 1e7 }))), []);
  t.deepEqual(leaking(samples((i) => ({ heapUsed: 1e7 + 2e5 * i }))), ["heapUsed"]);
  t.deepEqual(leaking(samples((i) => ({ descriptors: 30 + Math.floor(i / 8), threads: 14 + (i % 2) }))), [
    "descriptors",
  ]);
  t.deepEqual(leaking(samples((i) => ({ addressSpace: 1e11 + 8e9 * Math.floor(i / 10) }))), ["addressSpace"]);
});
