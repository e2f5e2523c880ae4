import { createHash } from "node:crypto";
import { requireArguments } from "../../arguments.js";
import { version } from "../../version.js";
import type { ReportDocument, ReportSection } from "../document.js";
import { figuresOf, requireDrawable } from "../parts.js";
import { embedded } from "./embedded.js";
import { escapeHtml, scriptJson } from "./escape.js";
import { figureHtml } from "./figure.js";
import { methodsHtml } from "./methods.js";
import { drawingPrograms, pageProgram } from "./runtime.js";
import { style } from "./style.js";
import { tableHtml } from "./table.js";

/** Of the element that holds what `plateau repeat` reads. */
export const REPEAT_ID = "plateau-repeat";

/**
 * A report as one HTML file that needs nothing beside it and asks nothing of any network. The same document makes
 * the same bytes.
 * @throws PlateauError `usage` where the packages that draw figures are not installed; what `requireDrawable` throws
 */
export async function renderHtml(document: ReportDocument): Promise<string> {
  requireArguments("renderHtml", { document: [document, "ReportDocument: title question setting answer"] });

  requireDrawable(document);
  const figures = figuresOf(document);
  const programs = figures.length > 0 ? drawingPrograms() : [];
  const own = pageProgram();
  const { title, methods } = document;
  const body = await bodyHtml(document);
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy([...programs, own])}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="plateau ${version}">
<link rel="icon" href="data:,">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
${body}
<script type="application/json" id="${REPEAT_ID}">${scriptJson(methods.repeat)}</script>
<script type="application/json" id="figures">${scriptJson(embedded(figures))}</script>
${programs.map((text) => `<script>${text}</script>`).join("\n")}
<script type="module">${own}</script>
</body>
</html>
`;
}

/** Nothing is loaded from anywhere, and no program runs but those that are here, nor any that they make. */
function policy(programs: readonly string[]): string {
  const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  return [
    "default-src 'none'",
    `script-src ${programs.map(hash).join(" ")}`,
    `style-src ${hash(style)}`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

async function bodyHtml(document: ReportDocument): Promise<string> {
  const { title, question, setting, answer, main, sections, methods } = document;
  const parts = [...sections.map(({ name, title }) => ({ id: `section-${name}`, title })), METHODS];
  const contents = parts.map(({ id, title }) => `<li><a href="#${id}">${escapeHtml(title)}</a></li>`);
  const written: string[] = [];
  for (const section of sections) written.push(await sectionHtml(section));
  return `<a class="skip" href="#main">Skip to the report</a>
<header><span class="mark">plateau</span><button type="button" id="colours">Dark colours</button></header>
<main id="main" tabindex="-1">
<div class="${main ? "first" : "first alone"}">
<h1>${escapeHtml(title)}</h1>
<dl>
<div><dt>Question</dt><dd>${escapeHtml(question)}</dd></div>
<div class="answer"><dt>Answer</dt><dd>${answerHtml(answer)}</dd></div>
<div><dt>Setting</dt><dd>${escapeHtml(setting)}</dd></div>
</dl>
${main ? await figureHtml(main, 2) : ""}
</div>
<nav aria-labelledby="contents"><h2 id="contents">Contents</h2><ol>
${contents.join("\n")}
</ol></nav>
${written.join("\n")}
${methodsHtml(methods)}
</main>
<footer><p>Made by plateau ${escapeHtml(methods.environment.plateau)}. This file is the whole report: it loads nothing, and opens without a network.</p></footer>`;
}

function answerHtml(claims: readonly string[]): string {
  if (claims.length === 1) return escapeHtml(claims[0]);
  return `<ul>${claims.map((claim) => `<li>${escapeHtml(claim)}</li>`).join("\n")}</ul>`;
}

const METHODS = { id: "methods", title: "Methods" };

async function sectionHtml({ name, title, text, figures, tables }: ReportSection): Promise<string> {
  const id = `section-${name}`;
  const drawn: string[] = [];
  for (const figure of figures) drawn.push(await figureHtml(figure, 3));
  return `<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${escapeHtml(title)}</h2>
${text.map((paragraph) => `<p>${escapeHtml(paragraph)}</p>`).join("\n")}
${[...drawn, ...tables.map(tableHtml)].join("\n")}
</section>`;
}
