import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import * as v from "valibot";
import { PlateauError } from "../../src/errors.js";
import { openStudy } from "../../src/experiments/sweep/open.js";
import type { PrunerDefinition } from "../../src/sweep/pruners/pruner.js";
import type { SamplerDefinition } from "../../src/sweep/samplers/sampler.js";

/** Every trial at the same share of each range. */
const fixed: SamplerDefinition = {
  name: "fixed",
  description: "one point",
  usesHistory: false,
  schema: v.strictObject({ at: v.optional(v.number(), 0.5) }),
  create: ({ space, options }) => ({
    observe() {},
    suggest: () => space.firstSatisfied(() => space.parameters.map(() => (options as { at: number }).at)),
  }),
};
const never: PrunerDefinition = {
  name: "never",
  description: "stops at once",
  usesHistory: false,
  schema: v.strictObject({}),
  create: () => ({ observe() {}, begin: () => () => "stop" }),
};
const line = {
  name: "line",
  space: { parameters: { x: { type: "uniform", low: 0, high: 8 } } },
} as const;
const objective = ({ parameters: { x } }: { parameters: { x?: unknown } }) => Number(x);

test("samplers and pruners of one's own are given with the study, and no other study knows them", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "plateau-kinds-"));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "a.sqlite");
  const own = { samplers: [fixed], pruners: [never] };
  {
    await using study = await openStudy(file, {
      ...line,
      sampler: { name: "fixed", at: 0.25 },
      pruner: "never",
      ...own,
    });
    t.deepEqual(study.definition.sampler, { name: "fixed", at: 0.25 });
    t.false("samplers" in study.definition, "what is stored is data");
    for await (const _ of study.run({ trials: 2, objective }));
    t.deepEqual(
      [...study.trials()].map(({ value }) => value),
      [2, 2],
    );
  }
  await t.throwsAsync(openStudy(":memory:", { ...line, sampler: "fixed" }), {
    instanceOf: PlateauError,
    code: "unknown-name",
    message:
      /unknown sampler: "fixed" \(known: grid, .*; one of your own is given beside it: .*\{ samplers: \[it\] \}/,
  });
  {
    // Who only reads needs neither.
    await using study = await openStudy(file);
    t.is([...study.trials()].length, 2);
    const run = async () => {
      for await (const _ of study.run({ trials: 3, objective }));
    };
    await t.throwsAsync(run(), { code: "unknown-name", message: /samplers: \[it\]/ });
  }
  await using study = await openStudy(file, { name: "line", ...own });
  for await (const _ of study.run({ trials: 3, objective }));
  t.is(study.best!.value, 2);
});

test("what is no sampler is refused, and a name that is taken", async (t) => {
  const opened = (more: object) => openStudy(":memory:", { ...line, ...more } as never);
  await t.throwsAsync(opened({ samplers: [{ ...fixed, name: "tpe" }] }), {
    code: "usage",
    message: /"tpe" already/,
  });
  await t.throwsAsync(opened({ samplers: [fixed, fixed] }), { code: "usage", message: /"fixed" already/ });
  await t.throwsAsync(opened({ samplers: ["fixed"] }), { code: "usage", message: /samplers/ });
  await t.throwsAsync(opened({ pruners: { never } }), { code: "usage", message: /pruners/ });
  await t.throwsAsync(opened({ pruners: [{ ...never, create: 3 }] }), { code: "usage", message: /create/ });
});
