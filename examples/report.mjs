// A page with figures of a trained model, and its figures as SVG, in a folder:
//   node examples/report.mjs folder     (without a folder it cleans up behind itself)
// Drawing needs: npm install vega vega-lite vega-embed
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "plateau";
import { RunDirectory } from "plateau/node";
import { documentOfRun, writeReport } from "plateau/report";

const [, , wanted] = process.argv;
const folder = wanted ?? mkdtempSync(join(tmpdir(), "plateau-"));
const input = { target: "staircase(0.25)", dModel: 8, layers: 1, steps: 300, seed: 1, testRows: 1000 };

// A report is one of a stored run, so that whoever reads it can repeat it.
const directory = RunDirectory.create(join(folder, "run"), input);
const { model, result } = await run(input);
directory.finish(model, result);
const document = await documentOfRun(directory);
await writeReport(document, { html: join(folder, "report.html"), svg: join(folder, "figures") });

console.log(document.answer.join("\n"));
console.log(`report.html: ${(statSync(join(folder, "report.html")).size / 2 ** 20).toFixed(1)} MiB`);
console.log(`figures: ${readdirSync(join(folder, "figures")).sort().join(" ")}`);
if (wanted === undefined) rmSync(folder, { recursive: true });
