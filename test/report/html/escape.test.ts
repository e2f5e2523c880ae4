import test from "ava";
import fc from "fast-check";
import { escapeHtml, scriptJson, scriptText } from "../../../src/report/html/escape.js";

const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc
    .array(fc.constantFrom("<", "/script>", "!--", "&lt;", '"', "'", "\u2028", "\u0000", "\ud800", "a"))
    .map((parts) => parts.join("")),
);
const plain: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };
const unescaped = (html: string) => html.replace(/&(amp|lt|gt|quot|#39);/g, (_, name) => plain[name]);

test("escaped text holds no markup, and is the text again", (t) => {
  fc.assert(
    fc.property(text, (value) => {
      const html = escapeHtml(value);
      t.notRegex(html, /[<>"']|&(?!(amp|lt|gt|quot|#39);)/);
      t.notRegex(html, /(?![\t\n\r])\p{Cc}/u);
      const kept = value.replace(/(?![\t\n\r])[\p{Cc}\p{Surrogate}]/gu, "\ufffd");
      t.is(unescaped(html), kept);
    }),
  );
});

test("JSON in a script element ends none and begins none, and is the value again", (t) => {
  fc.assert(
    fc.property(fc.dictionary(text, fc.oneof(text, fc.double(), fc.constant(null))), (value) => {
      const json = scriptJson(value);
      t.notRegex(json, /[<>\u2028\u2029]/);
      t.deepEqual(JSON.parse(json), JSON.parse(JSON.stringify(value)));
    }),
  );
});

test("a program keeps its meaning, and does not end its element", (t) => {
  const written = scriptText('const a = "</script><!-- x", b = a < 1;\n//# sourceMappingURL=a.js.map\n');
  t.notRegex(written, /<\/script|<!--|sourceMappingURL/i);
  t.is(new Function(`${written}\nreturn a;`)(), "</script><!-- x");
});
