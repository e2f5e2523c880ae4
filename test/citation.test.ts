import { readFileSync } from "node:fs";
import test from "ava";
import { parse } from "yaml";
import { version } from "../src/version.js";

const read = (text: string) => parse(text) as Record<string, unknown>;

test("CITATION.cff has what its format requires, and is of this version and license", (t) => {
  const cited = read(readFileSync("CITATION.cff", "utf8"));
  const { license } = JSON.parse(readFileSync("package.json", "utf8")) as { license: string };
  t.is(cited["cff-version"], "1.2.0");
  t.is(cited["type"], "software");
  t.is(cited["version"], version);
  t.is(cited["license"], license);
  for (const key of ["message", "title", "abstract"]) t.is(typeof cited[key], "string", key);
  t.deepEqual(cited["authors"], [{ name: "plateau developers" }]);
});

test("what CITATION.cff refers to is named in full", (t) => {
  const { references } = read(readFileSync("CITATION.cff", "utf8")) as {
    references: Record<string, unknown>[];
  };
  t.true(references.length > 0);
  for (const { type, title, authors, year, url } of references) {
    t.is(type, "article");
    t.is(typeof title, "string");
    t.true(Array.isArray(authors) && authors.length > 0);
    t.true(Number.isInteger(year));
    t.regex(String(url), /^https:\/\/arxiv\.org\/abs\//);
  }
});

test("CHANGELOG.md begins with this version, and its entries say what kind of change they are", (t) => {
  const text = readFileSync("CHANGELOG.md", "utf8");
  t.regex(text, /^# Changelog\n/);
  const headings = [...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
  t.true(headings[0].includes(version) || /unreleased/i.test(headings[0]), headings[0]);
});
