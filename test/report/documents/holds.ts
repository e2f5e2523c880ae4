import type { ExecutionContext } from "ava";
import type { ReportDocument } from "../../../src/report/document.js";
import { requireDrawable } from "../../../src/report/parts.js";
import { drawSvg } from "../../../src/report/render.js";

/** What every document keeps: all is said, all is drawn, nothing is left undefined. */
export async function holds(t: ExecutionContext, document: ReportDocument): Promise<void> {
  requireDrawable(document);
  const { title, question, setting, answer, main, sections, methods } = document;
  const before = JSON.parse(JSON.stringify(document));
  const texts = [
    title,
    question,
    setting,
    ...answer,
    ...methods.text,
    ...sections.flatMap(({ text }) => text),
  ];
  for (const text of texts) {
    t.true(text.length > 4);
    // A trial's own error may say NaN.
    t.notRegex(text.replace("the value is NaN", ""), /undefined|NaN|\[object|\s\s|\.\.|null/);
  }
  t.regex(question, /\?$/);
  for (const text of [setting, ...answer, ...methods.text]) t.regex(text, /[.…]$/);
  for (const section of sections) {
    t.true(section.text.length + section.figures.length + section.tables.length > 0, section.name);
    for (const { columns, rows } of section.tables) {
      for (const row of rows) for (const { field } of columns) t.true(field in row, field);
    }
  }
  const figures = [...(main ? [main] : []), ...sections.flatMap((section) => section.figures)];
  for (const figure of figures) t.deepEqual((await drawSvg(figure)).warnings, [], figure.name);
  t.deepEqual(document, before, "plain JSON, which drawing leaves as it is");
  t.regex(methods.repeat.fingerprint, /^[0-9a-f]{64}$/);
  t.true(methods.commands.length > 0);
}
