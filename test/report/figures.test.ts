import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import test from "ava";
import { PlateauError } from "../../src/errors.js";
import { type Figure, TABLE } from "../../src/report/figure.js";
import { figureKinds, findFigureKind } from "../../src/report/figures/registry.js";
import { drawSvg, renderPng } from "../../src/report/render.js";
import { themeNames } from "../../src/report/theme.js";
import { textBoxes } from "./text-boxes.js";

// Snapshots: delete a file, or set UPDATE_FIGURES=1, to have it written anew; then look at it.
const snapshot = (name: string) =>
  fileURLToPath(new URL(`../../../test/fixtures/figures/${name}.svg`, import.meta.url));

/** Bits of all pixels of a PNG that is not blank differ: a blank one compresses to almost nothing. */
const BLANK_BYTES_A_PIXEL = 0.006;

for (const kind of figureKinds.values()) {
  for (const [name, data] of Object.entries(kind.examples)) {
    const figure = kind.draw(data, { name });

    test(`${name}: says what it shows, with numbers`, (t) => {
      const { title, caption, alt } = figure as Figure;
      t.regex(title, /^[^a-z].{5,120}$/);
      t.regex(caption, /\.$/);
      t.regex(alt, /\d/);
      t.regex(alt, /\.$/);
      for (const text of [title, caption, alt]) t.notRegex(text, /undefined|NaN|Infinity|null|\s\s|\.\./);
    });

    test(`${name}: rows are plain, finite or null, and of the same fields within a part`, (t) => {
      const { data: rows } = figure as Figure;
      t.true(rows.length > 0);
      for (const row of rows) {
        for (const [field, value] of Object.entries(row)) {
          if (typeof value === "number") t.true(Number.isFinite(value), field);
          else t.true(value === null || ["string", "boolean"].includes(typeof value), field);
        }
        t.deepEqual(Object.keys(row), Object.keys(rows[0]));
      }
    });

    test(`${name}: plain JSON over the one data set, without colours, fonts or background`, (t) => {
      const { spec } = figure as Figure;
      t.deepEqual(JSON.parse(JSON.stringify(spec)), spec);
      const text = JSON.stringify(spec);
      t.deepEqual(
        [...text.matchAll(/"data":(\{[^}]*\})/g)].map(([, found]) => JSON.parse(found)),
        [{ name: TABLE }],
      );
      t.notRegex(text, /#[0-9a-f]{3,8}\b|"scheme"|"font"|"background"|\$schema|"config"/i);
    });

    for (const theme of themeNames) {
      test(`${name}, ${theme}: draws without a warning, and no text is cut`, async (t) => {
        const { svg, warnings } = await drawSvg(figure as Figure, { theme });
        t.deepEqual(warnings, []);
        const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg)!.map(Number);
        t.true(width <= 900 && height <= 1400, `${width} × ${height}`);
        const boxes = textBoxes(svg);
        t.true(boxes.length > 3);
        for (const { text, left, right, top, bottom } of boxes) {
          t.true(left >= -1 && top >= -1 && right <= width + 1 && bottom <= height + 1, text);
        }
        t.notRegex(svg, /undefined|NaN|Infinity/);
        // Vega cuts a text that is longer than its limit by an ellipsis.
        for (const { text } of boxes) t.notRegex(text, /…$/);
        if (theme === "light") {
          const file = snapshot(name);
          if (process.env["UPDATE_FIGURES"] || !existsSync(file)) writeFileSync(file, `${svg}\n`);
          t.is(`${svg}\n`, readFileSync(file, "utf8"));
        }
      });
    }

    test(`${name}: a PNG of the right size that is not blank`, async (t) => {
      const { svg } = await drawSvg(figure as Figure);
      const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg)!.map(Number);
      const png = Buffer.from(await renderPng(figure as Figure, { scale: 1 }));
      t.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [width, height]);
      t.true(png.length > BLANK_BYTES_A_PIXEL * width * height);
    });
  }

  test(`${kind.name}: nothing to draw is no figure`, (t) => {
    t.is(kind.draw(kind.nothing), undefined);
  });

  test(`${kind.name}: may be named, and noted`, (t) => {
    const [data] = Object.values(kind.examples);
    const { name, caption } = kind.draw(data, { name: "another-name", note: "Note well." }) as Figure;
    t.is(name, "another-name");
    t.true(caption.endsWith(" Note well."));
    t.is(kind.draw(data)?.name, kind.name);
  });
}

test("an unknown figure is refused by name", (t) => {
  const error = t.throws(() => findFigureKind("pie"), { instanceOf: PlateauError });
  t.is(error?.code, "unknown-name");
  t.true(error?.message.includes('"pie"') && error.message.includes("segment"));
});
