import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { runConstructed } from "../../../src/experiments/gap/constructed/run-constructed.js";
import { gap } from "../../../src/experiments/gap/gap.js";
import type { GapResults } from "../../../src/experiments/gap/results.js";
import { sayAnswer, sayNotes } from "../../../src/experiments/gap/say.js";
import type { ExperimentRecord } from "../../../src/experiments/record.js";
import { documentOf } from "../../../src/report/documents/registry.js";

const config = gap.parse({
  target: "abs(x - 0.3) on x=0:1",
  ...{ widths: [4], depths: [1], constructions: ["relu"], cells: [3, 6, 12] },
  ...{ seeds: 2, steps: 10, lr: [0.01], boxes: 200 },
});

function folder(t: ExecutionContext): string {
  const path = mkdtempSync(join(tmpdir(), "plateau-gap-"));
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test("a small experiment: the same bits on one worker, on two, and interrupted; errors as they must be", async (t) => {
  const stop = new AbortController();
  const place = folder(t);
  await t.throwsAsync(
    gap.run(config, {
      ...{ folder: place, workers: 2, signal: stop.signal },
      onProgress: (text) => {
        if (text.startsWith("trainings 3 ")) stop.abort();
      },
    }),
    { code: "aborted" },
  );
  const counts: string[] = [];
  const two = await gap.run(config, { folder: place, workers: 2, onProgress: (text) => counts.push(text) });
  t.true(counts.some((text) => text === "constructed networks 3 of 3"));
  t.false(counts.includes("trainings 0 of 14"), "what was trained is not trained again");
  const one = await gap.run(config, { folder: folder(t), workers: 1 });
  t.deepEqual(one.results, two.results);
  t.is(one.fingerprint, two.fingerprint);

  const { constructed, transformers, slopes, seeds } = one.results;
  t.deepEqual(seeds, [0, 1]);
  t.is(transformers[0].trained.trainings, 2);
  for (const { constructed: written, further, drawn } of constructed) {
    t.is(written.uncertified, null);
    t.true(written.certificate!.lower <= written.sup! && written.sup! <= written.certificate!.upper);
    t.true(written.rmse! < written.sup!);
    for (const { bySeed, best, diverged } of [further, drawn]) {
      t.is(diverged, 0);
      t.deepEqual(best, bySeed[0]!.validation <= bySeed[1]!.validation ? bySeed[0] : bySeed[1]);
    }
  }
  // Cells of 1/3, 1/6, 1/12: a kink at 0.3 lies 0.1 of a cell from a node at first, so interpolation errs by less than half a cell.
  for (const { cells, constructed: errors } of constructed) t.true(errors.sup! < 0.5 / cells);
  const written = slopes.find(({ curve, family }) => curve === "constructed" && family === "relu")!;
  t.is(written.theory!.exponent, 1);
  checkReport(t, one as ExperimentRecord);
  t.true(sayAnswer(one.results).length > 3);
  t.regex(sayNotes(one.results, config.lr).join(" "), /of 14 models that were kept/);
});

function checkReport(t: ExecutionContext, record: ExperimentRecord): void {
  const { sections, main, answer, methods } = documentOf(record);
  const { results } = record as ExperimentRecord<unknown, GapResults>;
  t.truthy(main);
  t.true(answer.join(" ").length > 40);
  const figures = [main!, ...sections.flatMap((one) => one.figures)];
  const tables = sections.flatMap((one) => one.tables);
  const names = [...figures, ...tables].map(({ name }) => name);
  t.is(figures.length, 1, "a figure for each construction");
  t.is(new Set([...figures.map(({ name }) => name)]).size, figures.length);
  t.is(new Set(tables.map(({ name }) => name)).size, tables.length);
  t.is(new Set(sections.map(({ name }) => name)).size, sections.length);
  for (const name of [...names, ...sections.map((one) => one.name)]) t.regex(name, /^[a-z0-9-]+$/);
  for (const { columns, rows } of tables) {
    t.true(rows.length > 0);
    for (const row of rows) for (const { field } of columns) t.true(field in row, field);
  }
  const certified = results.constructed.map(({ constructed: { certificate } }) => certificate!.upper);
  const drawn = figures.flatMap(({ data }) => data.map((row) => row["error"]));
  for (const upper of certified) t.true(drawn.includes(upper));
  t.deepEqual(methods.repeat, {
    kind: "gap",
    plateau: record.plateau,
    config: record.config,
    fingerprint: record.fingerprint,
  });
  t.is(
    methods.commands[0],
    "plateau gap 'abs(x - 0.3) on x=0:1' --preset quick --widths 4 --depths 1 --construction 'relu' --seeds 2 --steps 10 --lr 0.01 --boxes 200 --sizes 3,6,12",
  );
}

test("where there is no proof there is no certificate, and it is said why", async (t) => {
  const of = async (target: string) => {
    const [errors] = await runConstructed(
      ":memory:",
      {
        ...{ name: "constructed", specs: ["partition(16)"], boxes: 100 },
        training: { target, dim: 1, testRows: 256, seed: 0 },
        errors: { samples: 256, starts: 4, steps: 10, derivativeSamples: 2 },
      },
      { workers: 1 },
    );
    t.true(errors.sup! > 0 && errors.rmse! > 0);
    return errors;
  };
  const [estimated, jumps, proven] = await Promise.all([of("random-fourier"), of("staircase"), of("sine")]);
  t.is(estimated.certificate, null);
  t.truthy(estimated.uncertified);
  t.is(jumps.certificate, null);
  t.regex(jumps.uncertified!, /may jump/);
  t.is(proven.uncertified, null);
  t.true(proven.certificate!.upper >= proven.sup!);
});
