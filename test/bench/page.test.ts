import { readFileSync } from "node:fs";
import test from "ava";
import { filled } from "../../bench/page.js";

const page = readFileSync("docs/performance.md", "utf8");

test("no number of the performance page is typed: its tables are those of the saved runs", (t) => {
  t.is(filled(page), page);
  const typed = page.replace("<!-- gemm -->\n|", "<!-- gemm -->\n| 1 |");
  t.not(typed, page);
  t.is(filled(typed), page);
});

test("a mark that nothing writes is refused by its name", (t) => {
  t.throws(() => filled("<!-- memory -->\n<!-- /memory -->"), { message: /nothing writes the part memory/ });
});
