// Draws every figure of docs/: npm run figures, or node docs/figures/make.mjs name… after npm run build.
// A figure is a file of this folder whose default export computes a Vega-Lite specification, or draws it; its SVG is
// written beside it. Each is the same at every run.
import { readdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as vega from "vega";
import { compile } from "vega-lite";

const folder = new URL("./", import.meta.url);
const all = readdirSync(fileURLToPath(folder))
  .filter((file) => file.endsWith(".mjs") && file !== "make.mjs")
  .map((file) => file.replace(/\.mjs$/, ""))
  .sort();

/** What all figures share. */
const config = {
  background: "white",
  font: "sans-serif",
  view: { stroke: null },
  axis: { labelFontSize: 11, titleFontSize: 12, titleFontWeight: "normal", gridColor: "#e8e8e8" },
  legend: {
    labelFontSize: 11,
    titleFontSize: 12,
    titleFontWeight: "normal",
    labelLimit: 400,
    titleLimit: 400,
  },
  title: { fontSize: 13, fontWeight: "normal", anchor: "start" },
  range: { category: ["#2a6fbb", "#d1495b", "#3a9d5d", "#8d6cab", "#e08e2b", "#6b6b6b"] },
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`no figure ${unknown.join(", ")} (known: ${all.join(", ")})`);
  process.exit(2);
}
for (const name of asked.length > 0 ? asked : all) {
  const { default: figure } = await import(new URL(`${name}.mjs`, folder));
  const made = await figure();
  // Figures of reports come drawn.
  const svg = typeof made === "string" ? made : await drawn(made);
  writeFileSync(fileURLToPath(new URL(`${name}.svg`, folder)), `${svg}\n`);
  console.error(`docs/figures/${name}.svg`);
}

function drawn(figure) {
  const spec = { $schema: "https://vega.github.io/schema/vega-lite/v6.json", ...figure };
  return new vega.View(vega.parse(compile({ ...spec, config }).spec), { renderer: "none" }).toSVG();
}
