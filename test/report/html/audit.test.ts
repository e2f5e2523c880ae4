import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import anyTest from "ava";
import type { Browser, Page } from "playwright-core";
import { audit } from "../../../src/experiments/audit/audit.js";
import type { ReportDocument } from "../../../src/report/document.js";
import { auditDocument } from "../../../src/report/documents/audit.js";
import { renderHtml } from "../../../src/report/html/page.js";
import { tablesOf } from "../../../src/report/parts.js";
import { findChromium, launch } from "../../support/chromium.js";

// The report with the widest tables and figures: what stands where on screens and on paper.
const executable = findChromium();
const test = executable ? anyTest.serial : anyTest.serial.skip;
const folder = mkdtempSync(join(tmpdir(), "plateau-audit-page-"));
const file = join(folder, "report.html");
let browser: Browser;
let report: ReportDocument;

if (executable) {
  anyTest.before(async () => {
    const config = audit.parse({
      ...{ preset: "quick", targets: ["m2n1"], dims: [4], seeds: 2, factorial: true, steps: 2, batch: 8 },
      ...{ trainRows: 64, validationRows: 16, testRows: 32 },
      plateaus: { segments: 1, samples: 16, mostDim: 4 },
    });
    report = auditDocument(await audit.run(config, { folder, workers: 1 }));
    writeFileSync(file, await renderHtml(report));
    browser = await launch(executable);
  });
  anyTest.after.always(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });
}

async function open(width: number, height: number): Promise<Page> {
  const page = await browser.newPage({ viewport: { width, height } });
  page.setDefaultTimeout(180_000);
  await page.goto(pathToFileURL(file).href);
  await page.waitForSelector("html[data-drawn]");
  return page;
}

/** What is wider than where it stands, by how many pixels. */
const cut = (page: Page, selector: string) =>
  page
    .locator(selector)
    .evaluateAll((all) =>
      all
        .map((one) => [one.closest("figure")!.id, one.scrollWidth - one.clientWidth] as const)
        .filter(([, more]) => more > 0),
    );

test("the first screen has the answer, a claim a line, and the main figure beside it", async (t) => {
  const page = await open(1280, 800);
  t.is(await page.locator(".answer li").count(), report.answer.length);
  t.true(report.answer.length >= 4);
  const answer = (await page.locator(".answer").boundingBox())!;
  const plot = (await page.locator(".first .live svg").boundingBox())!;
  t.true(answer.y + answer.height < 800, "the whole answer");
  t.true(plot.y < 200 && plot.x > answer.x + answer.width);
  const tops = await page
    .locator(".first .live svg .role-axis-label text")
    .evaluateAll((labels) => labels.map((label) => label.getBoundingClientRect().bottom));
  t.true(Math.max(...tops) < 800, "the figure with its axes");
  await page.close();
});

test("wide tables take the width of the window, short ones are shown whole", async (t) => {
  const page = await open(1280, 800);
  t.deepEqual(await cut(page, ".table .scroll"), []);
  const short = tablesOf(report).filter(({ rows }) => rows.length <= 30);
  t.true(short.some(({ rows }) => rows.length > 9));
  for (const { name } of short) {
    const hidden = await page
      .locator(`#table-${name} .scroll`)
      .evaluate((one) => one.scrollHeight - one.clientHeight);
    t.is(hidden, 0, name);
  }
  await page.close();
});

test("on a phone plots stand below each other, each with its labels", async (t) => {
  const page = await open(500, 900);
  t.is(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0);
  t.deepEqual(await cut(page, ".live"), []);
  const titles = await page
    .locator(".first .live svg .role-title text")
    .evaluateAll((all) => all.map((one) => [one.textContent, one.getBoundingClientRect().top] as const));
  t.is(titles.length, 2);
  t.true(titles[1][1] > titles[0][1] + 200);
  const labels = await page.locator(".first .live svg .role-axis-label text").allTextContents();
  t.is(labels.filter((label) => label === "1 (output head)").length, 2);
  await page.close();
});

test("on paper no table is wider than the page", async (t) => {
  // What a page of A4 has between the margins.
  const page = await open(673, 900);
  await page.emulateMedia({ media: "print" });
  t.deepEqual(await cut(page, ".scroll:visible"), []);
  t.deepEqual(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0);
  await page.close();
});
