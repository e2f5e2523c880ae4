import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import anyTest, { type ExecutionContext } from "ava";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import type { ReportDocument } from "../../../src/report/document.js";
import { renderHtml } from "../../../src/report/html/page.js";
import { figuresOf } from "../../../src/report/parts.js";
import { figureCsv } from "../../../src/report/spec.js";
import { findChromium, launch } from "../../support/chromium.js";
import { madeUpReport } from "../../support/report.js";

const executable = findChromium();
if (!executable) {
  console.warn("tests of pages are SKIPPED: there is no Chromium; install one, or name it in CHROMIUM");
}
/** One browser, one page at a time. */
const test = executable ? anyTest.serial : anyTest.serial.skip;
let browser: Browser;

const folder = mkdtempSync(join(tmpdir(), "plateau-page-"));
const file = join(folder, "a report, 100%.html");
let report: ReportDocument;

if (executable) {
  anyTest.before(async () => {
    report = await madeUpReport();
    writeFileSync(file, await renderHtml(report));
    browser = await launch(executable);
  });
  anyTest.after.always(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });
}

/** Opens the report; whatever it says or asks for beyond its file fails the test. */
async function open(t: ExecutionContext, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  // A busy machine takes its time.
  context.setDefaultTimeout(180_000);
  t.teardown(() => context.close());
  const page = await context.newPage();
  await page.route("**/*", (route) => {
    const url = route.request().url();
    if (url.startsWith("file:")) return route.continue();
    t.fail(`the page asked for ${url}`);
    return route.abort();
  });
  page.on("console", (message) => t.fail(`the page says ${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => t.fail(`the page fails: ${error.message}`));
  await page.goto(pathToFileURL(file).href);
  if (options.javaScriptEnabled !== false) await drawn(page);
  return page;
}

const drawn = (page: Page, theme = "") => page.waitForSelector(`html[data-drawn${theme && `="${theme}"`}]`);

test("every figure is drawn, nothing is asked of any network, names of strangers stay text", async (t) => {
  const page = await open(t);
  const names = figuresOf(report).map(({ name }) => name);
  t.is(await page.locator("[data-figure]").count(), names.length);
  for (const name of names) {
    const marks = page.locator(`[data-figure="${name}"].drawn .live svg .role-mark > *`);
    t.true((await marks.count()) > 0, `${name} has marks`);
    t.true(await page.locator(`[data-figure="${name}"] .still`).isHidden());
  }
  t.is(await page.evaluate(() => (globalThis as { hacked?: number }).hacked), undefined);
  t.is(await page.locator("img").count(), 0);
});

test("without programs there are pictures, and nothing that does nothing", async (t) => {
  const page = await open(t, { javaScriptEnabled: false });
  for (const still of await page.locator(".still svg").all()) t.true(await still.isVisible());
  t.is(await page.locator(".still svg").count(), figuresOf(report).length);
  t.is(await page.locator("button:visible").count(), 0);
  for (const claim of report.answer) t.true(await page.getByText(claim).isVisible());
});

const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };

for (const [where, options] of Object.entries({
  "a light desktop": {},
  "a dark phone": { ...phone, colorScheme: "dark" } as const,
})) {
  test(`on ${where}, all data shown, it scrolls one way only, and axe finds nothing`, async (t) => {
    const page = await open(t, options);
    for (const summary of await page.locator("summary").all()) await summary.click();
    t.is(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0);
    await page.evaluate(readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"));
    const violations = await page.evaluate(async () => {
      const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } };
      const { violations } = await axe.run();
      return violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(" ")}`,
      );
    });
    t.deepEqual(violations, []);
  });
}

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}

