import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { Soak } from "../../bench/soak/cycle.js";
import { judge, type Sample } from "../../bench/soak/judge.js";
import { measure, type Resources } from "../../bench/soak/resources.js";
import { theilSen } from "../../bench/soak/slope.js";
import { given } from "../support/given.js";

const counted = ({ descriptors, threads, handles, temporaries }: Resources) => ({
  ...{ descriptors, threads, handles, temporaries },
});

given(existsSync("/proc/self/task"), "this system does not list threads and descriptors in /proc").test(
  "studies, broken threads and runs leave no handles, threads, descriptors or temporary files",
  async (t) => {
    t.timeout(240_000);
    const folder = mkdtempSync(join(tmpdir(), "soak-"));
    process.env["TMPDIR"] = folder;
    const soak = new Soak(folder, 2);
    // What the first use keeps for good: a crew's code, SQLite.
    await soak.cycle();
    await soak.close();
    const settled = async (want?: Resources) => {
      // Threads end and descriptors close a little after they were told to.
      for (let wait = 0; wait < 200; wait++) {
        const found = measure();
        if (want && JSON.stringify(counted(found)) === JSON.stringify(counted(want))) return found;
        await new Promise((resolve) => setTimeout(resolve, want ? 50 : 5));
      }
      return measure();
    };
    const before = await settled();
    const again = new Soak(folder, 2);
    for (let cycle = 0; cycle < 3; cycle++) await again.cycle();
    await again.close();
    t.deepEqual(counted(await settled(before)), counted(before));
    t.deepEqual(readdirSync(folder), []);
    rmSync(folder, { recursive: true });
  },
);

test("the slope of Theil and Sen, and its interval, of a line with outliers", (t) => {
  const x = Array.from({ length: 40 }, (_, i) => i);
  const noise = (i: number) => ((i * 7919) % 11) / 10 - 0.5;
  const y = x.map((at) => 3 * at + noise(at) + (at % 10 === 3 ? 500 : 0));
  const { slope, low, high } = theilSen(x, y);
  t.true(Math.abs(slope - 3) < 0.05, `${slope}`);
  t.true(low < slope && slope < high && low > 2.9);
});

const flat: Resources = {
  ...{ rss: 1e8, heapUsed: 1e7, external: 5e6, arrayBuffers: 1e6, addressSpace: 1e11, wasm: 5e6 },
  ...{ descriptors: 30, threads: 14, handles: 3, temporaries: 0 },
};
const samples = (change: (i: number) => Partial<Resources>): Sample[] =>
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
