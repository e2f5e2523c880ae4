import { readFileSync } from "node:fs";
import test from "ava";
import { commands } from "../../src/cli/commands/registry.js";
import { protocols } from "../../src/experiments/protocol.js";

const readme = readFileSync("README.md", "utf8");

test("the README's program is an example that runs", (t) => {
  const [, program] = /```js\n([\s\S]*?)```/.exec(readme)!;
  const example = readFileSync("examples/train-m2n1.mjs", "utf8");
  t.true(example.includes(program), program);
});

function withoutBase(name: keyof typeof protocols) {
  const { base: _, ...fields } = protocols[name];
  return fields;
}

test("the README's table of protocols is that of the code", (t) => {
  const rows = [...readme.matchAll(/^\| `(\w+)` \|.*\| `([\w-]+)`[^|]*\| `([\w-]+)`[^|]*\|$/gm)];
  t.deepEqual(Object.fromEntries(rows.map(([, field, value]) => [field, value])), withoutBase("study"));
  t.deepEqual(Object.fromEntries(rows.map(([, field, , value]) => [field, value])), withoutBase("sound"));
});

test("the README names every command", (t) => {
  for (const { name } of commands) t.regex(readme, new RegExp(`npx plateau ${name}\\b`));
});