const ground = (page: Page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
/** The colour of the first axis' labels as it is seen. */
const ink = (page: Page, where: string) =>
  page
    .locator(`[data-figure="failure-rates"] ${where} svg .role-axis-label text`)
    .first()
    .evaluate((label) => getComputedStyle(label).fill);

test("colours follow the system, then the reader", async (t) => {
  const page = await open(t, { colorScheme: "light" });
  const light = [await ground(page), await ink(page, ".live"), await ink(page, ".still")];
  await page.getByRole("button", { name: "Dark colours" }).click();
  await drawn(page, "dark");
  const dark = [await ground(page), await ink(page, ".live"), await ink(page, ".still")];
  t.is(light[1], light[2]);
  t.is(dark[1], dark[2]);
  t.not(light[0], dark[0]);
  t.not(light[1], dark[1]);
  await page.getByRole("button", { name: "Light colours" }).click();
  await drawn(page, "light");
  t.deepEqual([await ground(page), await ink(page, ".live"), await ink(page, ".still")], light);
  await page.reload();
  await page.emulateMedia({ colorScheme: "dark" });
  await drawn(page, "dark");
  t.is(await ground(page), dark[0]);
});

test("on paper there are pictures in light colours, no buttons, and all of the text", async (t) => {
  const page = await open(t, { colorScheme: "dark" });
  await page.emulateMedia({ media: "print" });
  t.is(await ground(page), "rgb(255, 255, 255)");
  t.is(await page.locator(".still svg:visible").count(), figuresOf(report).length);
  t.is(await page.locator(".live svg:visible").count(), 0);
  t.is(await page.locator("button:visible").count(), 0);
  t.true(await page.getByText(report.methods.repeat.fingerprint).isVisible());
  const pdf = await page.pdf({ format: "A4" });
  t.is(pdf.subarray(0, 5).toString("latin1"), "%PDF-");
});

test("keys reach everything in the order of the page, and it is seen where they are", async (t) => {
  const page = await open(t);
  await page.keyboard.press("Tab");
  t.is(await page.evaluate(() => document.activeElement?.textContent), "Skip to the report");
  t.true(await page.getByText("Skip to the report").isVisible());
  const places: number[] = [];
  for (let i = 0; i < 200; i++) {
    const { place, outline } = await page.evaluate(() => {
      const focused = document.activeElement!;
      const reached = Array.from(document.querySelectorAll("*")).indexOf(focused);
      return {
        place: focused === document.body ? -1 : reached,
        outline: getComputedStyle(focused).outlineStyle,
      };
    });
    if (place < 0) break;
    t.is(outline, "solid");
    places.push(place);
    await page.keyboard.press("Tab");
  }
  t.deepEqual(
    places,
    [...places].sort((a, b) => a - b),
    "in order",
  );
  const reachable = await page.locator("a, button:visible, summary, pre, .table .scroll").count();
  t.is(places.length, reachable);
  const levels = await page
    .locator("h1, h2, h3")
    .evaluateAll((headings) => headings.map(({ tagName }) => Number(tagName[1])));
  t.is(levels[0], 1);
  for (const [at, level] of levels.slice(1).entries()) t.true(level - levels[at] <= 1 && level > 1);
});

test("a pointer over a mark is told its numbers; the wheel with Ctrl zooms, and a button undoes it", async (t) => {
  const page = await open(t);
  const figure = page.locator('[data-figure="failure-rates"]');
  const labels = () => figure.locator(".live svg .role-axis-label text").allTextContents();
  const before = await labels();
  const mark = await figure.locator(".live svg .mark-symbol.role-mark path").nth(4).boundingBox();
  await page.mouse.move(mark!.x + mark!.width / 2 - 1, mark!.y + mark!.height / 2);
  await page.mouse.move(mark!.x + mark!.width / 2, mark!.y + mark!.height / 2);
  const tooltip = page.locator("#vg-tooltip-element.visible");
  await tooltip.waitFor();
  t.regex((await tooltip.textContent())!, /classification/);
  const scrolled = await page.evaluate(() => scrollY);
  await page.keyboard.down("Control");
  await page.mouse.wheel(0, -400);
  await page.keyboard.up("Control");
  await page.waitForFunction(
    (was) =>
      Array.from(document.querySelectorAll('[data-figure="failure-rates"] .live svg .role-axis-label text'))
        .map((label) => label.textContent)
        .join() !== was,
    before.join(),
  );
  t.is(await page.evaluate(() => scrollY), scrolled);
  await figure.getByRole("button", { name: "Reset zoom" }).click();
  await page.waitForFunction(
    (was) =>
      Array.from(document.querySelectorAll('[data-figure="failure-rates"] .live svg .role-axis-label text'))
        .map((label) => label.textContent)
        .join() === was,
    before.join(),
  );
  t.pass();
});

test("downloads are the figure's data and its complete specification", async (t) => {
  const page = await open(t);
  for (const figure of figuresOf(report)) {
    const place = page.locator(`[data-figure="${figure.name}"]`);
    const saved = async (label: string) => {
      // Chromium drops the eleventh download of a short while: no reader is as fast.
      await page.waitForTimeout(200);
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        place.getByRole("button", { name: label }).click(),
      ]);
      const path = join(folder, download.suggestedFilename());
      await download.saveAs(path);
      return { name: download.suggestedFilename(), content: readFileSync(path, "utf8") };
    };
    const csv = await saved("CSV");
    t.is(csv.name, `${figure.name}.csv`);
    t.is(csv.content, figureCsv(figure));
    const { $schema, ...spec } = JSON.parse((await saved("Vega-Lite")).content);
    t.regex($schema, /vega-lite/);
    t.deepEqual(spec.data.values, JSON.parse(JSON.stringify(figure.data)));
    t.regex((await saved("SVG")).content, /^<svg/);
  }
});

test("a command is copied as it is written", async (t) => {
  const page = await open(t, { permissions: ["clipboard-read", "clipboard-write"] });
  await page.locator(".command button").last().click();
  await page.getByText("Copied").waitFor();
  t.is(await page.evaluate(() => navigator.clipboard.readText()), "plateau repeat report.html");
});
