import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { type CellsInput, runCells } from "../../../src/experiments/cells/run-cells.js";
import { run } from "../../../src/experiments/run.js";

const small = { target: "m2n1", steps: 20, trainRows: 256, validationRows: 64, testRows: 64 };
const input: CellsInput = {
  name: "cells",
  cells: [small, { ...small, protocol: "study" }, { ...small, mode: "classification" }],
  seeds: [3, 4],
  measures: { plateaus: { paths: 1, samples: 64 } },
};

test("a cell is what run trains, on the same bits for any number of workers", async (t) => {
  const [one, two] = await Promise.all([1, 2].map((workers) => runCells(":memory:", input, { workers })));
  t.deepEqual(one, two);
  t.deepEqual(
    one.map((row) => row.map(({ seed }) => seed)),
    [
      [3, 4],
      [3, 4],
      [3, 4],
    ],
  );
  const [, second] = one[1];
  const { result } = await run({ ...small, protocol: "study", seed: 4 });
  if (second.state !== "complete") return t.fail("diverged");
  t.is(second.result.weightsSha256, result!.weightsSha256);
  t.deepEqual(second.result.test, result!.test);
  t.true("result" in second.result.more!["plateaus"]);
});

test("what was stopped goes on where it was", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "plateau-cells-"));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "cells.sqlite");
  const stop = new AbortController();
  const counts: number[] = [];
  await t.throwsAsync(
    runCells(file, input, {
      workers: 1,
      signal: stop.signal,
      onProgress(done) {
        counts.push(done);
        if (done === 2) stop.abort();
      },
    }),
    { code: "aborted" },
  );
  const resumed: number[] = [];
  const outcomes = await runCells(file, input, { workers: 1, onProgress: (done) => resumed.push(done) });
  t.deepEqual(resumed, [2, 3, 4, 5, 6]);
  t.deepEqual(outcomes, await runCells(":memory:", input, { workers: 2 }));
});

test("divergence is an outcome of its seed, nonsense is refused before anything is trained", async (t) => {
  const wild = {
    ...small,
    lr: 1e30,
    clipNorm: 0,
    warmup: 0,
    protocol: { width: "tied", outputHead: "none" },
  } as const;
  const [[outcome]] = await runCells(":memory:", { name: "wild", cells: [wild], seeds: [1] }, { workers: 1 });
  t.is(outcome.state, "diverged");
  await t.throwsAsync(runCells(":memory:", { ...input, cells: [] }), { code: "usage" });
  await t.throwsAsync(runCells(":memory:", { ...input, cells: [{ target: "m2n2" }] }), {
    code: "unknown-name",
  });
});
