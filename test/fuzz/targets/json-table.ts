import fc from "fast-check";
import { readJsonTable } from "../../../src/formats/json-table.js";
import { exerciseTable } from "../exercise-table.js";
import { mutatedTexts } from "../mutations.js";
import type { FuzzTarget } from "../target.js";

const corpus = [
  '[{"x":1,"y":"a"},{"x":2.5,"y":null},{"x":3,"y":"b"}]',
  '[{"__proto__":1,"constructor":{"prototype":{"x":1}}},{"toString":true}]',
  `[${'{"a":[1]},'.repeat(50)}{"a":1}]`,
];
const words = [
  "[",
  "]",
  "{",
  "}",
  '"__proto__":',
  "1e999",
  "-0",
  "null",
  "true",
  "[".repeat(50_000),
  '"\\ud800"',
  '{"x":',
  ",",
];

export const jsonTable: FuzzTarget = {
  name: "json-table",
  prepare: () => mutatedTexts(corpus, words, fc.json()),
  run: (bytes) => exerciseTable(readJsonTable(bytes)),
};
