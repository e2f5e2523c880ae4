import test from "ava";
import { PlateauError } from "../../../src/errors.js";
import { renderHtml } from "../../../src/report/html/page.js";
import { twoTone } from "../../../src/report/html/two-tone.js";
import { figuresOf } from "../../../src/report/parts.js";
import { HOSTILE, madeUpReport } from "../../support/report.js";

const report = await madeUpReport();

test("the same document makes the same page, whose size is that of its programs but for 0.4 MB", async (t) => {
  const [one, two] = [await renderHtml(report), await renderHtml(report)];
  t.is(one, two);
  const programs = [...one.matchAll(/<script(?: type="module")?>([\s\S]*?)<\/script>/g)];
  t.is(programs.length, 4);
  const ours = one.length - programs.reduce((sum, [, text]) => sum + text.length, 0);
  t.true(ours < 400_000, `${ours} characters`);
});

test("every script of the page is allowed by its hash, and nothing else is by any rule", async (t) => {
  const page = await renderHtml(report);
  const [, policy] = /Content-Security-Policy" content="([^"]*)"/.exec(page)!;
  t.regex(
    policy,
    /^default-src 'none'; script-src( 'sha256-[\w+/]{43}=')+; style-src 'sha256-[\w+/]{43}='; /,
  );
  t.notRegex(policy, /unsafe|http|\*/);
  t.false(page.includes(HOSTILE.slice(0, 40)));
});

test("a page without figures needs no programs to draw any", async (t) => {
  const { main: _, ...rest } = report;
  const page = await renderHtml({ ...rest, sections: [] });
  t.true(page.length < 40_000, `${page.length} characters`);
});

const refused = (change: (figure: object) => object) => ({
  ...report,
  sections: report.sections.map((section) => ({
    ...section,
    figures: section.figures.map((figure) => change(figure)),
  })),
});

test("names that are none for files, names twice, and too much data are refused", async (t) => {
  const cases: [object, RegExp][] = [
    [refused((figure) => ({ ...figure, name: "../a" })), /"\.\.\/a"/],
    [refused((figure) => ({ ...figure, name: report.main!.name })), /two parts/],
    [
      refused((figure) => ({ ...figure, data: Array.from({ length: 20_001 }, () => ({ x: 1 })) })),
      /20001 rows/,
    ],
  ];
  for (const [document, message] of cases) {
    const error = await t.throwsAsync(renderHtml(document as typeof report), { instanceOf: PlateauError });
    t.regex(error!.message, message);
    t.is((error as PlateauError).code, "usage");
  }
  t.is(figuresOf(report).length, 4);
});

test("two colours become one that the ground chooses; two pictures are no one picture", (t) => {
  t.is(
    twoTone('<path fill="#fff" stroke="none"/>', '<path fill="#000" stroke="none"/>'),
    '<path fill="light-dark(#fff, #000)" stroke="none"/>',
  );
  t.throws(() => twoTone('<path d="M0" fill="#fff"/>', '<path d="M1" fill="#fff"/>'), {
    instanceOf: PlateauError,
  });
  t.throws(() => twoTone('<path fill="#fff"/>', '<path fill="#fff" stroke="#000"/>'), {
    instanceOf: PlateauError,
  });
});
