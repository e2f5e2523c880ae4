import type { ReportColumn, ReportTable } from "../document.js";
import type { Row } from "../figure.js";
import { cellText, isNumeric } from "./cell.js";
import { escapeHtml } from "./escape.js";

/** A table of the report, which scrolls by itself where the page is narrow. */
export function tableHtml({ name, caption, columns, rows }: ReportTable): string {
  const id = `table-${name}`;
  return `<figure class="table" id="${id}">
<figcaption id="${id}-caption">${escapeHtml(caption)}</figcaption>
${scrolling(`${id}-caption`, columns, rows)}
</figure>`;
}

/** Rows of values, their container focusable so that keys scroll it. */
export function scrolling(
  labelledBy: string,
  columns: readonly ReportColumn[],
  rows: readonly Row[],
): string {
  const kinds = columns.map(({ field, format }) =>
    isNumeric(
      rows.map((row) => row[field]),
      format,
    )
      ? ' class="n"'
      : "",
  );
  const head = columns.map(({ title }, c) => `<th scope="col"${kinds[c]}>${escapeHtml(title)}</th>`);
  const body = rows.map((row) => {
    const cells = columns.map(
      ({ field, format }, c) => `<td${kinds[c]}>${escapeHtml(cellText(row[field], format))}</td>`,
    );
    return `<tr>${cells.join("")}</tr>`;
  });
  return `<div class="scroll" role="region" tabindex="0" aria-labelledby="${labelledBy}"><table>
<thead><tr>${head.join("")}</tr></thead>
<tbody>
${body.join("\n")}
</tbody></table></div>`;
}
