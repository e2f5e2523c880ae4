import { readFileSync } from "node:fs";
import test from "ava";

const files = [
  "src/training/options.ts",
  "src/experiments/config.ts",
  "src/experiments/fit/config.ts",
  "src/nn/config.ts",
  "src/nn/in-context.ts",
  "src/nn/mlp.ts",
  "src/nn/partition.ts",
  "src/nn/tabular.ts",
];

/** Options that have a default, with the doc comments above them: what the site shows, which sees no schema. */
function* defaultsOf(file: string): Iterable<{ name: string; value: string; doc: string }> {
  const option =
    /((?:^ {2}\/\*\*(?:(?!\*\/)[\s\S])*?\*\/\n)?)^ {2}(\w+): v\.optional\(((?:[^()\n]|\([^()\n]*\))*), ("[^"]*"|[\w.-]+)\),$/gm;
  for (const [, doc, name, , value] of readFileSync(file, "utf8").matchAll(option))
    yield { name, value, doc };
}

test("defaults of options are said where the options are", (t) => {
  let count = 0;
  for (const file of files) {
    for (const { name, value, doc } of defaultsOf(file)) {
      count++;
      const said = value.startsWith('"') ? `Default \`${value.slice(1, -1)}\`` : `Default ${value}`;
      t.true(doc.replace(/\n {3}\*/g, "").includes(said), `${file}: ${name}: ${said}`);
    }
  }
  t.true(count > 40, `${count} found`);
});
