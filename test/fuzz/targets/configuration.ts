import fc from "fast-check";
import { defineExperiment, experimentFromJson } from "../../../src/experiments/config.js";
import { experimentKinds } from "../../../src/experiments/registry.js";
import { trainingStudy } from "../../../src/experiments/sweep/open.js";
import { defineStudy } from "../../../src/sweep/definition.js";
import { parseConfig } from "../../../src/sweep/space/read.js";
import { mutatedTexts } from "../mutations.js";
import type { FuzzTarget } from "../target.js";

const training = {
  target: "m2n1",
  dModel: 8,
  heads: 2,
  layers: 1,
  steps: 20,
  batch: 16,
  lr: 1e-3,
  protocol: { base: "sound" },
};
const study = {
  name: "s",
  sampler: { name: "tpe", startup: 3 },
  pruner: { name: "asha", reduction: 3 },
  space: {
    parameters: {
      dModel: [4, 8],
      lr: { type: "log-uniform", low: 1e-4, high: 1e-1 },
      heads: { type: "integer", low: 1, high: 4, when: { dModel: 8 } },
    },
    constraints: ["heads divides dModel", "lr < 1 && dModel >= 4"],
  },
};
const corpus = [
  JSON.stringify(training),
  JSON.stringify(study),
  JSON.stringify({ target: "m2n1", space: study.space, experiment: { steps: 20 } }),
  'target: "sin(6*x) on x=-1:1"\nsteps: 20\nprotocol:\n  base: study\n  width: embedded\n',
  "name: a\nspace: &s\n  parameters:\n    lr: {type: uniform, low: 0, high: 1}\n    x: [1, 2]\nsampler: grid\n",
  "a: &a [1, 2]\nb: [*a, *a]\n",
  "target: sine(3)\ninit: construct:partition(64)\n",
];
const words = [
  ...[
    "__proto__:",
    '"__proto__":',
    "constructor:",
    "prototype:",
    "<<: *a",
    "&a ",
    "*a",
    "!!js/function",
    "!!binary ",
    "!x ",
    "---\n",
    "...",
    "%YAML 1.1\n",
    "? ",
    "- ",
    "- - - - ",
    "[[[[",
    "{{",
    ": ",
    "|\n",
    ">-\n",
    "# ",
    "\t",
    "\0",
    "\ufeff",
  ],
  ...[
    ".inf",
    ".nan",
    "1e999",
    "0x7fffffff",
    "9007199254740993",
    "-1",
    "null",
    "~",
    "true",
    "yes",
    "2001-01-01",
    "[".repeat(10_000),
    "- ".repeat(5000),
    "a: ".repeat(100),
  ],
  ...[
    '"constraints":["',
    "divides",
    ">>>",
    "steps:",
    "space:",
    "parameters:",
    '{"type":"choice","values":[',
    "target:",
    "init:",
    "protocol:",
    "seeds:",
    "construct:",
  ],
];
/** Anchors that repeat each other. */
const bomb = fc
  .record({ levels: fc.nat(40), width: fc.integer({ min: 1, max: 12 }) })
  .map(({ levels, width }) => {
    const lines = ["a0: &a0 [x, x]"];
    for (let i = 1; i <= levels; i++)
      lines.push(
        `a${i}: &a${i} [${Array(width)
          .fill(`*a${i - 1}`)
          .join(", ")}]`,
      );
    return lines.join("\n");
  });
const deep = fc
  .record({
    open: fc.constantFrom("[", '{"a":', "- ", "a:\n ", "? ", "!!seq [", "&a ["),
    times: fc.nat(20_000),
  })
  .map(({ open, times }) => open.repeat(times));
const keys = fc.constantFrom(
  ...Object.keys(training),
  ...Object.keys(study),
  "__proto__",
  "constructor",
  "experiment",
  "mode",
  "epochs",
  "warmup",
  "init",
  "type",
  "low",
  "high",
  "values",
  "when",
);
const values = fc.oneof(
  fc.constantFrom<unknown>(
    "m2n1",
    "sine(3)",
    "",
    "tpe",
    "sound",
    0,
    1,
    -1,
    1e308,
    2 ** 53,
    0.5,
    null,
    true,
    [],
    {},
    "uniform",
  ),
  fc.jsonValue({ maxDepth: 2 }),
);
const objects = fc
  .dictionary(keys, fc.oneof(values, fc.dictionary(keys, values, { maxKeys: 4 })), { maxKeys: 6 })
  .map((value) => JSON.stringify(value));
const changed = fc
  .tuple(fc.constantFrom<object>(training, study, study), fc.dictionary(keys, values, { maxKeys: 2 }))
  .map(([base, change]) => JSON.stringify({ ...base, ...change }));

/** What takes a configuration, each by the text's length: all of them for each would be no more. */
const readers: ((value: unknown) => unknown)[] = [
  (value) => defineExperiment(experimentFromJson(value, "case")),
  (value) => defineStudy(value as Parameters<typeof defineStudy>[0]),
  (value) => trainingStudy(value as Parameters<typeof trainingStudy>[0]),
  ...experimentKinds.map(({ parse }) => parse),
];

export const configuration: FuzzTarget = {
  name: "configuration",
  testCases: 2000,
  prepare: () =>
    mutatedTexts(
      corpus,
      words,
      fc.oneof(
        { weight: 1, arbitrary: bomb },
        { weight: 1, arbitrary: deep },
        { weight: 4, arbitrary: objects },
        { weight: 6, arbitrary: changed },
      ),
    ),
  async run(bytes) {
    const text = new TextDecoder().decode(bytes);
    const value = await parseConfig(text, /^\s*[{[]/.test(text) ? "json" : "yaml", "case");
    const refusals: unknown[] = [];
    for (const read of readers) {
      try {
        read(value);
      } catch (error) {
        if ((error as Error).name !== "PlateauError") throw error;
        refusals.push(error);
      }
    }
    // Of one it may be a configuration, not of all.
    if (refusals.length === readers.length) throw refusals[0];
  },
};
