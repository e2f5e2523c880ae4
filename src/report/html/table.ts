import type { ReportColumn, ReportTable } from "../document.js";
import type { Row } from "../figure.js";
import { areNumbers, cellText } from "./cell.js";
import { escapeHtml } from "./escape.js";

/** A table of the report, which scrolls by itself where the page is narrow. */
export function tableHtml({ name, caption, columns, rows }: ReportTable): string {
  const id = `table-${name}`;
  return `<figure class="table" id="${id}">
<figcaption id="${id}-caption">${escapeHtml(caption)}</figcaption>
${scrolling(`${id}-caption`, columns, rows)}
</figure>`;
}

/** Rows that a page shows whole: more scroll by themselves. */
const WHOLE_ROWS = 30;

/** Rows of values, their container focusable so that keys scroll it. */
export function scrolling(
  labelledBy: string,
  columns: readonly ReportColumn[],
  rows: readonly Row[],
): string {
  const texts = rows.map((row) => columns.map(({ field, format }) => cellText(row[field], format)));
  // Numbers stand to the right, also those that were written before; what a row is called, to the left.
  const kinds = columns.map((_, c) => (c > 0 && areNumbers(texts.map((row) => row[c])) ? ' class="n"' : ""));
  // A column of names may have no title: a heading that says nothing is none.
  const head = columns.map(({ title }, c) =>
    title === "" ? "<td></td>" : `<th scope="col"${kinds[c]}>${escapeHtml(title)}</th>`,
  );
  const body = texts.map(
    (row) => `<tr>${row.map((text, c) => `<td${kinds[c]}>${escapeHtml(text)}</td>`).join("")}</tr>`,
  );
  return `<div class="${rows.length > WHOLE_ROWS ? "scroll long" : "scroll"}" role="region" tabindex="0" aria-labelledby="${labelledBy}"><table>
<thead><tr>${head.join("")}</tr></thead>
<tbody>
${body.join("\n")}
</tbody></table></div>`;
}
