import { readFileSync } from "node:fs";
import test from "ava";
import { commands } from "../../src/cli/commands/registry.js";
import { defineExperiment } from "../../src/experiments/config.js";
import { protocols } from "../../src/experiments/protocol.js";
import type { TransformerConfig } from "../../src/nn/config.js";

const readme = readFileSync("README.md", "utf8");
const protocolsPage = readFileSync("docs/guides/protocols.md", "utf8");

test("the README's program is an example that runs", (t) => {
  const [, program] = /```js\n([\s\S]*?)```/.exec(readme)!;
  const example = readFileSync("examples/train-m2n1.mjs", "utf8");
  t.true(example.includes(program), program);
});

function withoutBase(name: keyof typeof protocols) {
  const { base: _, ...fields } = protocols[name];
  return fields;
}

test("the guide's table of protocols is that of the code", (t) => {
  const rows = [
    ...protocolsPage.matchAll(/^\| \d+ \| `(\w+)` \|.*\| `([\w-]+)`[^|]*\| `([\w-]+)`[^|]*\|$/gm),
  ];
  t.deepEqual(Object.fromEntries(rows.map(([, field, value]) => [field, value])), withoutBase("study"));
  t.deepEqual(Object.fromEntries(rows.map(([, field, , value]) => [field, value])), withoutBase("sound"));
});

test("the README names every command", (t) => {
  for (const { name } of commands) t.regex(readme, new RegExp(`npx plateau ${name}\\b`));
});

test("the guide numbers the questions as the code's comments do", (t) => {
  const source = readFileSync("src/experiments/protocol.ts", "utf8");
  const [, schema] = /protocolSchema = v.strictObject\(\{([\s\S]*?)\n\}\);/.exec(source)!;
  const commented = [...schema.matchAll(/\* (\d+)\. [\s\S]*?\*\/\n {2}(\w+):/g)];
  const rows = [...protocolsPage.matchAll(/^\| (\d+) \| `(\w+)` \|/gm)];
  t.is(rows.length, 12);
  t.deepEqual(
    rows.map(([, number, field]) => `${number} ${field}`),
    commented.map(([, number, field]) => `${number} ${field}`),
  );
});

test("the guide's defaults of the protocols are those of the code", (t) => {
  const rows = [...protocolsPage.matchAll(/^\| `--([\w-]+)`[^|]*\| ([^|]+) \| ([^|]+) \|$/gm)];
  const written = (column: 2 | 3) =>
    Object.fromEntries(rows.map((row) => [row[1], row[column].replace(/[`,]| \(.*| \/.*/g, "")]));
  const defaults = (protocol: "study" | "sound") => {
    const { training, architecture, rows: counts } = defineExperiment({ target: "m2n1", protocol });
    const { dropout } = architecture.config as TransformerConfig;
    // Of so many updates that a quarter of them is no limit.
    const { warmup } = defineExperiment({ target: "m2n1", protocol, steps: 100_000 }).training;
    const epoch = Math.floor(counts.train / training.batch);
    return {
      steps: protocol === "study" ? `${training.steps / epoch} epochs` : `${training.steps}`,
      lr: `${training.lr}`,
      warmup: `${warmup}`,
      dropout: `${dropout}`,
      decay: `${training.weightDecay}`,
      "clip-every": training.clipEvery,
      "validation-rows": `${counts.validation}`,
    };
  };
  t.deepEqual(written(2), defaults("study"));
  t.deepEqual(written(3), defaults("sound"));
});
