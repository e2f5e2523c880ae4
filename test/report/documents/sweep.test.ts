import { join } from "node:path";
import test from "ava";
import { openStudy } from "../../../src/experiments/sweep/open.js";
import type { ReportDocument } from "../../../src/report/document.js";
import { documentOfStudy } from "../../../src/report/documents/sweep.js";
import { Study } from "../../../src/sweep/study.js";
import { folder } from "../../support/folder.js";
import { holds } from "./holds.js";

const space = {
  parameters: {
    lr: { type: "log-uniform", low: 1e-4, high: 1e-1 },
    layers: [1, 2, 4],
    name: ["a", "b"],
  },
} as const;

async function studied(trials: number, seeds = 1): Promise<ReportDocument> {
  const study = await Study.open(":memory:", {
    name: "some study",
    space,
    seeds,
    sampler: "random",
    seed: 1,
  });
  try {
    for (let n = 0; n < trials; n++) {
      const { parameters, tell } = study.ask()!;
      const { lr, layers } = parameters as { lr: number; layers: number };
      const value = n === 3 ? Number.NaN : (lr - 0.01) * (lr - 0.01) + 0.001 * layers;
      tell(value);
    }
    return await documentOfStudy(study);
  } finally {
    study.close();
  }
}

const figuresOf = ({ main, sections }: ReportDocument) => [
  main?.name,
  ...sections.flatMap(({ figures }) => figures.map(({ name }) => name)),
];

test("of no trial nothing is drawn, and said so", async (t) => {
  const document = await studied(0);
  await holds(t, document);
  t.is(document.main, undefined);
  t.deepEqual(document.answer, ["There is no trial yet: nothing can be said."]);
  t.deepEqual(figuresOf(document), [undefined]);
  const words = document.sections.flatMap(({ text }) => text).join("\n");
  t.regex(words, /No trial is complete/);
  t.regex(words, /0 complete trials: at least 10 are needed/);
});

for (const trials of [1, 5]) {
  test(`of ${trials} trials all is drawn but importance, which says what it needs`, async (t) => {
    const document = await studied(trials);
    await holds(t, document);
    t.deepEqual(figuresOf(document), ["history", "slices", "parallel", "edf"]);
    t.regex(document.answer[0], /^Trial \d of \d is the best: value .* with lr .*, layers \d, name [ab]\.$/);
    const { text } = document.sections.find(({ name }) => name === "importance")!;
    t.regex(text.join(" "), /at least 10 are needed/);
    if (trials === 5) t.regex(document.sections[0].text.join(" "), /1 trial failed or diverged/);
  });
}

test("of many trials importance is drawn, and the table has the ten best", async (t) => {
  const document = await studied(24);
  await holds(t, document);
  t.true(figuresOf(document).includes("importance"));
  const [{ rows }] = document.sections[0].tables;
  t.is(rows.length, 10);
  const values = rows.map(({ value }) => Number(value));
  t.deepEqual(
    values,
    [...values].sort((a, b) => a - b),
  );
});

test("a study of trained models names its measure, and its methods are a sweep of the same definition", async (t) => {
  const file = join(folder(t), "study.sqlite");
  const study = await openStudy(file, { target: "sine(1)", objective: "validation.failureRate.2", seed: 4 });
  const document = await documentOfStudy(study);
  await holds(t, document);
  t.regex(document.question, /the least validation failure rate at k = 2\?$/);
  const [written, command] = document.methods.commands;
  t.is(command, "plateau sweep sweep.json");
  const { study: _, trials, ...input } = JSON.parse(/\n(\{[\s\S]*\})\n/.exec(written)![1]);
  t.is(trials, 1);
  const again = await openStudy(":memory:", input);
  t.deepEqual(again.definition, study.definition);
  again.close();
  study.close();
});
