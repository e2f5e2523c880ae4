// npm run matrix: what each runtime makes of the conformance program, beside the hashes that are stored.
//   node dist/test/conformance/main.js [--write] [names of runtimes …]
// --write stores what this Node finds. Exit code 1: something differs or fails.
import { writeFileSync } from "node:fs";
import { scriptOptions } from "../support/script-options.js";
import { describe, outcomes } from "./matrix.js";
import { runtimes } from "./runtimes.js";
import { FILE, stored } from "./stored.js";

const { values, positionals } = scriptOptions(import.meta.url, {
  options: { write: { type: "boolean", default: false } },
  allowPositionals: true,
});
const here = `node ${Number.parseInt(process.versions.node, 10)}`;
const names = values.write ? [here] : positionals;
for (const name of names) {
  if (!runtimes.some((runtime) => runtime.name === name)) {
    throw new Error(`no runtime "${name}" (known: ${runtimes.map(({ name }) => name).join(", ")})`);
  }
}
const chosen = runtimes.filter(({ name }) => names.length === 0 || names.includes(name));
if (values.write) {
  const found = await chosen[0].run();
  const all = Object.entries(found).flatMap(([feature, one]) => ("is" in one ? [[feature, one.is]] : []));
  writeFileSync(FILE, `${JSON.stringify(Object.fromEntries(all), null, 2)}\n`);
}
const rows = await outcomes(chosen, stored(), (name) => process.stderr.write(`${name} …\n`));
console.log(describe(rows, stored()));
process.exitCode = rows.some(({ ok }) => !ok) ? 1 : 0;
