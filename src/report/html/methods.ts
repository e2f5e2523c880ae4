import type { Methods } from "../document.js";
import { grouped } from "./cell.js";
import { escapeHtml } from "./escape.js";

/** How the numbers came about, and what makes them again. */
export function methodsHtml({ text, commands, environment, repeat }: Methods): string {
  const { plateau, build, engine, machine, workers, seconds, date } = environment;
  const rows: [string, string][] = [
    ["plateau", `${plateau}, ${build} build`],
    ["Engine", engine],
    ["Machine", machine],
    ["Workers", workers === null ? "not stored" : String(workers)],
    ["Seconds of computing", grouped(Math.round(seconds))],
    ["Date", date],
  ];
  return `<section id="methods" aria-labelledby="methods-title">
<h2 id="methods-title">Methods</h2>
${text.map((paragraph) => `<p>${escapeHtml(paragraph)}</p>`).join("\n")}
<h3>Do it again</h3>
${commands.map(commandHtml).join("\n")}
<p>This page holds the whole configuration: <code>plateau repeat</code> with its file runs all of it again, with the same version to the same bits, and says whether they agree.</p>
${commandHtml("plateau repeat report.html")}
<h3>Where these numbers were computed</h3>
<table class="facts"><tbody>
${rows.map(([name, value]) => `<tr><th scope="row">${name}</th><td>${escapeHtml(value)}</td></tr>`).join("\n")}
</tbody></table>
<p>Nothing of this table decides the numbers. SHA-256 of the results: <code class="hash">${escapeHtml(repeat.fingerprint)}</code></p>
</section>`;
}

const commandHtml = (command: string) =>
  `<div class="command"><pre tabindex="0"><code>${escapeHtml(command)}</code></pre><button type="button" data-copy aria-label="Copy: ${escapeHtml(command)}">Copy</button></div>`;
