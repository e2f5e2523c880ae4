import test from "ava";
import { readCsv } from "../../src/formats/csv.js";
import type { Figure } from "../../src/report/figure.js";
import { drawSvg, figureCsv, figureSpec, renderPng, renderSvg } from "../../src/report/render.js";
import { stableSvg } from "../../src/report/stable-svg.js";

const figure: Figure = {
  name: "error-by-width",
  title: "Errors fall with width",
  caption: "RMSE on 100 rows.",
  alt: "RMSE falls from 0.5 at width 4 to 0.125 at width 16.",
  data: [
    { width: 4, rmse: 0.5, series: "model, trained" },
    { width: 8, rmse: null, series: 'the "mean"' },
    { width: 16, rmse: 0.125, series: "model, trained", best: true },
  ],
  spec: {
    width: "container",
    height: 200,
    mark: { type: "line", point: true, clip: true },
    encoding: {
      x: { field: "width", type: "quantitative", scale: { type: "log", base: 2 } },
      y: { field: "rmse", type: "quantitative", scale: { type: "log" } },
      color: { field: "series", type: "nominal", title: null },
    },
  },
};

test("a figure is the same SVG every time, named, described, and with places to the hundredth", async (t) => {
  const { svg, warnings } = await drawSvg(figure);
  t.deepEqual(warnings, []);
  t.is(await renderSvg(figure), svg);
  t.regex(svg, /^<svg role="img" aria-labelledby="error-by-width-title error-by-width-desc"/);
  t.true(svg.includes(`<title id="error-by-width-title">${figure.title}</title>`));
  t.true(svg.includes(`>${figure.alt}</desc>`));
  t.regex(svg, /id="error-by-width-clip1"/);
  t.notRegex(svg.replace(/<title.*?<\/desc>/s, ""), /\d\.\d{3}/);
});

test("figures that are drawn at the same time do not mix", async (t) => {
  const other = { ...figure, name: "other", title: "Another" };
  const [a, b] = await Promise.all([renderSvg(figure), renderSvg(other)]);
  t.is(a, await renderSvg(figure));
  t.is(b, await renderSvg(other));
});

test("numbers that differ in their last bits become the same text", (t) => {
  const svg = (x: string) => `<svg viewBox="0 0 9 9"><path d="M${x},-1e-16L3,4" fill="#010101"/></svg>`;
  t.is(stableSvg(svg("38.125"), "f"), stableSvg(svg("38.12499999999999"), "f"));
  t.is(stableSvg(svg("0.1"), "f"), svg("0.1").replace("-1e-16", "0"));
});

test("the dark theme differs in colours alone", async (t) => {
  const plain = (svg: string) => svg.replace(/#[0-9a-f]{6}/g, "#");
  const dark = await renderSvg(figure, { theme: "dark" });
  t.not(dark, await renderSvg(figure));
  t.is(plain(dark), plain(await renderSvg(figure)));
});

test("a PNG is the SVG's size times the scale, and not blank", async (t) => {
  const svg = await renderSvg(figure);
  const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg)!.map(Number);
  for (const scale of [1, 2]) {
    const png = Buffer.from(await renderPng(figure, { scale }));
    t.is(png.toString("latin1", 1, 4), "PNG");
    t.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [scale * width, scale * height]);
    t.true(png.length > 2000);
  }
});

test("the CSV holds every row and column, and reads back", (t) => {
  const csv = figureCsv(figure);
  t.is(
    csv,
    'width,rmse,series,best\n4,0.5,"model, trained",\n8,,"the ""mean""",\n16,0.125,"model, trained",true\n',
  );
  t.is(readCsv(new TextEncoder().encode(csv)).rows, 3);
});

test("a specification is complete, with its data inside or beside it", (t) => {
  const inline = figureSpec(figure, { inline: true });
  t.regex(String(inline["$schema"]), /vega-lite\/v6/);
  t.deepEqual(inline["data"], { name: "table", values: figure.data });
  t.is(inline["description"], figure.alt);
  const beside = figureSpec(figure, { inline: false, title: false });
  t.false("title" in beside);
  t.deepEqual(beside["data"], {
    name: "table",
    url: "error-by-width.csv",
    format: {
      type: "csv",
      parse: { width: "number", rmse: "number", series: "string", best: "boolean" },
    },
  });
});
