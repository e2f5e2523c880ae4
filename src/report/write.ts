import { join } from "node:path";
import { requireArguments } from "../arguments.js";
import { writeFileAtomic } from "../files/atomic.js";
import { makeFolder } from "../files/folder.js";
import { dataFiles } from "./data-files.js";
import type { ReportDocument } from "./document.js";
import { renderHtml } from "./html/page.js";
import { drawingPrograms } from "./html/runtime.js";
import { figuresOf, requireDrawable } from "./parts.js";
import { renderPng, renderSvg, requireDrawing } from "./render.js";

/** What of a report is written, and where to. */
export interface ReportFiles {
  /** Path of the page. */
  readonly html?: string;
  /** Folder of NAME.svg, one a figure. */
  readonly svg?: string;
  /** Folder of NAME.png, one a figure. */
  readonly png?: string;
  /** Folder of CSV, or a file .json or .parquet: as `dataFiles` says. */
  readonly data?: string;
}

/**
 * All of a report in one folder: report.html, figures/ in every format, tables/.
 * @throws PlateauError `usage` where an argument is of another kind
 */
export function allFiles(folder: string): ReportFiles {
  requireArguments("allFiles", { folder: [folder, "text"] });

  const figures = join(folder, "figures");
  return { html: join(folder, "report.html"), svg: figures, png: figures, data: folder };
}

/**
 * Finds what will draw a report, before work is done that nothing could draw.
 * @throws PlateauError `usage` where packages are not installed
 */
export async function requirePackages({ html, svg, png }: ReportFiles): Promise<void> {
  if (html !== undefined) drawingPrograms();
  if (html === undefined && svg === undefined && png === undefined) return;
  await requireDrawing({ png: png !== undefined });
}

/**
 * Writes a report, or parts of it. Folders are made; every file is written whole or not at all, and none before
 * all are drawn.
 * @returns the paths of the files written
 * @throws PlateauError `usage` where packages that draw are not installed, or a name is none for a file; `io`
 */
export async function writeReport(document: ReportDocument, into: ReportFiles): Promise<string[]> {
  requireArguments("writeReport", {
    document: [document, "ReportDocument: title question setting answer"],
    into: [into, "object"],
  });
  const { html, svg, png, data } = into;
  requireDrawable(document);
  const files = new Map<string, string | Uint8Array>();
  for (const figure of figuresOf(document)) {
    const { name } = figure;
    if (svg !== undefined) files.set(join(svg, `${name}.svg`), `${await renderSvg(figure)}\n`);
    if (png !== undefined) files.set(join(png, `${name}.png`), await renderPng(figure));
  }
  if (data !== undefined)
    for (const [path, content] of await dataFiles(document, data)) files.set(path, content);
  if (html !== undefined) files.set(html, await renderHtml(document));
  for (const [path, content] of files) {
    makeFolder(join(path, ".."));
    writeFileAtomic(path, content);
  }
  return [...files.keys()];
}
