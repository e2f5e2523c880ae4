import type { Figure } from "../figure.js";
import { renderSvg } from "../render.js";
import { fieldsOf } from "../spec.js";
import { grouped } from "./cell.js";
import { escapeHtml } from "./escape.js";
import { scrolling } from "./table.js";
import { twoTone } from "./two-tone.js";

/** Rows of a figure's data that the page shows: the CSV has all. */
const SHOWN = 200;

/**
 * One figure: a picture that needs no program, the place where it is drawn live, how to read it, its files, its
 * data.
 * @param level of its heading
 */
export async function figureHtml(figure: Figure, level: 2 | 3): Promise<string> {
  const { name, title, caption, alt, data } = figure;
  const id = `figure-${name}`;
  const untitled = { ...figure, spec: { ...figure.spec, title: null } };
  const [light, dark] = [
    await renderSvg(untitled, { theme: "light" }),
    await renderSvg(untitled, { theme: "dark" }),
  ];
  return `<figure class="drawing" id="${id}" data-figure="${name}">
<h${level} id="${id}-title">${escapeHtml(title)}</h${level}>
<div class="still">${fluid(twoTone(light, dark))}</div>
<div class="live" role="img" aria-label="${escapeHtml(alt)}"></div>
<figcaption>${escapeHtml(caption)}</figcaption>
<div class="tools">${tool("csv", "CSV", name)}${tool("spec", "Vega-Lite", name)}${tool("svg", "SVG", name)}${tool("reset", "Reset zoom", name)}</div>
${dataHtml(id, data)}
</figure>`;
}

/** As wide as the page lets it, the ground left to the page. */
function fluid(svg: string): string {
  return svg.replace(/<svg ([^>]*)>/, (_, attributes: string) => {
    const kept = attributes.replace(/\s*\b(?:height|style)="[^"]*"/g, "");
    return `<svg ${kept}>`;
  });
}

const tool = (action: string, label: string, name: string) =>
  `<button type="button" data-action="${action}" aria-label="${label} of ${name}">${label}</button>`;

function dataHtml(id: string, data: Figure["data"]): string {
  const columns = fieldsOf(data).map((field) => ({ field, title: field }));
  const all = `${grouped(data.length)} ${data.length === 1 ? "row" : "rows"}`;
  const what = data.length > SHOWN ? `Data: the first ${SHOWN} of ${all}; the CSV has all` : `Data: ${all}`;
  return `<details><summary id="${id}-data">${what}</summary>
${scrolling(`${id}-data`, columns, data.slice(0, SHOWN))}
</details>`;
}
